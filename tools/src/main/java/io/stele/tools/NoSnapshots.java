package io.stele.tools;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotException;
import io.stele.spi.SnapshotStore;
import java.util.List;
import java.util.Optional;

/** The snapshots of a data directory that has none. */
final class NoSnapshots implements SnapshotStore {

    @Override
    public void save(Snapshot snapshot) {
        throw new SnapshotException("there is no directory of snapshots; nothing was saved: snapshot=" + snapshot);
    }

    @Override
    public Optional<Snapshot> load(PersistenceId persistenceId, long sequenceNumberMax) {
        return Optional.empty();
    }

    @Override
    public List<Long> sequenceNumbers(PersistenceId persistenceId) {
        return List.of();
    }

    @Override
    public void prune(PersistenceId persistenceId, int keepCount) {}

    @Override
    public long rejectedCount() {
        return 0;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
