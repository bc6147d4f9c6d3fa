package io.stele.snapshot;

import static io.stele.snapshot.TestSnapshots.assertGenuine;
import static io.stele.snapshot.TestSnapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.PersistenceId;
import io.stele.spi.SnapshotException;
import io.stele.testkit.Fault;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process in the middle of its saves. What it had acknowledged is still there. */
@Tag("slow")
final class KillTest {

    private static final int ROUND_COUNT = 5;
    private static final int ACTOR_COUNT = 7;

    @TempDir
    private Path directory;

    @Test
    @Fault("F01")
    void shouldKeepEveryAcknowledgedSnapshotThroughKills() throws Exception {
        SnapshotStoreOptions options = SnapshotStoreOptions.of(directory);
        Map<Long, Long> acknowledged = new HashMap<>();
        long next = 1;
        for (int round = 0; round < ROUND_COUNT; round++) {
            int ackCountBeforeKill = 100 + 777 * round;
            next = saveAndKill(options, next, ackCountBeforeKill, acknowledged);

            try (LogCapture warnings = new LogCapture(RocksStores.class);
                    RocksStores stores = RocksStores.open(options)) {
                assertThat(warnings.messages()).as("round=%d", round).isEmpty();
                for (Map.Entry<Long, Long> entry : acknowledged.entrySet()) {
                    var loaded = stores.snapshots().load(actor(entry.getKey()), Long.MAX_VALUE);
                    assertThat(loaded).as("round=%d, %s", round, entry).isPresent();
                    assertThat(loaded.orElseThrow().sequenceNumber())
                            .as("round=%d, %s", round, entry)
                            .isGreaterThanOrEqualTo(entry.getValue());
                    assertGenuine(loaded.orElseThrow());
                }
                assertThat(stores.snapshots().rejectedCount()).isZero();
            }
        }
        assertThat(acknowledged).hasSize(ACTOR_COUNT);
    }

    /** Returns the number after the last acknowledged one. */
    private long saveAndKill(SnapshotStoreOptions options, long from, int ackCount, Map<Long, Long> acknowledged)
            throws Exception {
        Process child = ChildProcess.start(Saver.class, options.directory(), from);
        long last = from - 1;
        try (BufferedReader acks =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (int count = 0; count < ackCount; count++) {
                last = acknowledge(acks.readLine(), acknowledged, last);
            }
            assertThatThrownBy(() -> RocksStores.open(options))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("in use by another process");
            try (RocksStores view = RocksStores.openReadOnly(options)) {
                assertGenuine(view.snapshots().load(actor(last), Long.MAX_VALUE).orElseThrow());
            }
            child.toHandle().destroyForcibly(); // unlike the process itself, leaves its output readable
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).as("killed by signal 9").isEqualTo(128 + 9);
            String line = acks.readLine();
            while (line != null && line.endsWith(".")) {
                last = acknowledge(line, acknowledged, last);
                line = acks.readLine();
            }
        }
        return last + 1;
    }

    private static long acknowledge(String line, Map<Long, Long> acknowledged, long last) {
        assertThat(line).as("after %d", last).isEqualTo((last + 1) + ".");
        acknowledged.put((last + 1) % ACTOR_COUNT, last + 1);
        return last + 1;
    }

    private static PersistenceId actor(long number) {
        return new PersistenceId("killed", Long.toString(number % ACTOR_COUNT));
    }

    /** The process that is killed. Prints each number once its snapshot is saved, and nothing else. */
    static final class Saver {
        private Saver() {}

        public static void main(String[] arguments) {
            try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(Path.of(arguments[0])));
                    PrintStream out = ChildProcess.out()) {
                for (long n = Long.parseLong(arguments[1]); ; n++) {
                    stores.snapshots().save(snapshot(actor(n), n, (int) (n % 5_000)));
                    stores.snapshots().prune(actor(n), 3);
                    out.print(n + ".\n");
                    out.flush();
                }
            }
        }
    }
}
