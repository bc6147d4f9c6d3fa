package io.stele.actortestkit;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.testkit.InMemorySnapshotStore;
import java.util.List;
import java.util.Optional;

/** Keeps every snapshot, so that each of them can be started from. Any thread. */
record KeptSnapshots(InMemorySnapshotStore store) implements SnapshotStore {

    @Override
    public void save(Snapshot snapshot) {
        store.save(snapshot);
    }

    @Override
    public Optional<Snapshot> load(PersistenceId persistenceId, long sequenceNumberMax) {
        return store.load(persistenceId, sequenceNumberMax);
    }

    @Override
    public List<Long> sequenceNumbers(PersistenceId persistenceId) {
        return store.sequenceNumbers(persistenceId);
    }

    @Override
    public void prune(PersistenceId persistenceId, int keepCount) {
        // all of them are wanted
    }

    @Override
    public long rejectedCount() {
        return store.rejectedCount();
    }

    @Override
    public void flush() {
        store.flush();
    }

    @Override
    public void close() {
        // somebody may look at them still
    }

    /** Returns a store that has the one snapshot at {@code sequenceNumber}; none for 0. */
    SnapshotStore only(PersistenceId persistenceId, long sequenceNumber) {
        InMemorySnapshotStore one = InMemorySnapshotStore.open();
        store.load(persistenceId, sequenceNumber)
                .filter(snapshot -> snapshot.sequenceNumber() == sequenceNumber)
                .ifPresent(one::save);
        return one;
    }
}
