package io.stele.testkit;

import io.stele.spi.PersistenceId;
import io.stele.spi.SnapshotStore;
import org.jspecify.annotations.Nullable;

class InMemorySnapshotStoreContractTest extends SnapshotStoreContract {
    private @Nullable InMemorySnapshotStore last;

    @Override
    protected SnapshotStore openStore() {
        InMemorySnapshotStore opened = last == null ? InMemorySnapshotStore.open() : last.reopen();
        last = opened;
        return opened;
    }

    @Override
    protected void damage(SnapshotStore open, PersistenceId persistenceId, long sequenceNumber) {
        ((InMemorySnapshotStore) open).damage(persistenceId, sequenceNumber);
    }
}
