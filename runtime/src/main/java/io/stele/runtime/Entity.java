package io.stele.runtime;

import io.opentelemetry.context.Scope;
import io.stele.spi.PersistenceId;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One actor in memory: its mailbox, and when it gets a turn. What it knows and does is in its {@link Activation}.
 *
 * <pre>
 *   IDLE ──wake──&gt; SCHEDULED ──turn over, nothing left──&gt; IDLE
 *     │                ^ │
 *     └─not in memory─&gt; WAITING for {@link RecoveryPermits}, then SCHEDULED
 *                        │        ^
 *                        │        └──restart, after its backoff──
 *                        └──passivate or stop──&gt; CLOSED                 (a successor may take its place)
 * </pre>
 *
 * <p>Messages must neither get lost nor change their order while an actor leaves memory. So a sender offers first and looks at
 * the status afterwards; if it finds CLOSED, it moves what is left in the mailbox to the successor itself, under the
 * entity's monitor, before its tell returns. The turn that closes does the same. Whoever comes second finds nothing left.
 *
 * <p>Senders may be any thread. Everything but the mailbox and the status is confined to the turn.
 *
 * @param <E> events
 * @param <S> state
 */
final class Entity<E, S> extends Life<E, S> {

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Entity> BACKING_OFF =
            AtomicIntegerFieldUpdater.newUpdater(Entity.class, "backingOff");

    private @Nullable Activation<E, S> activation;
    /** Why it could not be recovered. */
    private @Nullable ActorException refusal;

    private boolean handlerFailed;
    private volatile RecoveryPermits.@Nullable Ticket ticket;
    private volatile int backingOff;
    private volatile long lastActiveNs;
    private volatile boolean leaveWhenIdle;

    Entity(ActorSystem system, EntityType<E, S> type, PersistenceId persistenceId) {
        super(system, type, persistenceId);
        lastActiveNs = system.clock().nanoTime();
    }

    /** Asks the actor to leave memory once it has nothing to do, if it has been idle since {@code sinceNs}. Any thread. */
    void passivateIfIdleSince(long sinceNs) {
        if (lastActiveNs - sinceNs < 0 && status == IDLE && !leaveWhenIdle) { // once asked, it leaves by itself
            leaveWhenIdle = true;
            wake();
        }
    }

    /** Asks the actor to leave memory once it has nothing left to do. Any thread. */
    void leave() {
        leaveWhenIdle = true;
        if (system.isClosing()) {
            endBackoff();
        }
        wake();
    }

    /**
     * Ends an actor that could not finish before the system closed: whoever waits for it is told so. On the closing thread.
     *
     * @param stopped whether no worker can be in a turn of it any more
     */
    void abandon(boolean stopped) {
        if (stopped || changeStatus(IDLE, SCHEDULED) || changeStatus(WAITING, SCHEDULED)) {
            Activation<E, S> active = activation;
            if (active != null) {
                active.close(new OutcomeUnknownException(
                        "system was closed before the reply was durable: persistenceId=" + persistenceId, null));
                activation = null;
            }
            close(new ActorSystemClosedException(
                    "system was closed before the command was handled: persistenceId=" + persistenceId, null));
        }
    }

    @Override
    void onWokenElsewhere() {
        RecoveryPermits.Ticket waiting = ticket;
        if (status == CLOSED) {
            forwardLeftovers();
        } else if (waiting != null && status == WAITING) {
            system.persistence().permits().heat(waiting);
        }
    }

    /** Has it coming: a turn if it is in memory, else a place in the queue of those who want to be. */
    @Override
    void begin() {
        if (activation != null || leaveWhenIdle) {
            super.begin();
        } else {
            awaitPermit();
        }
    }

    private void awaitPermit() {
        status = WAITING;
        enqueue();
    }

    private void enqueue() {
        RecoveryPermits.Ticket waiting =
                system.persistence().permits().newTicket(this, system.tracing() == null ? null : Tracing.current());
        ticket = waiting;
        system.persistence().permits().enqueue(waiting);
    }

