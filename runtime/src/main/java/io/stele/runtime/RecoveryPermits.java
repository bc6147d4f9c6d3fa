package io.stele.runtime;

import io.opentelemetry.api.trace.SpanContext;
import io.stele.recovery.RecoveryReport;
import io.stele.recovery.RecoveryRequest;
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
 * <p>When many wait, a permit takes a group at once: its actors share one pass over the journal, which takes far less time than one
 * pass for each. Groups become smaller as the queue does, and where histories are large.
 *
 * <p>A waiting actor moves up when its mail passes a power of two. It then stands in several queues; whoever finds a ticket that is
 * taken passes over it, and no actor has more tickets than its mailbox has powers of two.
 *
 * <p>Any thread.
 */
final class RecoveryPermits {
    private static final int HEATS = 21;
    private static final int PICKS_PER_ARRIVAL = 4;

    /** Where fewer wait for each permit, everyone is recovered alone, and so as soon as possible. */
    private static final int GROUP_WAITING_MIN = 16;

    private static final int GROUP_MAX = 1_024;
    /** A group is so small that what its members are likely to be made of fits here. */
    private static final int GROUP_BYTES = 16 << 20;

    private static final double TYPICAL_WEIGHT = 1.0 / 64;

    private final Dispatcher dispatcher;
    private final Clock clock;
    private final int permitCount;
    private final Queue<Ticket> arrivals = new ArrayDeque<>();
    private final List<Queue<Ticket>> hottest = new ArrayList<>();
    private final ArrayDeque<Permit> free = new ArrayDeque<>();
    private int waiting;
    private int picks;
    private double typicalBytes = 4_096;
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
        private final @Nullable SpanContext trace;

        private Ticket(Entity<?, ?> entity, long arrivedNs, @Nullable SpanContext trace) {
            this.entity = entity;
            this.arrivedNs = arrivedNs;
            this.trace = trace;
        }

        Entity<?, ?> entity() {
            return entity;
        }

        /** Returns in which span it was wanted in memory; null if nobody follows that. */
        @Nullable SpanContext trace() {
            return trace;
        }

        /** Returns since when it waits, by the system's clock. */
        long arrivedNs() {
            return arrivedNs;
        }
    }

    Ticket newTicket(Entity<?, ?> entity, @Nullable SpanContext trace) {
        return new Ticket(entity, clock.nanoTime(), trace);
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

    /** What recovering these has taken is a hint of how many to take together. */
    synchronized void onRecovered(List<RecoveryRequest> done) {
        for (RecoveryRequest request : done) {
            RecoveryReport report = request.report();
            if (report != null) {
                typicalBytes += (report.payloadBytes() - typicalBytes) * TYPICAL_WEIGHT;
            }
        }
    }

    /** Returns who is next, none if nobody waits: one actor, or a group of them if many wait. */
    private synchronized List<Ticket> next(Permit permit) {
        int wanted = waiting < GROUP_WAITING_MIN * permitCount ? 1 : groupSize();
        List<Ticket> group = new ArrayList<>(wanted);
        for (Ticket ticket = next(); ticket != null; ticket = group.size() < wanted ? next() : null) {
            group.add(ticket);
        }
        if (group.isEmpty()) {
            free.add(permit);
        }
        return group;
    }

    private int groupSize() {
        int fitting = (int) Math.min(GROUP_MAX, GROUP_BYTES / Math.max(1, typicalBytes));
        return Math.max(1, Math.min(fitting, waiting / (2 * permitCount)));
    }

    private @Nullable Ticket next() {
        Ticket ticket = null;
        if (waiting > 0 && !closed) {
            ticket = ++picks % PICKS_PER_ARRIVAL == 0 ? poll(arrivals) : pollHottest();
        }
        if (ticket == null) {
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

    /** The right to recover one actor, or one group, at a time. */
    final class Permit extends Task {

        @Override
        void run() {
            List<Ticket> group = next(this);
            if (!group.isEmpty()) {
                try {
                    Revival.run(group.get(0).entity.system, group);
                } finally {
                    dispatcher.execute(this);
                }
            }
        }
    }
}
