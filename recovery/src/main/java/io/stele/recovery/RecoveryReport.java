package io.stele.recovery;

import io.stele.spi.PersistenceId;

/**
 * What one recovery found and did.
 *
 * @param persistenceId who was recovered
 * @param snapshotSequenceNumber which snapshot it started from; 0 for none
 * @param snapshotsPassedOver how many newer snapshots could not be used
 * @param eventsReplayed how many events were read on top, those that were skipped included
 * @param eventsSkipped how many of them were left out because somebody has decided so
 * @param payloadBytes how large the snapshot and the events were, encoded
 * @param sequenceNumber the last event in the recovered state; 0 if there are none
 * @param phases how long each phase took
 */
public record RecoveryReport(
        PersistenceId persistenceId,
        long snapshotSequenceNumber,
        int snapshotsPassedOver,
        long eventsReplayed,
        long eventsSkipped,
        long payloadBytes,
        long sequenceNumber,
        Phases phases) {

    /**
     * How long the phases of a recovery took, in nanoseconds, in their order.
     *
     * @param waitNs from the first message until there was a permit
     * @param findNs to find where the actor's history ends
     * @param snapshotNs to find, read and decode a snapshot
     * @param replayNs to read, decode and apply the events behind it
     * @param checkNs to see that nothing is missing at the end
     */
    public record Phases(long waitNs, long findNs, long snapshotNs, long replayNs, long checkNs) {

        /** Returns how long they took together, waiting excepted. */
        public long workNs() {
            return findNs + snapshotNs + replayNs + checkNs;
        }

        Phases with(long newWaitNs, long newFindNs) {
            return new Phases(newWaitNs, newFindNs, snapshotNs, replayNs, checkNs);
        }
    }

    /** Returns how long it took, in nanoseconds, from when it had its permit. */
    public long durationNs() {
        return phases.workNs();
    }

    /** Returns a copy with the phases that come before {@link Recovery#recover}. */
    public RecoveryReport with(long waitNs, long findNs) {
        return new RecoveryReport(
                persistenceId,
                snapshotSequenceNumber,
                snapshotsPassedOver,
                eventsReplayed,
                eventsSkipped,
                payloadBytes,
                sequenceNumber,
                phases.with(waitNs, findNs));
    }
}
