package io.stele.runtime;

import io.stele.recovery.PoisonEventException;
import io.stele.recovery.RecoveryException;
import io.stele.spi.ForgottenException;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private static final Logger LOG = LoggerFactory.getLogger(Entity.class);

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Entity> AWAITING =
            AtomicIntegerFieldUpdater.newUpdater(Entity.class, "awaiting");

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Entity> BACKING_OFF =
            AtomicIntegerFieldUpdater.newUpdater(Entity.class, "backingOff");

    /** Commands put back, in order, and those of them that are to be handled again before the mailbox. */
    private final ArrayDeque<Object> stash = new ArrayDeque<>(0);

    private final ArrayDeque<Object> unstashed = new ArrayDeque<>(0);
    private @Nullable Activation<E, S> activation;
    /** Why it could not be recovered. */
    private @Nullable ActorException refusal;

    private boolean handlerFailed;
    private volatile RecoveryPermits.@Nullable Ticket ticket;
    private volatile int backingOff;
    private volatile int awaiting;
    private volatile long lastActiveNs;
    private volatile boolean leaveWhenIdle;

    Entity(ActorSystem system, EntityType<E, S> type, PersistenceId persistenceId) {
        super(system, type, persistenceId);
        lastActiveNs = system.clock().nanoTime();
    }

    /** Takes over what waited for a predecessor. Before anyone else knows this entity. */
    void inherit(Queue<Object> waiting) {
        unstashed.addAll(waiting);
    }

    /** Asks the actor to leave memory once it has nothing to do, if it has been idle since {@code sinceNs}. Any thread. */
    void passivateIfIdleSince(long sinceNs) {
        if (lastActiveNs - sinceNs < 0 && status == IDLE) {
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

    /** The lane's durable position has moved. Any thread. */
    void onReleased() {
        awaiting = 0;
        wake();
    }

    @Override
    void onWokenElsewhere() {
        RecoveryPermits.Ticket waiting = ticket;
        if (status == CLOSED) {
            forwardLeftovers();
        } else if (waiting != null && status == WAITING) {
            system.permits().heat(waiting);
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
        RecoveryPermits.Ticket waiting = system.permits().newTicket(this);
        ticket = waiting;
        system.permits().enqueue(waiting);
    }

    /** Has it recover now, if it is waiting for that to be allowed. Any thread. */
    private void endBackoff() {
        if (backingOff == 1 && BACKING_OFF.compareAndSet(this, 1, 0) && status == WAITING) {
            enqueue();
        }
    }

    @Override // while it waits for its permit
    public int waitingCount() {
        return mailbox.size() + unstashed.size();
    }

    /**
     * Brings the actor into memory, then gives it a turn. On a thread of {@link RecoveryPermits}.
     *
     * @param waitNs how long it has waited for that
     */
    void recover(long waitNs) {
        if (!changeStatus(WAITING, SCHEDULED)) {
            return; // abandoned
        }
        ticket = null;
        refusal = new ActorFailedException("recovery was cut short: persistenceId=" + persistenceId, null);
        try {
            refusal = tryRecover(waitNs);
        } finally {
            if (refusal != null) {
                system.recoveries().onFailed();
            }
            kind.dispatcher.execute(this);
        }
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
        if (refusal != null || (mailbox.isEmpty() && unstashed.isEmpty() && leaveWhenIdle)) {
            close(refusal);
        } else {
            awaitPermit();
        }
    }

    /** Returns null if the actor is in memory now, and otherwise why not. */
    private @Nullable ActorException tryRecover(long waitNs) {
        ActorException quarantined = system.quarantine().refusal(persistenceId);
        if (quarantined != null) {
            return quarantined;
        }
        ActorException failure = beginLife();
        if (failure != null) {
            return failure;
        }
        try {
            activation = Activation.recover(this, waitNs);
            return null;
        } catch (ForgottenException e) {
            return new ActorForgottenException(e);
        } catch (PoisonEventException e) {
            return system.quarantine().add(e);
        } catch (RecoveryException e) {
            return new ActorFailedException(e.getMessage() == null ? "recovery failed" : e.getMessage(), e);
        } catch (SteleException e) {
            return new ActorFailedException(
                    "actor cannot be recovered: persistenceId=" + persistenceId + ", reason=" + e.getMessage(), e);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError e) {
            LOG.error("recovery failed unexpectedly: persistenceId={}", persistenceId, e);
            return new ActorFailedException(
                    "actor cannot be recovered: persistenceId=" + persistenceId + ", reason=" + e, e);
        }
    }

    private void handleMessages(Activation<E, S> active) {
        int handled = 0;
        int tick = system.tick();
        while (handled < MESSAGES_PER_TURN && active.takesCommands()) {
            Object message = unstashed.poll();
            if (message == null) {
                message = mailbox.poll();
            }
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
        }
    }

    private void handle(Activation<E, S> active, Object message) {
        if (!kind.isGuarded()) {
            active.handle(message);
            return;
        }
        handlerFailed = false;
        active.handle(message instanceof AdaptiveLimit.Timed timed ? timed.message : message);
        kind.onHandled(persistenceId, handlerFailed);
        if (message instanceof AdaptiveLimit.Timed timed) {
            timed.onHandled();
        }
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

    /** Has a message handled next. */
    void putFirst(Object message) {
        unstashed.addFirst(message);
    }

    /** Puts a command back. */
    boolean stash(Object message) {
        if (stash.size() >= type.stashCapacity) {
            return false;
        }
        stash.add(message);
        return true;
    }

    void unstashAll() {
        unstashed.addAll(stash);
        stash.clear();
    }

    /** Queues for the lane's next durable position, then looks whether it has moved already. */
    private void rest(Activation<E, S> active) {
        if (active.isWaiting() && awaiting == 0 && AWAITING.compareAndSet(this, 0, 1)) {
            system.release(active.lane()).await(this);
        }
        status = IDLE;
        if (hasWork(active)) {
            wake();
        }
    }

    private boolean hasWork(Activation<E, S> active) {
        return active.hasWork()
                || (active.takesCommands() && (!mailbox.isEmpty() || !unstashed.isEmpty()))
                || (leaveWhenIdle && isIdle(active));
    }

    private boolean isIdle(Activation<E, S> active) {
        return active.isIdle() && mailbox.isEmpty() && unstashed.isEmpty() && (stash.isEmpty() || system.isClosing());
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
        synchronized (this) {
            status = CLOSED;
            if (failure != null) {
                failWaiting(failure);
            }
            kind.dispatcher.release(this);
            Queue<Object> left = leftovers();
            if (left.isEmpty()) {
                system.remove(this);
            } else {
                system.replace(this, left);
            }
        }
    }

    private void failWaiting(ActorException failure) {
        for (Object message : leftovers()) {
            refuse(message, failure);
        }
    }

    private Queue<Object> leftovers() {
        Queue<Object> left = new ArrayDeque<>(unstashed);
        left.addAll(stash);
        unstashed.clear();
        stash.clear();
        for (Object message = mailbox.poll(); message != null; message = mailbox.poll()) {
            left.add(message);
        }
        return left;
    }

    private void forwardLeftovers() {
        synchronized (this) {
            for (Object message = mailbox.poll(); message != null; message = mailbox.poll()) {
                ActorException refusal = system.deliver(type, persistenceId, message);
                if (refusal != null) {
                    refuse(message, refusal);
                }
            }
        }
    }

    /** Fails the ask of a message that is not handled; one that nobody waits for becomes a dead letter. */
    void refuse(Object message, ActorException failure) {
        handlerFailed |= failure instanceof ActorFailedException;
        if (message instanceof AdaptiveLimit.Timed timed) {
            timed.onDropped();
            refuse(timed.message, failure);
        } else if (message instanceof Ask<?> ask) {
            ask.fail(failure);
        } else if (message instanceof TimerFiring firing) {
            firing.refuse(failure);
        } else if (message != TimerFiring.Wake.INSTANCE) {
            system.deadLetters().add(message, label(), DeadLetter.Reason.REFUSED);
        }
    }
}
