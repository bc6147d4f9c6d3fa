package io.stele.runtime;

import io.stele.spi.PersistenceId;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jctools.queues.varhandle.MpscChunkedVarHandleArrayQueue;
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
 *                        └──passivate, restart or failure──&gt; CLOSED      (a successor may take its place)
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
final class Entity<E, S> extends ForkJoinTask<Void> {
    private static final Logger LOG = LoggerFactory.getLogger(Entity.class);
    private static final int IDLE = 0;
    private static final int SCHEDULED = 1;
    private static final int CLOSED = 2;
    private static final int WAITING = 3;
    private static final int MESSAGES_PER_TURN = 64;
    private static final int MAILBOX_CHUNK = 16;

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Entity> STATUS =
            AtomicIntegerFieldUpdater.newUpdater(Entity.class, "status");

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Entity> AWAITING =
            AtomicIntegerFieldUpdater.newUpdater(Entity.class, "awaiting");

    /** What became of an offer. */
    enum Offer {
        TAKEN,
        FULL,
        CLOSED
    }

    final transient ActorSystem system;
    final transient EntityType<E, S> type;
    final transient PersistenceId persistenceId;
    private final transient Queue<Object> mailbox;
    /** Commands put back, in order, and those of them that are to be handled again before the mailbox. */
    private final transient ArrayDeque<Object> stash = new ArrayDeque<>(0);

    private final transient ArrayDeque<Object> unstashed = new ArrayDeque<>(0);
    private transient @Nullable Activation<E, S> activation;
    /** Why it could not be recovered. */
    private transient @Nullable ActorException refusal;

    private transient volatile RecoveryPermits.@Nullable Ticket ticket;
    private volatile int status = IDLE;
    private volatile int awaiting;
    private volatile long lastActiveNs;
    private volatile boolean leaveWhenIdle;

    Entity(ActorSystem system, EntityType<E, S> type, PersistenceId persistenceId) {
        this.system = system;
        this.type = type;
        this.persistenceId = persistenceId;
        mailbox = new MpscChunkedVarHandleArrayQueue<>(
                Math.max(2, Math.min(MAILBOX_CHUNK, type.mailboxCapacity / 4)), Math.max(4, type.mailboxCapacity));
        lastActiveNs = system.clock().nanoTime();
    }

    /** Puts a message into the mailbox. Any thread. */
    Offer offer(Object message) {
        if (status == CLOSED) {
            return Offer.CLOSED;
        }
        if (!mailbox.offer(message)) {
            return status == CLOSED ? Offer.CLOSED : Offer.FULL;
        }
        wake();
        return Offer.TAKEN;
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
        wake();
    }

    /**
     * Ends an actor that could not finish before the system closed: whoever waits for it is told so. On the closing thread.
     *
     * @param stopped whether no worker can be in a turn of it any more
     */
    void abandon(boolean stopped) {
        if (stopped || STATUS.compareAndSet(this, IDLE, SCHEDULED) || STATUS.compareAndSet(this, WAITING, SCHEDULED)) {
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

    /** Gives the actor a turn, unless it has one coming. Any thread. */
    void wake() {
        int seen = status;
        if (seen == IDLE && STATUS.compareAndSet(this, IDLE, SCHEDULED)) {
            begin();
            return;
        }
        RecoveryPermits.Ticket waiting = ticket;
        if (status == CLOSED) {
            forwardLeftovers();
        } else if (waiting != null && status == WAITING) {
            system.permits().heat(waiting);
        }
    }

    /** Has it coming: a turn if it is in memory, else a place in the queue of those who want to be. */
    private void begin() {
        if (activation != null || leaveWhenIdle) {
            system.dispatcher().execute(this);
        } else {
            awaitPermit();
        }
    }

    private void awaitPermit() {
        RecoveryPermits.Ticket waiting = system.permits().newTicket(this);
        ticket = waiting;
        status = WAITING;
        system.permits().enqueue(waiting);
    }

    /** Returns how many messages wait, about. Any thread while it waits for its permit. */
    int waitingCount() {
        return mailbox.size() + unstashed.size();
    }

    /**
     * The actor is to be brought into memory now. On a thread of {@link RecoveryPermits}.
     *
     * @return false if nobody waits for that any more
     */
    boolean beginRecovery() {
        if (!STATUS.compareAndSet(this, WAITING, SCHEDULED)) {
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
        system.dispatcher().execute(this);
    }

    /** Waits until the messages of a closed entity have reached its successor. */
    void awaitForwarded() {
        forwardLeftovers();
    }

    @Override
    protected boolean exec() {
        boolean finished = false;
        try {
            turn();
            finished = true;
        } finally {
            if (!finished) {
                LOG.error("actor's turn was cut short, the actor is restarted: persistenceId={}", persistenceId);
                close(new ActorFailedException(
                        "actor was restarted in the middle of a turn: persistenceId=" + persistenceId, null));
            }
        }
        return false;
    }

    private void turn() {
        Activation<E, S> active = activation;
        if (active == null) {
            turnWithoutState();
            return;
        }
        active.beginTurn();
        handleMessages(active);
        active.endTurn();
        if (active.isFinished() || (leaveWhenIdle && isIdle(active))) {
            close(null);
            return;
        }
        rest(active);
    }

    private void turnWithoutState() {
        if (refusal != null || (mailbox.isEmpty() && unstashed.isEmpty() && leaveWhenIdle)) {
            close(refusal);
        } else {
            awaitPermit();
        }
    }

    private void handleMessages(Activation<E, S> active) {
        int handled = 0;
        while (handled < MESSAGES_PER_TURN && active.takesCommands()) {
            Object message = unstashed.poll();
            if (message == null) {
                message = mailbox.poll();
            }
            if (message == null) {
                break;
            }
            active.handle(message);
            handled++;
        }
        if (handled > 0) {
            lastActiveNs = active.nowNs();
            leaveWhenIdle = system.isClosing();
        }
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
        synchronized (this) {
            status = CLOSED;
            if (failure != null) {
                failWaiting(failure);
            }
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

    static void refuse(Object message, ActorException failure) {
        if (message instanceof Ask<?> ask) {
            ask.fail(failure);
        } else {
            LOG.warn(
                    "message was dropped: message={}, reason={}",
                    message.getClass().getName(),
                    failure.getMessage());
        }
    }

    @Override
    public Void getRawResult() {
        throw new UnsupportedOperationException("an actor has no result");
    }

    @Override
    protected void setRawResult(Void value) {}
}
