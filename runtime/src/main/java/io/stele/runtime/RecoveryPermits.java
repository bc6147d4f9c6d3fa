package io.stele.runtime;

import io.stele.spi.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Lets a bounded number of actors recover at once, on threads of their own, so that a long history never keeps a worker from actors
 * that are in memory already.
 *
 * <pre>
 *   first message ──&gt; [ waiting: mail stays in the mailbox ] ──permit──&gt; recover ──&gt; first turn on a worker
 *                       hottest[1]  2 and more messages
 *                       hottest[2]  4 and more …             three permits of four go to the hottest,
 *                       arrivals    everyone, in order       the fourth to whoever has waited longest
 * </pre>
 *
 * <p>A waiting actor moves up when its mail passes a power of two. It then stands in several queues; whoever finds a ticket that is
 * taken passes over it, and no actor has more tickets than its mailbox has powers of two.
 *
 * <p>Any thread.
 */
final class RecoveryPermits {
    private static final int HEATS = 21;
    private static final int PICKS_PER_ARRIVAL = 4;

    private final Dispatcher dispatcher;
    private final Clock clock;
    private final int permitCount;
    private final Queue<Ticket> arrivals = new ArrayDeque<>();
    private final List<Queue<Ticket>> hottest = new ArrayList<>();
    private final ArrayDeque<Permit> free = new ArrayDeque<>();
    private int waiting;
    private int picks;
    private boolean closed;

    RecoveryPermits(Dispatcher dispatcher, int permitCount, Clock clock) {
        this.dispatcher = dispatcher;
        this.permitCount = permitCount;
        this.clock = clock;
        for (int heat = 0; heat < HEATS; heat++) {
            hottest.add(new ArrayDeque<>());
        }
        for (int i = 0; i < permitCount; i++) {
            free.add(new Permit());
        }
    }

    /** An actor's place in the queue. */
    static final class Ticket {
        private final Entity<?, ?> entity;
        private final long arrivedNs;
        private int heat;
        private boolean queued;
        private boolean taken;

        private Ticket(Entity<?, ?> entity, long arrivedNs) {
            this.entity = entity;
            this.arrivedNs = arrivedNs;
        }
    }

    Ticket newTicket(Entity<?, ?> entity) {
        return new Ticket(entity, clock.nanoTime());
    }

    /** Lets an actor wait for its permit; it may have it before this returns. */
    void enqueue(Ticket ticket) {
        Permit permit;
        synchronized (this) {
            if (closed) {
                return;
            }
            ticket.queued = true;
            waiting++;
            arrivals.add(ticket);
            warm(ticket);
            permit = free.poll();
        }
        if (permit != null) {
            dispatcher.execute(permit);
        }
    }

    /** More mail has come for an actor that waits. */
    synchronized void heat(Ticket ticket) {
        if (ticket.queued && !ticket.taken) {
            warm(ticket);
        }
    }

    /** Returns how many actors wait. */
    synchronized int waitingCount() {
        return waiting;
    }

    /** Returns how many actors are being recovered. */
    synchronized int activeCount() {
        return permitCount - free.size();
    }

    int permitCount() {
        return permitCount;
    }

    /**
     * Gives no more permits. Actors that wait are left as they are.
     *
     * @return false if some recovery is still under way after a while
     */
    boolean close() {
        synchronized (this) {
            closed = true;
        }
        return dispatcher.close();
    }

    private void warm(Ticket ticket) {
        int heat = Math.min(HEATS - 1, 31 - Integer.numberOfLeadingZeros(Math.max(1, ticket.entity.waitingCount())));
        if (heat > ticket.heat) {
            ticket.heat = heat;
            hottest.get(heat).add(ticket);
        }
    }

    private synchronized @Nullable Ticket next(Permit permit) {
        Ticket ticket = null;
        if (waiting > 0 && !closed) {
            ticket = ++picks % PICKS_PER_ARRIVAL == 0 ? poll(arrivals) : pollHottest();
        }
        if (ticket == null) {
            free.add(permit);
            return null;
        }
        ticket.taken = true;
        waiting--;
        if (waiting == 0) {
            picks = 0;
            arrivals.clear();
            hottest.forEach(Queue::clear);
        }
        return ticket;
    }

    private @Nullable Ticket pollHottest() {
        for (int heat = HEATS - 1; heat > 0; heat--) {
            Ticket ticket = poll(hottest.get(heat));
            if (ticket != null) {
                return ticket;
            }
        }
        return poll(arrivals);
    }

    private static @Nullable Ticket poll(Queue<Ticket> tickets) {
        Ticket ticket = tickets.poll();
        while (ticket != null && ticket.taken) {
            ticket = tickets.poll();
        }
        return ticket;
    }

    /** The right to recover one actor at a time. */
    final class Permit extends Task {

        @Override
        void run() {
            Ticket ticket = next(this);
            if (ticket != null) {
                try {
                    ticket.entity.recover(clock.nanoTime() - ticket.arrivedNs);
                } finally {
                    dispatcher.execute(this);
                }
            }
        }
    }
}
