package io.stele.recovery;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotException;
import io.stele.spi.SnapshotStore;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A store that has these snapshots, or none, and takes no others. Immutable: any thread. */
public final class FixedSnapshots implements SnapshotStore {
    private final List<Snapshot> newestFirst;

    private FixedSnapshots(List<Snapshot> newestFirst) {
        this.newestFirst = newestFirst;
    }

    /** Returns a store of these. */
    public static FixedSnapshots of(Snapshot... snapshots) {
        return new FixedSnapshots(List.of(snapshots).stream()
                .sorted(Comparator.comparingLong(Snapshot::sequenceNumber).reversed())
                .toList());
    }

    @Override
    public Optional<Snapshot> load(PersistenceId persistenceId, long sequenceNumberMax) {
        return newestFirst.stream()
                .filter(snapshot -> snapshot.persistenceId().equals(persistenceId)
                        && snapshot.sequenceNumber() <= sequenceNumberMax)
                .findFirst();
    }

    @Override
    public List<Long> sequenceNumbers(PersistenceId persistenceId) {
        return newestFirst.stream()
                .filter(snapshot -> snapshot.persistenceId().equals(persistenceId))
                .map(Snapshot::sequenceNumber)
                .toList();
    }

    /** Throws: nothing can be added. */
    @Override
    public void save(Snapshot snapshot) {
        throw new SnapshotException(
                "these snapshots are fixed: persistenceId=" + snapshot.persistenceId() + "; nothing was saved");
    }

    /** Throws: nothing can be removed. */
    @Override
    public void prune(PersistenceId persistenceId, int keepCount) {
        throw new SnapshotException(
                "these snapshots are fixed: persistenceId=" + persistenceId + "; nothing was pruned");
    }

    @Override
    public long rejectedCount() {
        return 0;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
