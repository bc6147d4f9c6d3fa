package io.stele.recovery;

/**
 * What recoveries have cost so far.
 *
 * @param recoveredCount how many actors
 * @param eventsReplayed how many events
 * @param payloadBytes how many bytes of snapshots and events
 * @param replayNs how long the replays took together, in nanoseconds
 * @param overheadNs how long everything else took: looking up, snapshots, checks
 */
public record RecoveryRates(
        long recoveredCount, long eventsReplayed, long payloadBytes, long replayNs, long overheadNs) {
    private static final long EVENTS_MIN = 1_000;
    private static final long ACTORS_MIN = 10;
    private static final double ASSUMED_NS_PER_EVENT = 1_000;
    private static final double ASSUMED_NS_PER_ACTOR = 200_000;

    /** Nothing is known yet. */
    public static final RecoveryRates NONE = new RecoveryRates(0, 0, 0, 0, 0);

    /** Returns both together. */
    public RecoveryRates plus(RecoveryRates other) {
        return new RecoveryRates(
                recoveredCount + other.recoveredCount,
                eventsReplayed + other.eventsReplayed,
                payloadBytes + other.payloadBytes,
                replayNs + other.replayNs,
                overheadNs + other.overheadNs);
    }

    /** Returns half of it, so that what is old counts less. */
    public RecoveryRates halved() {
        return new RecoveryRates(
                recoveredCount / 2, eventsReplayed / 2, payloadBytes / 2, replayNs / 2, overheadNs / 2);
    }

    /** Returns whether enough was measured to say what the next recoveries take; otherwise they are assumed to be slow. */
    public boolean isMeasured() {
        return eventsReplayed >= EVENTS_MIN && recoveredCount >= ACTORS_MIN;
    }

    /** Returns how long it takes to read, decode and apply one event, in nanoseconds. */
    public double nsPerEvent() {
        return isMeasured() ? (double) replayNs / eventsReplayed : ASSUMED_NS_PER_EVENT;
    }

    /** Returns how long everything else takes per actor, in nanoseconds. */
    public double nsPerActor() {
        return isMeasured() ? (double) overheadNs / recoveredCount : ASSUMED_NS_PER_ACTOR;
    }
}
