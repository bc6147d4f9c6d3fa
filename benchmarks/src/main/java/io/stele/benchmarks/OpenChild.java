package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A JVM that opens a journal, says how long that took, appends a little, and is then closed or killed.
 *
 * <pre>
 *   parent                         child
 *     | ---- start ---------------&gt; | open
 *     | &lt;--- "opened NANOSECONDS" - | append
 *     | &lt;--- "ready" -------------- | append for ever, or close
 *     | ---- SIGKILL -------------&gt; |
 * </pre>
 */
final class OpenChild {
    private static final String OPENED = "opened ";
    private static final String READY = "ready";
    private static final int LANES = 4;
    private static final int EVENTS = 1_000;

    private OpenChild() {}

    /** Opens the directory in a new JVM that is killed while it appends. */
    static Sample openAndBeKilled(Path directory, int segmentBytes) throws IOException, InterruptedException {
        return start(directory, segmentBytes, true);
    }

    /** Opens the directory in a new JVM that closes it. */
    static Sample openAndClose(Path directory, int segmentBytes) throws IOException, InterruptedException {
        return start(directory, segmentBytes, false);
    }

    /** Appends until there are about {@code segments} segments over all lanes, and closes. */
    static void fill(Path directory, int segments, int segmentBytes) throws IOException {
        try (BenchJournal ours = BenchJournal.open(options(directory, segmentBytes), directory.resolve("index"))) {
            List<Writer> writers = new ArrayList<>();
            for (int lane = 0; lane < LANES; lane++) {
                writers.add(ours.writer(lane));
            }
            int found;
            do {
                for (int i = 0; i < EVENTS; i++) {
                    writers.forEach(Writer::append);
                }
                found = 0;
                for (int lane = 0; lane < LANES; lane++) {
                    found += RawScan.segments(ours.laneDirectory(lane)).size();
                }
            } while (found < segments);
        }
    }

    /** Runs as the child: directory, segment size, whether to go on until killed. */
    public static void main(String... arguments) throws Exception {
        Quiet.logging();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path directory = Path.of(arguments[0]);
        boolean forEver = Boolean.parseBoolean(arguments[2]);
        JournalOptions options = options(directory, Integer.parseInt(arguments[1]));
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(directory.resolve("index")))) {
            long startNs = System.nanoTime();
            ChronicleJournal journal = ChronicleJournal.open(options, stores.index(), Clock.system());
            long elapsedNs = System.nanoTime() - startNs;
            out.println(OPENED + elapsedNs);
            try (BenchJournal ours = BenchJournal.of(options, stores, journal)) {
                Writer writer = ours.writer(0); // one lane, so that the number of segments hardly grows
                for (int i = 0; i < EVENTS || forEver; i++) {
                    writer.append();
                    if (i == EVENTS) {
                        out.println(READY);
                    } else if (i > EVENTS) {
                        LockSupport.parkNanos(1_000);
                    }
                }
            }
        }
    }

    private static JournalOptions options(Path directory, int segmentBytes) {
        return JournalOptions.of(directory.resolve("journal"))
                .withLaneCount(LANES)
                .withSegmentBytes(segmentBytes);
    }

    private static Sample start(Path directory, int segmentBytes, boolean kill)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.startsWith("-XX:+IgnoreUnrecognized"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), OpenChild.class.getName()));
        command.addAll(List.of(directory.toString(), Integer.toString(segmentBytes), Boolean.toString(kill)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            return talk(lines, kill);
        } finally {
            if (kill) {
                process.destroyForcibly();
            }
            process.waitFor();
        }
    }

    private static Sample talk(BufferedReader lines, boolean kill) throws IOException {
        Sample sample = null;
        String line = lines.readLine();
        while (line != null && !(kill && line.equals(READY))) {
            if (line.startsWith(OPENED)) {
                sample = Sample.of(1, Long.parseLong(line.substring(OPENED.length())));
            }
            line = lines.readLine();
        }
        if (sample == null || kill == (line == null)) {
            throw new IllegalStateException("child ended early: lastLine=" + line + ", opened=" + (sample != null));
        }
        return sample;
    }
}