    /** Has it recover now, if it is waiting for that to be allowed. Any thread. */
    private void endBackoff() {
        if (backingOff == 1 && BACKING_OFF.compareAndSet(this, 1, 0) && status == WAITING) {
            enqueue();
        }
    }

    /**
     * The actor is to be brought into memory now. On a thread of {@link RecoveryPermits}.
     *
     * @return false if nobody waits for that any more
     */
    boolean beginRecovery() {
        if (!changeStatus(WAITING, SCHEDULED)) {
            return false; // abandoned
        }
        ticket = null;
        return true;
    }

    /**
     * Gives the actor a turn: with what it knows now, or to say why it knows nothing. On the thread of {@link #beginRecovery}.
     *
     * @param recovered null if it cannot be recovered
     * @param reason null if it was
     */
    void endRecovery(@Nullable Activation<E, S> recovered, @Nullable ActorException reason) {
        activation = recovered;
        refusal = reason;
        if (reason != null) {
            system.recoveries().onFailed();
        }
        kind.dispatcher.execute(this);
    }

    /** Waits until the messages of a closed entity have reached its successor. */
    void awaitForwarded() {
        forwardLeftovers();
    }

    @Override
    void onTurnCutShort() {
        close(new ActorFailedException(
                "actor was restarted in the middle of a turn: persistenceId=" + persistenceId, null));
    }

    @Override
    String label() {
        return persistenceId.encoded();
    }

    @Override
    void turn() {
        Activation<E, S> active = activation;
        if (active == null) {
            turnWithoutState();
            return;
        }
        active.beginTurn();
        ActorException failure = start(active);
        if (failure != null) {
            close(failure);
            return;
        }
        handleMessages(active);
        active.endTurn();
        if (active.isFinished()) {
            end(active);
        } else if (leaveWhenIdle && isIdle(active)) {
            beforeLeaving(active);
            if (type.meters != null && !system.isClosing()) {
                type.meters.passivated.increment();
            }
            close(null);
        } else {
            rest(active);
        }
    }

    /** It has nothing under way any more, and is not to go on as it is. */
    private void end(Activation<E, S> active) {
        if (!active.hasFailed()) {
            dies();
            close(null);
            return;
        }
        Failures past = failures();
        if (past.directive() == Directive.RESTART) {
            restart(active, past);
            return;
        }
        if (past.directive() == Directive.ESCALATE) {
            system.onEscalated(new Escalation(label(), past.cause()));
        }
        close(Refusals.stopped(label(), past.cause()));
    }

    /** What it knows is dropped and recovered; its mail stays where it is. */
    private void restart(Activation<E, S> active, Failures past) {
        if (type.meters != null) {
            type.meters.restarts.increment();
        }
        beforeRestart(active, past.cause());
        active.close(null);
        activation = null;
        unstashAll();
        long delayNs = system.isClosing() ? 0 : past.delayNs();
        if (delayNs == 0) {
            awaitPermit();
            return;
        }
        backingOff = 1;
        status = WAITING;
        system.delays().after(delayNs, this::endBackoff);
        if (system.isClosing()) {
            endBackoff();
        }
    }

    private void turnWithoutState() {
        if (refusal != null || (!hasMessages() && leaveWhenIdle)) {
            close(refusal);
        } else {
            awaitPermit();
        }
    }

    private void handleMessages(Activation<E, S> active) {
        int handled = 0;
        long sequenceNumber = active.sequenceNumber();
        int tick = system.tick();
        while (handled < MESSAGES_PER_TURN && active.takesCommands()) {
            Object message = next();
            if (message == null) {
                break;
            }
            handle(active, message);
            handled++;
            if (system.tick() - tick >= TICKS_PER_TURN) {
                break;
            }
        }
        if (handled > 0) {
            lastActiveNs = active.nowNs();
            leaveWhenIdle = system.isClosing();
            noteUse(this);
            if (type.meters != null) {
                type.meters.onTurn(handled, active.sequenceNumber() - sequenceNumber);
            }
        }
    }

