package io.stele.runtime;

import io.stele.recovery.Fold;
import io.stele.recovery.Recovery;
import io.stele.recovery.ReplayVerdict;
import io.stele.spi.Clock;
import io.stele.spi.EventHistory;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.SnapshotStore;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks without a system, and without changing anything, whether event handlers still make of stored events what they once made
 * of them. Compares with the hashes that stand in the journal (see {@link PersistentActor#stateHashEvery}) and with snapshots.
 *
 * <pre>
 *   HistoryCheck check = new HistoryCheck(journal, snapshots, RecordCodec.of());
 *   check.register(BankAccount.class);
 *   ReplayVerdict verdict = check.check(PersistenceId.parse("bank-account/42"));
 * </pre>
 *
 * <p>Confined to one thread.
 */
public final class HistoryCheck {
    private final SnapshotStore snapshots;
    private final PayloadCodec codec;
    private final Recovery recovery;
    private final Map<String, EntityType<?, ?>> types = new TreeMap<>();

    /** Checks against these; they are read only. */
    public HistoryCheck(EventHistory history, SnapshotStore snapshots, PayloadCodec codec) {
        this.snapshots = snapshots;
        this.codec = codec;
        this.recovery = new Recovery(history, snapshots, codec, Clock.system());
    }

    /**
     * Makes a kind of actor known.
     *
     * @throws IllegalArgumentException if another one has the same entity type, or it has no constructor without arguments
     */
    public void register(Class<? extends PersistentActor<?, ?>> type) {
        register(Entities.instantiate(type));
    }

    /** Makes a kind of actor known. Throws as {@link #register(Class)} does. */
    public void register(PersistentActor<?, ?> actor) {
        EntityType<?, ?> other = types.putIfAbsent(actor.entityType(), new EntityType<>(actor, codec));
        if (other != null) {
            throw new IllegalArgumentException("two classes have the same entity type: entityType=" + actor.entityType()
                    + ", class=" + actor.getClass().getName() + ", other="
                    + other.actor.getClass().getName());
        }
        recovery.upcast(actor.entityType(), actor.upcasters());
    }

    /** Returns the kinds of actors that are known. */
    public Set<String> entityTypes() {
        return Set.copyOf(types.keySet());
    }

    /**
     * Checks one actor. Throws as {@link Recovery#check} does.
     *
     * @throws IllegalArgumentException if its kind is not known
     */
    public ReplayVerdict check(PersistenceId persistenceId) {
        return recovery.check(persistenceId, new Handlers<>(type(persistenceId).actor));
    }

    /**
     * Begins to check an actor whose history somebody else reads, for many actors at once.
     *
     * @throws IllegalArgumentException if its kind is not known
     */
    public RunningCheck begin(PersistenceId persistenceId) {
        return new RunningCheck(persistenceId, type(persistenceId), codec, snapshots);
    }

    /** As {@link #begin}, but compares with nothing: for {@link RunningCheck#state} alone. */
    public RunningCheck beginStates(PersistenceId persistenceId) {
        return new RunningCheck(persistenceId, type(persistenceId), codec, null);
    }

    private EntityType<?, ?> type(PersistenceId persistenceId) {
        EntityType<?, ?> type = types.get(persistenceId.entityType());
        if (type == null) {
            throw new IllegalArgumentException("kind of actor is not known, register its class: persistenceId="
                    + persistenceId + ", entityTypes=" + types.keySet());
        }
        return type;
    }

    /** What handlers make of events. */
    private record Handlers<E, S>(PersistentActor<E, S> actor) implements Fold {
        @Override
        public Object initialState() {
            return actor.initialState();
        }

        @Override
        @SuppressWarnings("unchecked")
        public Object onEvent(Object state, Object event) {
            return actor.onEvent((S) state, (E) event);
        }
    }
}
