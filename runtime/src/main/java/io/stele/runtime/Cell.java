package io.stele.runtime;

import java.util.Queue;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jctools.queues.varhandle.MpscChunkedVarHandleArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every actor in memory has, persistent or not: a mailbox, a status, and turns.
 *
 * <pre>
 *   IDLE ──wake──&gt; SCHEDULED ──turn over, nothing left──&gt; IDLE
 *                     │
 *                     └──ends──&gt; CLOSED
 * </pre>
 *
 * <p>Nobody is woken twice and nobody is forgotten: a sender puts its message in first and looks at the status afterwards; a turn
 * that ends sets the status first and looks into the mailbox afterwards. So one of the two sees the other.
 *
 * <p>It is a task that never completes, so that scheduling it allocates nothing. Senders may be any thread.
 */
abstract class Cell extends ForkJoinTask<Void> {
    static final int IDLE = 0;
    static final int SCHEDULED = 1;
    static final int CLOSED = 2;
    static final int WAITING = 3;
    static final int MESSAGES_PER_TURN = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Cell.class);
    private static final int MAILBOX_CHUNK = 16;

    private static final AtomicIntegerFieldUpdater<Cell> STATUS =
            AtomicIntegerFieldUpdater.newUpdater(Cell.class, "status");

    /** What became of an offer. */
    enum Offer {
        TAKEN,
        FULL,
        CLOSED
    }

    final transient ActorSystem system;
    final transient Queue<Object> mailbox;
    volatile int status = IDLE;

    Cell(ActorSystem system, int mailboxCapacity) {
        this.system = system;
        mailbox = new MpscChunkedVarHandleArrayQueue<>(
                Math.max(2, Math.min(MAILBOX_CHUNK, mailboxCapacity / 4)), Math.max(4, mailboxCapacity));
    }

    /** Puts a message into the mailbox. Any thread. */
    final Offer offer(Object message) {
        if (status == CLOSED) {
            return Offer.CLOSED;
        }
        if (!mailbox.offer(message)) {
            return status == CLOSED ? Offer.CLOSED : Offer.FULL;
        }
        wake();
        return Offer.TAKEN;
    }

    /** Gives the actor a turn, unless it has one coming. Any thread. */
    final void wake() {
        int seen = status;
        if (seen == SCHEDULED) {
            return;
        }
        if (seen == IDLE && changeStatus(IDLE, SCHEDULED)) {
            begin();
        } else {
            onWokenElsewhere();
        }
    }

    final boolean changeStatus(int from, int to) {
        return STATUS.compareAndSet(this, from, to);
    }

    /** Has a turn coming: by default on a worker. */
    void begin() {
        system.dispatcher().execute(this);
    }

    /** Was woken while it was neither idle nor had a turn coming, or lost a race for that. Any thread. */
    abstract void onWokenElsewhere();

    /** Handles some messages, then sets the status. On a worker. */
    abstract void turn();

    /** A turn ended with something that nobody caught. On a worker. */
    abstract void onTurnCutShort();

    /** Returns what the actor is called in messages for people. */
    abstract String label();

    @Override
    protected final boolean exec() {
        boolean finished = false;
        try {
            turn();
            finished = true;
        } finally {
            if (!finished) {
                LOG.error("actor's turn was cut short: actor={}", label());
                onTurnCutShort();
            }
        }
        return false;
    }

    @Override
    public final Void getRawResult() {
        throw new UnsupportedOperationException("an actor has no result");
    }

    @Override
    protected final void setRawResult(Void value) {}
}