    private void handle(Activation<E, S> active, Object message) {
        if (!kind.isGuarded()) {
            open(active, message);
            return;
        }
        handlerFailed = false;
        open(active, message instanceof AdaptiveLimit.Timed timed ? timed.message : message);
        kind.onHandled(persistenceId, handlerFailed);
        if (message instanceof AdaptiveLimit.Timed timed) {
            timed.onHandled();
        }
    }

    /** Handles a message, out of its envelope if it has one. */
    @SuppressWarnings("try")
    private void open(Activation<E, S> active, Object message) {
        if (!(message instanceof Envelope envelope)) {
            active.handle(message);
            return;
        }
        long startNs = system.clock().nanoTime();
        try (Scope trace = Tracing.handle(system, envelope, this)) {
            active.handle(envelope.message);
        }
        if (type.meters != null) {
            type.meters.onHandled(envelope, startNs, system.clock().nanoTime(), mailbox.size());
        }
    }

    @Override
    Object sample(Object message) {
        TypeMeters meters = type.meters;
        Object sent = Tracing.carried(system.tracing(), message);
        return meters == null ? sent : meters.sampler.sample(sent, system);
    }

    @Override
    @Nullable TypeMeters meters() {
        return type.meters;
    }

    @Override
    Object key() {
        return persistenceId;
    }

    @Override
    int home() {
        Activation<E, S> active = activation;
        return active == null ? -1 : active.lane();
    }

    /** Queues for the lane's next durable position, then looks whether it has moved already. */
    private void rest(Activation<E, S> active) {
        boolean awaitsDisk = active.isWaiting();
        if (awaitsDisk) {
            awaitDisk(system.persistence().release(active.lane()));
        }
        rest(awaitsDisk);
    }

    @Override
    boolean hasWork() {
        Activation<E, S> active = activation;
        return active != null
                && (active.hasWork() || (active.takesCommands() && hasMessages()) || (leaveWhenIdle && isIdle(active)));
    }

    private boolean isIdle(Activation<E, S> active) {
        return active.isIdle() && !hasMessages() && (!hasStash() || system.isClosing());
    }

    /**
     * Ends this entity. Waiting commands go to a successor, or fail with {@code failure} if that is why it ends.
     */
    private void close(@Nullable ActorException failure) {
        Activation<E, S> active = activation;
        if (active != null) {
            active.close(failure);
        }
        endLife(failure != null);
        leaveMemory(failure);
    }

    @Override
    void onLeft(Queue<Object> waiting, @Nullable ActorException failure) {
        kind.dispatcher.release(this);
        if (failure == null && !waiting.isEmpty()) {
            system.entities().replace(this, waiting);
            return;
        }
        if (failure != null) {
            waiting.forEach(message -> refuse(message, failure));
        }
        system.entities().remove(this);
    }

    @Override
    void forward(Object message) {
        ActorException notTaken = system.deliver(type, persistenceId, message);
        if (notTaken != null) {
            refuse(message, notTaken);
        }
    }

    /** Fails the ask of a message that is not handled; one that nobody waits for becomes a dead letter. */
    void refuse(Object message, ActorException failure) {
        handlerFailed |= failure instanceof ActorFailedException;
        if (message instanceof AdaptiveLimit.Timed timed) {
            timed.onDropped();
            refuse(timed.message, failure);
        } else if (message instanceof Envelope envelope) {
            refuse(envelope.message, failure);
        } else if (message instanceof Ask<?> ask) {
            ask.fail(failure);
        } else if (message instanceof TimerFiring firing) {
            firing.refuse(failure);
        } else if (message != TimerFiring.Wake.INSTANCE) {
            system.deadLetters().add(message, label(), DeadLetter.Reason.REFUSED);
        }
    }
}
