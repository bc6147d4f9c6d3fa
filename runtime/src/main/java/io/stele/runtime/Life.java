package io.stele.runtime;

import io.stele.spi.PersistenceId;
import org.jspecify.annotations.Nullable;

/**
 * The part of an {@link Entity} that knows where in its life the actor is, and calls the hooks that belong there.
 *
 * <pre>
 *   beginLife ──&gt; (recovery) ──&gt; start ──&gt; commands ──&gt; beforeLeaving ──&gt; endLife
 *                       ^                      └──&gt; beforeRestart ──┐
 *                       └───────────────────────────────────────────┘
 * </pre>
 *
 * <p>Confined to the turns of its actor.
 *
 * @param <E> events
 * @param <S> state
 */
abstract class Life<E, S> extends Leaver {
    final EntityType<E, S> type;
    final PersistenceId persistenceId;
    private @Nullable Failures failures;
    /** Its place among those who stay in memory, where their number is limited. */
    private Residents.@Nullable Place<Entity<?, ?>> place;

    private boolean hasBegun;
    private boolean hasStarted;
    private boolean restarts;
    /** Whether its end is more than leaving memory for a while. */
    private boolean dies;

    Life(ActorSystem system, EntityType<E, S> type, PersistenceId persistenceId) {
        super(system, type.kind());
        this.type = type;
        this.persistenceId = persistenceId;
    }

    /** Begins a life, unless it only goes on after a restart. Returns why it cannot. */
    final @Nullable ActorException beginLife() {
        if (hasBegun) {
            return null;
        }
        ActorException failure = Hooks.require("preStart", persistenceId, () -> type.actor.preStart(persistenceId));
        if (failure == null) {
            hasBegun = true;
            system.watches().onStarted(persistenceId);
        }
        return failure;
    }

    /** Does what comes before the first command, if that is still to do. Returns why it cannot be done. */
    final @Nullable ActorException start(Activation<E, S> active) {
        if (hasStarted) {
            return null;
        }
        hasStarted = true;
        ActorException failure =
                Hooks.require("afterRecovery", persistenceId, () -> type.actor.afterRecovery(active.state(), active));
        if (failure == null && restarts) {
            Throwable cause = failures().cause();
            failure = Hooks.require(
                    "afterRestart", persistenceId, () -> type.actor.afterRestart(active.state(), cause, active));
        }
        restarts = false;
        return failure;
    }

    final void beforeRestart(Activation<E, S> active, Throwable cause) {
        Hooks.announce("preRestart", persistenceId, () -> type.actor.preRestart(active.state(), cause, active));
        hasStarted = false;
        restarts = true;
    }

    final void beforeLeaving(Activation<E, S> active) {
        if (system.isClosing()) {
            Hooks.announce("beforeShutdown", persistenceId, () -> type.actor.beforeShutdown(active.state(), active));
        } else {
            Hooks.announce("beforePassivate", persistenceId, () -> type.actor.beforePassivate(active.state(), active));
        }
    }

    /** Says that it is about to end for more than a while. */
    final void dies() {
        dies = true;
    }

    /**
     * Ends the life.
     *
     * @param failed whether it ends because it cannot go on
     */
    final void endLife(boolean failed) {
        Residency residency = system.persistence().residency();
        if (residency != null && place != null) {
            residency.onLeft(place);
        }
        if (hasBegun) {
            hasBegun = false;
            Hooks.announce("postStop", persistenceId, () -> type.actor.postStop(persistenceId));
        }
        if ((dies || failed) && !system.isClosing()) {
            system.watches().onStopped(new LocalEntityRef(system, type, persistenceId));
        }
    }

    /** Returns what has gone wrong so far. */
    final Failures failures() {
        Failures past = failures;
        if (past == null) {
            past = new Failures();
            failures = past;
        }
        return past;
    }

    /** Tells those who decide on who stays in memory that this actor is needed. */
    final void noteUse(Entity<E, S> self) {
        Residency residency = system.persistence().residency();
        if (residency == null) {
            return;
        }
        Residents.Place<Entity<?, ?>> known = place;
        if (known == null) {
            known = new Residents.Place<>(self, persistenceId.hashCode());
            place = known;
            residency.onArrived(known);
        } else {
            residency.onUsed(known);
        }
    }
}
