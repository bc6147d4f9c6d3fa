package io.stele.runtime;

import io.stele.spi.Clock;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
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
 * <p>Senders may be any thread.
 */
abstract class Cell extends Task {
    static final int IDLE = 0;
    static final int SCHEDULED = 1;
    static final int CLOSED = 2;
    static final int WAITING = 3;
    static final int MESSAGES_PER_TURN = 64;
    /** A turn that has gone on for so many ticks of the watchdog takes no further message. */
    static final int TICKS_PER_TURN = 2;

    private static final Logger LOG = LoggerFactory.getLogger(Cell.class);
    private static final long BLOCK_PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final int DROPS_MAX = 8;

    private static final AtomicIntegerFieldUpdater<Cell> STATUS =
            AtomicIntegerFieldUpdater.newUpdater(Cell.class, "status");

    /** What became of an offer. */
    enum Offer {
        /** It is in the mailbox, or went elsewhere as the mailbox's options say. */
        TAKEN,
        FULL,
        CLOSED,
        /** The circuit breaker is open. */
        OPEN
    }

    final ActorSystem system;
    final Kind kind;
    final Queue<Object> mailbox;
    volatile int status = IDLE;

    Cell(ActorSystem system, Kind kind) {
        this.system = system;
        this.kind = kind;
        mailbox = kind.newMailbox();
    }

    /** Puts a message into the mailbox. Any thread. */
    final Offer offer(Object message) {
        if (status == CLOSED) {
            return Offer.CLOSED;
        }
        Object sent = sample(message);
        if (kind.isGuarded()) {
            return offerGuarded(sent);
        }
        if (!mailbox.offer(sent)) {
            return overflow(sent);
        }
        wake();
        return Offer.TAKEN;
    }

    /** Returns the message, in an envelope if somebody is to follow it. Any thread. */
    Object sample(Object message) {
        return message;
    }

    /** Returns what is counted about actors like this one; null if nothing is. Any thread. */
    @Nullable TypeMeters meters() {
        return null;
    }

    private Offer offerGuarded(Object message) {
        if (kind.isOpen(key())) {
            return rejected(Offer.OPEN);
        }
        if (!put(message)) {
            return overflow(message);
        }
        wake();
        return Offer.TAKEN;
    }

    /** Puts a message into the mailbox if there is room and the limit admits it. */
    private boolean put(Object message) {
        AdaptiveLimit limit = kind.limit;
        if (limit == null) {
            return mailbox.offer(message);
        }
        if (!limit.admits()) {
            return false;
        }
        AdaptiveLimit.Timed envelope = limit.envelope(message);
        if (mailbox.offer(envelope)) {
            return true;
        }
        envelope.onDropped();
        return false;
    }

    /** There is no room: does what the mailbox's options say. */
    private Offer overflow(Object message) {
        if (status == CLOSED) {
            return Offer.CLOSED;
        }
        Overflow overflow = kind.options.mailbox().overflow();
        if (overflow instanceof Overflow.DropNewest) {
            drop(message);
            return Offer.TAKEN;
        } else if (overflow instanceof Overflow.DropOldest) {
            return dropOldest(message);
        } else if (overflow instanceof Overflow.Block block) {
            return block(message, block.timeout().toNanos());
        } else if (overflow instanceof Overflow.Fallback fallback) {
            return forward(fallback.target(), message);
        }
        return rejected(Offer.FULL);
    }

    private Offer rejected(Offer offer) {
        TypeMeters meters = meters();
        if (meters != null) {
            meters.onRejected(offer);
        }
        return offer;
    }

    private Offer dropOldest(Object message) {
        for (int i = 0; i < DROPS_MAX; i++) {
            Object oldest = mailbox.poll();
            if (oldest != null) {
                drop(oldest);
            }
            if (put(message)) {
                wake();
                return Offer.TAKEN;
            }
        }
        return rejected(Offer.FULL);
    }

    private Offer block(Object message, long timeoutNs) {
        if (Thread.currentThread() instanceof NetworkThread) {
            return Offer.FULL; // others wait behind it, and a network has other ways of waiting
        }
        Clock clock = system.clock();
        long deadlineNs = clock.nanoTime() + timeoutNs;
        while (clock.nanoTime() - deadlineNs < 0 && status != CLOSED) {
            LockSupport.parkNanos(this, BLOCK_PAUSE_NS);
            if (put(message)) {
                wake();
                return Offer.TAKEN;
            }
        }
        return status == CLOSED ? Offer.CLOSED : rejected(Offer.FULL);
    }

