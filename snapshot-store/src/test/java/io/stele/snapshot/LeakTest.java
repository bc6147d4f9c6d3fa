package io.stele.snapshot;

import static io.stele.snapshot.RocksIndexStoreTest.put;
import static io.stele.snapshot.TestSnapshots.ACCOUNT;
import static io.stele.snapshot.TestSnapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.IndexStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens, uses and closes a store 1,000 times. Native memory is outside the heap, so the operating system is asked. */
@Tag("slow")
final class LeakTest {

    private static final int ROUND_COUNT = 1_000;
    private static final int WARM_UP_ROUND_COUNT = 200;

    @TempDir
    private Path directory;

    @Test
    void shouldLeakNeitherMemoryNorFiles() throws Exception {
        Process child = ChildProcess.start(Opener.class, directory, ROUND_COUNT);
        List<String> lines = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();

        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(lines).as("before and after, and nothing else").hasSize(2);
        long[] before = numbers(lines.get(0));
        long[] after = numbers(lines.get(1));
        assertThat(after[0] - before[0]).as("growth in bytes: %s", lines).isLessThan(8L << 20);
        assertThat(after[1] - before[1]).as("growth in open files: %s", lines).isLessThan(5);
        assertThat(Images.files(directory)).as("files in the directory").hasSizeLessThan(40);
    }

    private static long[] numbers(String line) {
        return Stream.of(line.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    /** Prints resident memory and the count of open files after the warm-up and at the end. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] arguments) throws IOException {
            try (PrintStream out = ChildProcess.out()) {
                for (long round = 1; round <= Long.parseLong(arguments[1]); round++) {
                    openUseClose(Path.of(arguments[0]), round);
                    if (round == WARM_UP_ROUND_COUNT || round == ROUND_COUNT) {
                        out.print(residentBytes() + " " + Images.files(Path.of("/proc/self/fd")).length + "\n");
                    }
                }
            }
        }

        private static void openUseClose(Path directory, long round) {
            try (RocksStores stores = RocksStores.open(TestSnapshots.smallOptions(directory))) {
                IndexStore.Writer neverClosed = stores.index().newWriter();
                put(neverClosed, "a", "1".repeat(1_000));
                neverClosed.commit();
                stores.snapshots().save(snapshot(ACCOUNT, round, 1_000));
                stores.snapshots().prune(ACCOUNT, 3);
                assertThat(stores.snapshots().load(ACCOUNT, Long.MAX_VALUE)).isPresent();
            }
        }

        private static long residentBytes() throws IOException {
            try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
                return lines.filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                        .sum();
            }
        }
    }
}
