package io.stele.recovery;

import io.stele.spi.PersistenceId;

/**
 * What one recovery found and did.
 *
 * @param persistenceId who was recovered
 * @param snapshotSequenceNumber which snapshot it started from; 0 for none
 * @param snapshotsPassedOver how many newer snapshots could not be used
 * @param eventsReplayed how many events were applied on top
 * @param sequenceNumber the last event in the recovered state; 0 if there are none
 * @param durationNs how long it took
 */
public record RecoveryReport(
        PersistenceId persistenceId,
        long snapshotSequenceNumber,
        int snapshotsPassedOver,
        long eventsReplayed,
        long sequenceNumber,
        long durationNs) {}
