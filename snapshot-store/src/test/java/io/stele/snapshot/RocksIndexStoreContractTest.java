package io.stele.snapshot;

import io.stele.spi.IndexStore;
import io.stele.testkit.IndexStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class RocksIndexStoreContractTest extends IndexStoreContract {

    @TempDir
    private Path directory;

    /** The directory is given back with the last store, so the snapshots are closed at once. */
    @Override
    protected IndexStore openStore() {
        RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(directory));
        stores.snapshots().close();
        return stores.index();
    }
}
