package io.stele.snapshot;

import static io.stele.snapshot.TestSnapshots.ACCOUNT;
import static io.stele.snapshot.TestSnapshots.assertGenuine;
import static io.stele.snapshot.TestSnapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RocksSnapshotStoreTest {

    @TempDir
    private Path directory;

    private SnapshotStoreOptions options() {
        return TestSnapshots.smallOptions(directory);
    }

    @Test
    void shouldLoadTheNewestAtOrBelow() {
        try (RocksStores stores = RocksStores.open(options())) {
            RocksSnapshotStore store = stores.snapshots();
            for (long sequenceNumber : new long[] {300, 1, 256, 255, Long.MAX_VALUE}) {
                store.save(snapshot(sequenceNumber));
            }

            assertThat(store.load(ACCOUNT, Long.MAX_VALUE)).contains(snapshot(Long.MAX_VALUE));
            assertThat(store.load(ACCOUNT, Long.MAX_VALUE - 1)).contains(snapshot(300));
            assertThat(store.load(ACCOUNT, 299)).contains(snapshot(256));
            assertThat(store.load(ACCOUNT, 255)).contains(snapshot(255));
            assertThat(store.load(ACCOUNT, 254)).contains(snapshot(1));
            assertThat(store.load(ACCOUNT, 0)).isEmpty();
            assertThat(store.sequenceNumbers(ACCOUNT)).containsExactly(Long.MAX_VALUE, 300L, 256L, 255L, 1L);
        }
    }

    /** The room outside the heap is used again, and is not the only way in. */
    @Test
    void shouldSaveSnapshotsOfEverySizeAroundThatOfTheDirectRoom() {
        int[] sizes = {0, 1, 900, 1_100, DirectRoom.BYTES_MAX - 200, DirectRoom.BYTES_MAX, DirectRoom.BYTES_MAX + 1, 5};
        try (RocksStores stores = RocksStores.open(options())) {
            for (int i = 0; i < sizes.length; i++) {
                stores.snapshots().save(snapshot(ACCOUNT, i + 1, sizes[i]));
            }
            for (int i = 0; i < sizes.length; i++) {
                assertThat(stores.snapshots().load(ACCOUNT, i + 1)).contains(snapshot(ACCOUNT, i + 1, sizes[i]));
            }
        }
    }

    @Test
    void shouldKeepActorsWithCommonPrefixesApart() {
        List<PersistenceId> ids = List.of(
                new PersistenceId("a", "1"),
                new PersistenceId("a", "11"),
                new PersistenceId("a", "1/1"),
                new PersistenceId("a", "é"),
                new PersistenceId("a", "x".repeat(PersistenceId.LENGTH_BYTES_MAX - 2)),
                new PersistenceId("ab", "1"));
        try (RocksStores stores = RocksStores.open(options())) {
            RocksSnapshotStore store = stores.snapshots();
            ids.forEach(id -> store.save(snapshot(id, 5, 10)));
            store.prune(ids.get(0), 0);

            assertThat(store.load(ids.get(0), 9)).isEmpty();
            for (PersistenceId id : ids.subList(1, ids.size())) {
                assertThat(store.load(id, 9)).as("%s", id).contains(snapshot(id, 5, 10));
            }
        }
    }

    /** Does what a map from persistence id and sequence number does, across reopenings. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldBehaveLikeASortedMap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<PersistenceId> ids =
                List.of(new PersistenceId("a", "1"), new PersistenceId("a", "11"), new PersistenceId("a", "2"));
        List<NavigableMap<Long, Snapshot>> expected = List.of(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        for (int round = 0; round < 5; round++) {
            try (RocksStores stores = RocksStores.open(options())) {
                RocksSnapshotStore store = stores.snapshots();
                for (int step = 0; step < 200; step++) {
                    int which = random.nextInt(ids.size());
                    String at = "seed=" + seed + ", round=" + round + ", step=" + step;
                    takeStep(random, store, ids.get(which), expected.get(which), at);
                }
                assertThat(store.rejectedCount()).isZero();
            }
        }
    }

    private static void takeStep(
            SplittableRandom random,
            RocksSnapshotStore store,
            PersistenceId id,
            NavigableMap<Long, Snapshot> expected,
            String at) {
        long sequenceNumber = random.nextLong(1, 600);
        switch (random.nextInt(12)) {
            case 0 -> {
                int keepCount = random.nextInt(5);
                store.prune(id, keepCount);
                while (expected.size() > keepCount) {
                    expected.pollFirstEntry();
                }
            }
            case 1 -> store.flush();
            case 2, 3, 4, 5 -> {
                var entry = expected.floorEntry(sequenceNumber);
                assertThat(store.load(id, sequenceNumber).orElse(null))
                        .as(at)
                        .isEqualTo(entry == null ? null : entry.getValue());
            }
            default -> {
                Snapshot saved = snapshot(id, sequenceNumber, random.nextInt(3_000));
                store.save(saved);
                expected.put(sequenceNumber, saved);
            }
        }
        assertThat(store.sequenceNumbers(id)).as(at).containsExactlyElementsOf(expected.descendingKeySet());
    }

    @Test
    void shouldNotMoveTheCallersBuffers() {
        try (RocksStores stores = RocksStores.open(options())) {
            Snapshot saved = snapshot(3);
            saved.payload().position(10).limit(60);

            stores.snapshots().save(saved);

            assertThat(saved.payload().position()).isEqualTo(10);
            assertThat(saved.payload().limit()).isEqualTo(60);
            Snapshot loaded = stores.snapshots().load(ACCOUNT, 3).orElseThrow();
            assertThat(loaded.payload()).isEqualTo(saved.payload());
        }
    }

    @Test
    void shouldReturnBuffersThatOutliveTheStore() {
        Snapshot loaded;
        try (RocksStores stores = RocksStores.open(options())) {
            stores.snapshots().save(snapshot(ACCOUNT, 3, 1 << 20));
            loaded = stores.snapshots().load(ACCOUNT, 3).orElseThrow();
        }

        assertGenuine(loaded);
        assertThat(loaded.payload().isDirect()).isFalse();
    }

    @Test
    void shouldRefuseWhatIsTooLarge() {
        try (RocksStores stores = RocksStores.open(options().withSnapshotBytesMax(1_024))) {
            RocksSnapshotStore store = stores.snapshots();
            store.save(snapshot(1));

            assertThatThrownBy(() -> store.save(snapshot(ACCOUNT, 2, 1_025)))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("sequenceNumber=2")
                    .hasMessageContaining("snapshotBytesMax=1024");
            assertThat(store.load(ACCOUNT, 9)).contains(snapshot(1));
        }
    }

    @Test
    void shouldRefuseOptionsOutOfRange() {
        assertThatThrownBy(() -> options().withMemoryBytes(SnapshotStoreOptions.MEMORY_BYTES_MIN - 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options().withMemoryBytes(SnapshotStoreOptions.MEMORY_BYTES_MAX + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options().withSnapshotBytesMax(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
