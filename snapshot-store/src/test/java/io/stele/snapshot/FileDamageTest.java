package io.stele.snapshot;

import static io.stele.snapshot.TestSnapshots.ACCOUNT;
import static io.stele.snapshot.TestSnapshots.assertGenuine;
import static io.stele.snapshot.TestSnapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotException;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damages RocksDB's files. Whatever happens to them, what is loaded is what was saved. */
final class FileDamageTest {

    private static final int SNAPSHOT_COUNT = 40;
    private static final int PAYLOAD_BYTES = 5_000;

    @TempDir
    private Path directory;

    /** Leaves a directory as {@code kill -9} does: everything in the log, or everything in table files. */
    private Path image(String name, boolean flushed) throws IOException {
        Path live = directory.resolve("live-" + name);
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(live))) {
            for (long n = 1; n <= SNAPSHOT_COUNT; n++) {
                stores.snapshots().save(snapshot(ACCOUNT, n, PAYLOAD_BYTES));
            }
            if (flushed) {
                stores.snapshots().flush();
            }
            return Images.copy(live, directory.resolve(name));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldOpenWithoutComplaintWhenTheLogEndsAnywhere(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path image = image("image", false);
        for (int round = 0; round < 10; round++) {
            Path torn = Images.copy(image, directory.resolve("torn-" + round));
            Path log = Images.newest(torn, "", ".log");
            byte[] bytes = Files.readAllBytes(log);
            int lengthBytes = random.nextInt(bytes.length);
            Files.write(log, Arrays.copyOf(bytes, lengthBytes));

            try (LogCapture warnings = new LogCapture(RocksStores.class);
                    RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(torn))) {
                String at = "seed=" + seed + ", round=" + round + ", lengthBytes=" + lengthBytes;
                long newest = stores.snapshots().load(ACCOUNT, Long.MAX_VALUE).stream()
                        .mapToLong(Snapshot::sequenceNumber)
                        .sum();
                assertThat(warnings.messages()).as(at).isEmpty();
                assertThat(newest).as(at).isBetween(lengthBytes / 5_300L, lengthBytes / 5_000L + 1);
                assertThat(stores.snapshots().sequenceNumbers(ACCOUNT)).as(at).hasSize((int) newest);
                assertAllGenuine(stores, at);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @Fault("F19")
    void shouldReportADamagedLogAndKeepTheRest(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path image = image("image", false);
        for (int round = 0; round < 10; round++) {
            Path damaged = Images.copy(image, directory.resolve("damaged-" + round));
            int at = flipBit(Images.newest(damaged, "", ".log"), random, 32 << 10);
            String facts = "seed=" + seed + ", round=" + round + ", at=" + at;

            try (LogCapture warnings = new LogCapture(RocksStores.class);
                    RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(damaged))) {
                assertThat(warnings.messages())
                        .as(facts)
                        .singleElement()
                        .satisfies(message -> assertThat(message).contains("directory=" + damaged, "no event is lost"));
                assertThat(stores.snapshots().sequenceNumbers(ACCOUNT))
                        .as(facts)
                        .hasSizeBetween(SNAPSHOT_COUNT - 8, SNAPSHOT_COUNT - 1);
                assertAllGenuine(stores, facts);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @Fault("F19")
    void shouldNeverLoadWrongDataFromADamagedTableFile(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path image = image("image", true);
        int foundCount = 0;
        for (int round = 0; round < 20; round++) {
            Path damaged = Images.copy(image, directory.resolve("damaged-" + round));
            int at = flipBit(Images.newest(damaged, "", ".sst"), random, 0);
            String facts = "seed=" + seed + ", round=" + round + ", at=" + at;
            try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(damaged))) {
                for (long n = 1; n <= SNAPSHOT_COUNT; n++) {
                    foundCount += loadOrRefuse(stores, n, facts);
                }
            } catch (SnapshotException e) {
                assertThat(e).as(facts).hasMessageContaining("no event is lost");
            }
        }
        assertThat(foundCount).as("seed=%d", seed).isPositive();
    }

    private static int loadOrRefuse(RocksStores stores, long sequenceNumberMax, String facts) {
        try {
            Optional<Snapshot> found = stores.snapshots().load(ACCOUNT, sequenceNumberMax);
            assertThat(found).as(facts).isPresent();
            assertThat(found.orElseThrow().sequenceNumber()).as(facts).isLessThanOrEqualTo(sequenceNumberMax);
            assertGenuine(found.orElseThrow());
            return 1;
        } catch (SnapshotException e) {
            assertThat(e).as(facts).hasMessageContaining("no event is lost");
            return 0;
        }
    }

    @Test
    void shouldLoadAnOlderOneWhenTheNewestStandsInADamagedBlock() throws IOException {
        Path image = image("image", true);
        Path table = Images.newest(image, "", ".sst");
        byte[] bytes = Files.readAllBytes(table);
        bytes[100] ^= 1; // the first block holds the newest
        Files.write(table, bytes);

        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(image));
                LogCapture warnings = new LogCapture(RocksSnapshotStore.class)) {
            Snapshot loaded = stores.snapshots().load(ACCOUNT, SNAPSHOT_COUNT).orElseThrow();

            assertThat(loaded.sequenceNumber()).isBetween(SNAPSHOT_COUNT - 5L, SNAPSHOT_COUNT - 1L);
            assertGenuine(loaded);
            assertThat(stores.snapshots().rejectedCount()).isEqualTo(1);
            assertThat(warnings.messages()).hasSize(1);
        }
    }

    @Test
    @Fault("F19")
    void shouldRefuseADamagedManifestAndLeaveEverythingAsItIs() throws IOException {
        Path image = image("image", true);
        Path manifest = Images.newest(image, "MANIFEST", "");
        byte[] bytes = Files.readAllBytes(manifest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(manifest, bytes);
        Map<String, Long> before = Images.contents(image);

        assertThatThrownBy(() -> RocksStores.open(SnapshotStoreOptions.of(image)))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("directory=" + image)
                .hasMessageContaining("no event is lost")
                .hasMessageContaining("move the directory away")
                .hasMessageNotContaining("\n");
        assertThat(Images.contents(image)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CURRENT", "MANIFEST", ".sst"})
    void shouldRefuseADirectoryWithAMissingFileAndLeaveTheRest(String missing) throws IOException {
        Path image = image("image", true);
        for (Path file : Images.files(image)) {
            if (file.getFileName().toString().startsWith(missing)
                    || file.getFileName().toString().endsWith(missing)) {
                Files.delete(file);
            }
        }
        Map<String, Long> before = Images.contents(image);

        assertThatThrownBy(() -> RocksStores.open(SnapshotStoreOptions.of(image)))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("no event is lost");
        assertThat(Images.contents(image)).isEqualTo(before);
    }

    /** What was flushed no longer depends on the log. */
    @Test
    void shouldKeepWhatWasFlushedWhenTheLogIsGone() throws IOException {
        Path image = image("image", true);
        for (Path file : Images.files(image)) {
            if (file.toString().endsWith(".log")) {
                Files.delete(file);
            }
        }

        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(image))) {
            assertThat(stores.snapshots().sequenceNumbers(ACCOUNT)).hasSize(SNAPSHOT_COUNT);
            assertAllGenuine(stores, "log deleted");
        }
    }

    private static void assertAllGenuine(RocksStores stores, String facts) {
        PersistenceId id = ACCOUNT;
        for (long n : stores.snapshots().sequenceNumbers(id)) {
            Optional<Snapshot> loaded = stores.snapshots().load(id, n);
            assertThat(loaded.map(Snapshot::sequenceNumber)).as(facts).contains(n);
            assertGenuine(loaded.orElseThrow());
        }
        assertThat(stores.snapshots().rejectedCount()).as(facts).isZero();
    }

    /** Flips one bit, but none of the last {@code sparedBytes}. Returns where. */
    private static int flipBit(Path file, SplittableRandom random, int sparedBytes) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = random.nextInt(bytes.length - sparedBytes);
        bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        Files.write(file, bytes);
        return at;
    }
}
