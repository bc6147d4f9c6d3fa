package io.stele.snapshot;

import io.stele.snapshot.RocksDatabase.Family;
import io.stele.spi.PersistenceId;
import io.stele.spi.SnapshotStore;
import io.stele.testkit.SnapshotStoreContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;

final class RocksSnapshotStoreContractTest extends SnapshotStoreContract {

    @TempDir
    private Path directory;

    private @Nullable RocksDatabase database;

    /** The directory is given back with the last store, so the index is closed at once. */
    @Override
    protected SnapshotStore openStore() {
        try {
            RocksDatabase opened = RocksDatabase.open(
                    SnapshotStoreOptions.of(directory), false, WALRecoveryMode.TolerateCorruptedTailRecords);
            opened.close(Family.INDEX);
            database = opened;
            return new RocksSnapshotStore(opened);
        } catch (RocksDBException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected void damage(SnapshotStore open, PersistenceId persistenceId, long sequenceNumber) {
        RocksDatabase opened = database;
        byte[] key = SnapshotLayout.key(persistenceId, sequenceNumber);
        try {
            byte[] value = opened == null ? null : opened.get(Family.SNAPSHOTS, key);
            if (opened == null || value == null) {
                throw new AssertionError("no such snapshot: " + persistenceId + ", " + sequenceNumber);
            }
            value[value.length / 2] ^= 1;
            opened.put(Family.SNAPSHOTS, key, value);
        } catch (RocksDBException e) {
            throw new AssertionError(e);
        }
    }
}
