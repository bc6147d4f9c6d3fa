package io.stele.tools;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether every actor's newest snapshot can be read, includes no event that the journal does not have, and is there where the
 * journal was compacted because of it.
 *
 * @param checkedCount how many were read
 * @param findings one sentence each
 */
record SnapshotCheck(long checkedCount, List<String> findings) {
    static final SnapshotCheck NONE = new SnapshotCheck(0, List.of());

    /**
     * What the journal knows of an actor.
     *
     * @param persistenceId which
     * @param firstSequenceNumber of the first event that is there; 0 if there is none
     * @param lastSequenceNumber of the last event
     */
    record Actor(PersistenceId persistenceId, long firstSequenceNumber, long lastSequenceNumber) {}

    static SnapshotCheck of(List<Actor> actors, SnapshotStore snapshots) {
        long checkedCount = 0;
        List<String> findings = new ArrayList<>();
        for (Actor actor : actors) {
            long rejectedBefore = snapshots.rejectedCount();
            Optional<Snapshot> newest = snapshots.load(actor.persistenceId(), Long.MAX_VALUE);
            if (snapshots.rejectedCount() > rejectedBefore) {
                findings.add("snapshot is damaged, recovery takes an older one or all events: persistenceId="
                        + actor.persistenceId());
            }
            long covered = newest.map(Snapshot::sequenceNumber).orElse(0L);
            if (covered < actor.firstSequenceNumber() - 1) {
                findings.add(
                        "actor cannot be recovered, its first events were compacted and the snapshot that makes up for them is"
                                + " not there; bring back the directory of snapshots: persistenceId="
                                + actor.persistenceId()
                                + ", firstSequenceNumber=" + actor.firstSequenceNumber() + ", snapshotSequenceNumber="
                                + covered);
            }
            if (newest.isEmpty()) {
                continue;
            }
            checkedCount++;
            if (newest.get().sequenceNumber() > actor.lastSequenceNumber()) {
                findings.add("snapshot includes events that the journal does not have: persistenceId="
                        + actor.persistenceId() + ", snapshotSequenceNumber="
                        + newest.get().sequenceNumber()
                        + ", lastSequenceNumber=" + actor.lastSequenceNumber());
            }
        }
        return new SnapshotCheck(checkedCount, findings);
    }
}