    /** Hands a message on, with its envelope if the target is of this process, so that whoever asked still gets the reply. */
    @SuppressWarnings("unchecked")
    private static Offer forward(ActorRef<?> target, Object message) {
        if (target instanceof LocalActor<?> local) {
            return local.offer(message);
        }
        if (target instanceof LocalEntityRef entity) {
            return entity.system().deliver(entity.type(), entity.persistenceId(), message) == null
                    ? Offer.TAKEN
                    : Offer.FULL;
        }
        return ((ActorRef<Object>) target).tell(Ask.unwrap(message)) ? Offer.TAKEN : Offer.FULL;
    }

    private void drop(Object message) {
        TypeMeters meters = meters();
        if (meters != null) {
            meters.dropped.increment();
        }
        discard(message, full(), DeadLetter.Reason.DROPPED);
    }

    /** Makes a message a dead letter, and fails its ask. */
    final void discard(Object message, ActorException cause, DeadLetter.Reason reason) {
        if (message instanceof AdaptiveLimit.Timed timed) {
            timed.onDropped();
            discard(timed.message, cause, reason);
            return;
        }
        if (message instanceof Envelope envelope) {
            discard(envelope.message, cause, reason);
            return;
        }
        if (message instanceof Ask<?> ask) {
            ask.fail(cause);
        }
        system.deadLetters().add(message, label(), reason);
    }

    /** Makes everything that waits for a closed actor a dead letter. One thread at a time. */
    final void discardAll() {
        if (mailbox.isEmpty()) {
            return;
        }
        ActorException stopped = stopped();
        for (Object message = mailbox.poll(); message != null; message = mailbox.poll()) {
            discard(message, stopped, DeadLetter.Reason.STOPPED);
        }
    }

    private ActorException stopped() {
        return new ActorFailedException("actor has stopped, the message was not handled: actor=" + label(), null);
    }

    /** Returns why an offer was not taken; null if it was. */
    final @Nullable ActorException refusal(Offer offer) {
        return switch (offer) {
            case TAKEN -> null;
            case FULL -> full();
            case OPEN ->
                new CircuitOpenException("actor has failed too often in a row, try again later: actor=" + label()
                        + ", breaker=" + kind.options.breaker());
            case CLOSED -> stopped();
        };
    }

    private MailboxFullException full() {
        AdaptiveLimit limit = kind.limit;
        return new MailboxFullException(
                "mailbox is full, try again later: actor=" + label() + ", mailboxCapacity="
                        + kind.options.mailbox().capacity() + (limit == null ? "" : ", adaptiveLimit=" + limit.limit()),
                null);
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
        kind.dispatcher.execute(this);
    }

    /** Returns under which name the breaker knows the actor. */
    Object key() {
        return this;
    }

    /** Ends a turn after which the actor goes on: sets the status first, and looks for work afterwards. */
    final void rest() {
        status = IDLE;
        if (hasWork()) {
            wake();
        }
    }

    /**
     * Returns whether there is something to do already. Called after the turn has ended, while another one may have begun: it may
     * look at nothing but what other threads may look at.
     */
    abstract boolean hasWork();

    /** Was woken while it was neither idle nor had a turn coming, or lost a race for that. Any thread. */
    abstract void onWokenElsewhere();

    /** Handles some messages, then sets the status. On a worker. */
    abstract void turn();

    /** A turn ended with something that nobody caught. On a worker. */
    abstract void onTurnCutShort();

    @Override
    final void run() {
        boolean finished = false;
        TurnEvent event = new TurnEvent();
        event.begin();
        try {
            turn();
            finished = true;
        } finally {
            event.end();
            if (event.shouldCommit()) {
                event.actor = label();
                event.commit();
            }
            if (!finished) {
                LOG.error("actor's turn was cut short: actor={}", label());
                onTurnCutShort();
            }
        }
    }

    @Override
    abstract String label();

    /** Returns how many messages wait, about. Any thread. */
    public int waitingCount() {
        return mailbox.size();
    }
}
