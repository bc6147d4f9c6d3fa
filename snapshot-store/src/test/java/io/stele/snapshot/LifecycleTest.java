package io.stele.snapshot;

import static io.stele.snapshot.RocksIndexStoreTest.bytes;
import static io.stele.snapshot.RocksIndexStoreTest.put;
import static io.stele.snapshot.TestSnapshots.ACCOUNT;
import static io.stele.snapshot.TestSnapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.IndexStore;
import io.stele.spi.SnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LifecycleTest {

    @TempDir
    private Path directory;

    private SnapshotStoreOptions options() {
        return SnapshotStoreOptions.of(directory.resolve("store"));
    }

    @Test
    void shouldRefuseEveryUseAfterClose() {
        RocksStores stores = RocksStores.open(options());
        IndexStore.Writer writer = stores.index().newWriter();
        put(writer, "a", "1");
        stores.close();
        stores.close();
        stores.snapshots().close();
        stores.index().close();

        List<Runnable> uses = List.of(
                () -> stores.snapshots().save(snapshot(1)),
                () -> stores.snapshots().load(ACCOUNT, 1),
                () -> stores.snapshots().sequenceNumbers(ACCOUNT),
                () -> stores.snapshots().prune(ACCOUNT, 1),
                () -> stores.snapshots().flush(),
                () -> stores.index().get(bytes("a")),
                () -> stores.index().scan(bytes("a"), (key, value) -> true),
                () -> stores.index().newWriter(),
                () -> stores.index().flush(),
                () -> put(writer, "b", "2"),
                () -> writer.deleteRange(bytes("a"), bytes("b")),
                writer::commit);
        for (Runnable use : uses) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("store is closed: directory=");
        }
        writer.close();
        writer.close();
        assertThat(stores.snapshots().rejectedCount()).isZero();
    }

    @Test
    void shouldRefuseAClosedWriter() {
        try (RocksStores stores = RocksStores.open(options())) {
            IndexStore.Writer writer = stores.index().newWriter();
            writer.close();

            assertThatThrownBy(() -> put(writer, "a", "1")).hasMessageContaining("writer is closed");
            assertThatThrownBy(writer::commit).hasMessageContaining("writer is closed");
            assertThat(stores.index().get(bytes("a"))).isNull();
        }
    }

    @Test
    void shouldGiveTheDirectoryBackWithTheSecondStore() {
        RocksStores stores = RocksStores.open(options());
        stores.index().close();
        stores.snapshots().save(snapshot(1));

        assertThatThrownBy(() -> stores.index().flush()).isInstanceOf(SnapshotException.class);
        assertThatThrownBy(() -> RocksStores.open(options()))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("in use")
                .hasMessageContaining("directory=" + options().directory())
                .hasMessageNotContaining("\n");
        stores.snapshots().close();
        try (RocksStores again = RocksStores.open(options())) {
            assertThat(again.snapshots().load(ACCOUNT, 9)).contains(snapshot(1));
        }
    }

    /** Closes while four threads are at work; each of them must see an exception, and the process must live. */
    @Test
    void shouldCloseUnderLoad() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 20; round++) {
                RocksStores stores = RocksStores.open(options());
                CountDownLatch started = new CountDownLatch(4);
                List<Future<?>> workers = new ArrayList<>();
                for (int worker = 0; worker < 4; worker++) {
                    workers.add(threads.submit(() -> workUntilClosed(stores, started)));
                }
                assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
                stores.close();
                for (Future<?> worker : workers) {
                    assertThat(worker.get(30, TimeUnit.SECONDS))
                            .asString()
                            .as("round=%d", round)
                            .contains("store is closed");
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static String workUntilClosed(RocksStores stores, CountDownLatch started) {
        IndexStore.Writer writer = stores.index().newWriter();
        try {
            for (long n = 1; ; n++) {
                stores.snapshots().save(snapshot(n));
                stores.snapshots().load(ACCOUNT, n);
                stores.snapshots().prune(ACCOUNT, 2);
                put(writer, "a" + n % 10, "1");
                writer.commit();
                stores.index().scan(new byte[0], (key, value) -> true);
                if (n == 10) {
                    started.countDown();
                }
            }
        } catch (SnapshotException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void shouldReadWhileAnotherOpeningWrites() throws IOException {
        try (RocksStores live = RocksStores.open(options());
                IndexStore.Writer writer = live.index().newWriter()) {
            live.snapshots().save(snapshot(1));
            put(writer, "a", "1");
            writer.commit();
            live.index().flush();
            live.snapshots().save(snapshot(2));
            Map<String, Long> before = Images.contents(options().directory());
            String namesBefore = List.of(Images.files(options().directory())).toString();

            try (RocksStores view = RocksStores.openReadOnly(options())) {
                live.snapshots().save(snapshot(3));

                assertThat(view.snapshots().load(ACCOUNT, 9)).contains(snapshot(2));
                assertThat(view.snapshots().sequenceNumbers(ACCOUNT)).containsExactly(2L, 1L);
                assertThat(view.index().get(bytes("a"))).isEqualTo(bytes("1"));
                List<Runnable> changes = List.of(
                        () -> view.snapshots().save(snapshot(4)),
                        () -> view.snapshots().prune(ACCOUNT, 0),
                        () -> view.index().newWriter());
                for (Runnable change : changes) {
                    assertThatThrownBy(change::run)
                            .isInstanceOf(SnapshotException.class)
                            .hasMessageContaining("read-only");
                }
                view.snapshots().flush();
            }
            assertThat(List.of(Images.files(options().directory()))).hasToString(namesBefore);
            assertThat(Images.contents(options().directory()).keySet()).isEqualTo(before.keySet());
            assertThat(live.snapshots().load(ACCOUNT, 9)).contains(snapshot(3));
        }
    }

    /** Lets one flush race with one opening: a flush moves snapshots from the log to a table, and the view must have them. */
    @Test
    void shouldSeeEverySnapshotThoughAFlushMovesIt() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (RocksStores live = RocksStores.open(options())) {
            for (long round = 1; round <= 100; round++) {
                long saved = round;
                live.snapshots().save(snapshot(saved));
                live.snapshots().prune(ACCOUNT, 3);
                CountDownLatch start = new CountDownLatch(1);
                Future<?> flush = thread.submit(() -> {
                    start.countDown();
                    live.snapshots().flush();
                });
                assertThat(start.await(30, TimeUnit.SECONDS)).isTrue();
                try (RocksStores view = RocksStores.openReadOnly(options())) {
                    assertThat(view.snapshots().load(ACCOUNT, Long.MAX_VALUE))
                            .as("round=%d", round)
                            .contains(snapshot(saved));
                }
                flush.get(30, TimeUnit.SECONDS);
            }
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void shouldCreateNothingWhenThereIsNothingToRead() {
        assertThatThrownBy(() -> RocksStores.openReadOnly(options()))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("directory=" + options().directory());

        assertThat(options().directory()).doesNotExist();
    }

    @Test
    void shouldRefuseAPathThatIsAFile() throws IOException {
        Files.writeString(options().directory(), "a file");

        assertThatThrownBy(() -> RocksStores.open(options()))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("directory=" + options().directory());
        assertThat(options().directory()).hasContent("a file");
    }
}
