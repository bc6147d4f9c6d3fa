package io.stele.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.SnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of stores that are in use, and of stores that lie still. */
class RocksCopyTest {
    @TempDir
    private Path temporary;

    @Test
    void shouldCopyWhatIsThereAndNothingThatComesLater() {
        Path copy = temporary.resolve("copy");
        try (RocksStores stores = open("origin")) {
            save(stores, 1);
            save(stores, 2);

            stores.copyTo(copy);

            save(stores, 3);
            assertThat(stores.snapshots().sequenceNumbers(TestSnapshots.ACCOUNT))
                    .containsExactly(3L, 2L, 1L);
        }
        requireHolds(copy, 2, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCopyStoresThatNobodyHasOpen(boolean sharing) throws IOException {
        Path origin = temporary.resolve("origin");
        Path copy = temporary.resolve("copy");
        try (RocksStores stores = open("origin")) {
            save(stores, 1);
        }

        RocksStores.copy(origin, copy, sharing);

        try (Stream<Path> files = Files.list(copy)) {
            for (Path table :
                    files.filter(file -> file.toString().endsWith(".sst")).toList()) {
                assertThat(Files.getAttribute(table, "unix:nlink")).isEqualTo(sharing ? 2 : 1);
            }
        }
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(copy))) {
            save(stores, 2);
        }
        requireHolds(copy, 2, 1);
        requireHolds(origin, 1);
    }

    @Test
    void shouldNotCopyOverAnything() throws IOException {
        Path copy = Files.createDirectory(temporary.resolve("copy"));
        try (RocksStores stores = open("origin")) {
            assertThatThrownBy(() -> stores.copyTo(copy))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("target=" + copy);
        }
        assertThatThrownBy(() -> RocksStores.copy(temporary.resolve("origin"), copy, true))
                .isInstanceOf(SnapshotException.class);
        assertThat(copy).isEmptyDirectory();
    }

    private RocksStores open(String name) {
        return RocksStores.open(SnapshotStoreOptions.of(temporary.resolve(name)));
    }

    private static void save(RocksStores stores, long sequenceNumber) {
        stores.snapshots().save(TestSnapshots.snapshot(sequenceNumber));
    }

    private static void requireHolds(Path directory, long... sequenceNumbers) {
        List<Long> expected = Arrays.stream(sequenceNumbers).boxed().toList();
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(directory))) {
            assertThat(stores.snapshots().sequenceNumbers(TestSnapshots.ACCOUNT))
                    .isEqualTo(expected);
            assertThat(stores.snapshots().load(TestSnapshots.ACCOUNT, Long.MAX_VALUE))
                    .hasValueSatisfying(TestSnapshots::assertGenuine);
        }
    }
}
