package io.stele;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import java.util.List;
import java.util.Optional;

/** Stands in for the snapshots of a data directory that has none, to be read from. */
enum NoSnapshots implements SnapshotStore {
    INSTANCE;

    @Override
    public void save(Snapshot snapshot) {
        throw readOnly();
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
    public void prune(PersistenceId persistenceId, int keepCount) {
        throw readOnly();
    }

    @Override
    public long rejectedCount() {
        return 0;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    private static UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException("data directory is open for reading only");
    }
}
