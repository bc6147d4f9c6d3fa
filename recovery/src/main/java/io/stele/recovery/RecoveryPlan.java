package io.stele.recovery;

import io.stele.spi.PersistenceId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What it would take to recover actors: how many events, how many bytes, how long. Exact in events; bytes are those of the records in
 * the journal, and the time follows from what earlier recoveries took.
 *
 * @param actorCount how many actors
 * @param withSnapshotCount how many of them have a snapshot
 * @param eventCount how many events are behind the snapshots
 * @param eventBytes how many bytes those are in the journal, about
 * @param permits how many actors recover at once
 * @param bytesPerSecond the budget; 0 for none
 * @param rates what it was worked out from
 * @param durationNs how long it takes with so many permits within the budget, in nanoseconds
 * @param slowest the actors that take longest, the longest first, at most {@value #SLOWEST_COUNT_MAX}
 */
public record RecoveryPlan(
        long actorCount,
        long withSnapshotCount,
        long eventCount,
        long eventBytes,
        int permits,
        long bytesPerSecond,
        RecoveryRates rates,
        long durationNs,
        List<Actor> slowest) {

    /** How many of the slowest are listed. */
    public static final int SLOWEST_COUNT_MAX = 10;

    /**
     * One actor.
     *
     * @param persistenceId which
     * @param lastSequenceNumber its last event
     * @param snapshotSequenceNumber its newest snapshot; 0 for none
     * @param eventBytes how many bytes its whole history has in the journal
     */
    public record Actor(
            PersistenceId persistenceId, long lastSequenceNumber, long snapshotSequenceNumber, long eventBytes) {

        /** Returns how many events are behind the snapshot. */
        public long eventCount() {
            return Math.max(0, lastSequenceNumber - snapshotSequenceNumber);
        }

        /** Returns how many bytes those have, about. */
        public long bytesBehindSnapshot() {
            return lastSequenceNumber == 0 ? 0 : Math.round((double) eventBytes / lastSequenceNumber * eventCount());
        }

        /** Returns how long it takes, in nanoseconds. */
        public long durationNs(RecoveryRates rates) {
            return Math.round(rates.nsPerActor() + rates.nsPerEvent() * eventCount());
        }
    }

    /**
     * Starts a plan.
     *
     * @param permits how many actors recover at once, at least 1
     * @param bytesPerSecond the budget; 0 for none
     */
    public static Builder builder(int permits, long bytesPerSecond, RecoveryRates rates) {
        return new Builder(permits, bytesPerSecond, rates);
    }

    /** Adds actors up. Confined to one thread. */
    public static final class Builder {
        private final int permits;
        private final long bytesPerSecond;
        private final RecoveryRates rates;
        private final PriorityQueue<Actor> slowest = new PriorityQueue<>(Comparator.comparingLong(Actor::eventCount));
        private long actorCount;
        private long withSnapshotCount;
        private long eventCount;
        private long eventBytes;
        private long workNs;
        private long longestNs;

        private Builder(int permits, long bytesPerSecond, RecoveryRates rates) {
            if (permits < 1 || bytesPerSecond < 0) {
                throw new IllegalArgumentException("plan is out of range: permits=" + permits + ", permitsMin=1"
                        + ", bytesPerSecond=" + bytesPerSecond + ", bytesPerSecondMin=0");
            }
            this.permits = permits;
            this.bytesPerSecond = bytesPerSecond;
            this.rates = rates;
        }

        /** Adds one actor. */
        public Builder add(Actor actor) {
            actorCount++;
            withSnapshotCount += actor.snapshotSequenceNumber() > 0 ? 1 : 0;
            eventCount += actor.eventCount();
            eventBytes += actor.bytesBehindSnapshot();
            workNs += actor.durationNs(rates);
            longestNs = Math.max(longestNs, actor.durationNs(rates));
            slowest.add(actor);
            if (slowest.size() > SLOWEST_COUNT_MAX) {
                slowest.remove();
            }
            return this;
        }

        /** Returns the plan. No actor is recovered by two threads, so it never takes less than the slowest. */
        public RecoveryPlan build() {
            double budgetNs = bytesPerSecond == 0 ? 0 : (double) eventBytes / bytesPerSecond * 1e9;
            double durationNs = Math.max(Math.max((double) workNs / permits, (double) longestNs), budgetNs);
            List<Actor> slowestFirst = new ArrayList<>(slowest);
            slowestFirst.sort(Comparator.comparingLong(Actor::eventCount).reversed());
            return new RecoveryPlan(
                    actorCount,
                    withSnapshotCount,
                    eventCount,
                    eventBytes,
                    permits,
                    bytesPerSecond,
                    rates,
                    Math.round(durationNs),
                    List.copyOf(slowestFirst));
        }
    }
}
