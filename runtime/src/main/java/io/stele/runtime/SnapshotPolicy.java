package io.stele.runtime;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * When an actor's state is worth a snapshot. Asked after every command that stored events.
 *
 * <pre>
 *   SnapshotPolicy.recoverWithin(Duration.ofMillis(50))
 *           .and(SnapshotPolicy.every(100))
 *           .or(SnapshotPolicy.when(moment -&gt; moment.event() instanceof Closed))
 * </pre>
 *
 * <p>A snapshot that is due while the actor's last one is still on its way waits for that one. A policy is asked in the actor's
 * own turn, for many actors at the same time, so it keeps nothing and returns at once.
 */
@FunctionalInterface
public interface SnapshotPolicy {

    /** Returns whether to take a snapshot now. One that throws is logged and taken for a no. */
    boolean isDue(SnapshotMoment moment);

    /** Never takes one. */
    static SnapshotPolicy never() {
        return moment -> false;
    }

    /**
     * Takes one when {@code eventCount} events have been stored since the last.
     *
     * @param eventCount at least 1
     */
    static SnapshotPolicy every(long eventCount) {
        requirePositive("eventCount", eventCount);
        return moment -> moment.eventsSinceSnapshot() >= eventCount;
    }

    /**
     * Takes one when {@code byteCount} bytes of encoded events have been stored since the last.
     *
     * @param byteCount at least 1
     */
    static SnapshotPolicy bytes(long byteCount) {
        requirePositive("byteCount", byteCount);
        return moment -> moment.bytesSinceSnapshot() >= byteCount;
    }

    /**
     * Takes one before recovering the actor would take longer than {@code budget}: when loading a snapshot and replaying what has
     * been stored since the last is predicted to exceed it. The prediction is made of what recoveries and handlers have cost in
     * this process, of all actors of the kind at first and of this one more and more; see
     * {@link SnapshotMoment#predictedRecoveryNs}. It is a prediction, no promise.
     *
     * <p>Where loading alone takes half of the budget or more, replaying still gets half of it, so that a snapshot that is slow to
     * load does not lead to one per event.
     *
     * @param budget above zero
     */
    static SnapshotPolicy recoverWithin(Duration budget) {
        requirePositive("budget", budget.toNanos());
        long budgetNs = budget.toNanos();
        return moment -> moment.predictedRecoveryNs() > budgetNs && moment.predictedReplayNs() > budgetNs / 2;
    }

    /** Takes one when {@code predicate} holds. */
    static SnapshotPolicy when(Predicate<SnapshotMoment> predicate) {
        return predicate::test;
    }

    /** Takes one when this or {@code other} would. */
    default SnapshotPolicy or(SnapshotPolicy other) {
        return moment -> isDue(moment) || other.isDue(moment);
    }

    /** Takes one when both this and {@code other} would. */
    default SnapshotPolicy and(SnapshotPolicy other) {
        return moment -> isDue(moment) && other.isDue(moment);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be above 0: " + name + "=" + value);
        }
    }
}
