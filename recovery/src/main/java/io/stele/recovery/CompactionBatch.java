package io.stele.recovery;

import io.stele.spi.Clock;
import io.stele.spi.CompactionRun;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotException;
import io.stele.spi.SnapshotStore;
import java.util.Map;
import java.util.Optional;

/** Answers what a journal asks while it compacts one batch. Confined to the thread that compacts. */
final class CompactionBatch implements CompactionRun {
    private final SnapshotStore snapshots;
    private final Floors floors;
    private final CompactionPace pace;
    private final Clock clock;

    CompactionBatch(SnapshotStore snapshots, Floors floors, CompactionPace pace, Clock clock) {
        this.snapshots = snapshots;
        this.floors = floors;
        this.pace = pace;
        this.clock = clock;
    }

    @Override
    public long keepFrom(PersistenceId persistenceId, long lastSequenceNumber) {
        return floors.floor(persistenceId, lastSequenceNumber).from();
    }

    /** Flushes, and reads every snapshot that was relied on once more: from a file that was forced. */
    @Override
    public long witness(int lane, long number) {
        snapshots.flush();
        long hash = 0;
        for (Map.Entry<PersistenceId, Long> relied : floors.reliedOn().entrySet()) {
            Optional<Snapshot> found = snapshots.load(relied.getKey(), Long.MAX_VALUE);
            if (found.isEmpty() || found.get().sequenceNumber() < relied.getValue()) {
                throw new SnapshotException("snapshot does not read back; nothing was removed: persistenceId="
                        + relied.getKey().encoded() + ", sequenceNumber=" + relied.getValue());
            }
            hash += Floors.hash(found.get());
        }
        SnapshotWitness.save(snapshots, lane, number, hash, clock.epochMs());
        return hash;
    }

    @Override
    public long snapshotCount() {
        return floors.reliedOn().size();
    }

    @Override
    public void onBytes(long bytes) {
        pace.spent(bytes);
    }
}
