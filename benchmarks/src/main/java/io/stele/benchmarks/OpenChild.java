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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A JVM that opens a journal, says how long that took, appends, and is then closed or killed.
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

    /** Opens the directory in a new JVM that is killed soon after it began to append. */
    static Sample openAndBeKilled(Path directory, int segmentBytes) throws IOException, InterruptedException {
        return start(directory, segmentBytes, Mode.KILL, 0);
    }

    /** Opens the directory in a new JVM that appends a little and closes it. */
    static Sample openAndClose(Path directory, int segmentBytes) throws IOException, InterruptedException {
        return start(directory, segmentBytes, Mode.CLOSE, 0);
    }

    /** Opens the directory in a new JVM that is killed when it has written {@code segments} segments over all lanes. */
    static void fillAndBeKilled(Path directory, int segmentBytes, int segments)
            throws IOException, InterruptedException {
        start(directory, segmentBytes, Mode.KILL, segments);
    }

    private enum Mode {
        CLOSE,
        KILL
    }

    /** Runs as the child: directory, segment size, mode, how many segments to write. */
    public static void main(String... arguments) throws IOException {
        Quiet.logging();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path directory = Path.of(arguments[0]);
        JournalOptions options = options(directory, Integer.parseInt(arguments[1]));
        Mode mode = Mode.valueOf(arguments[2]);
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(directory.resolve("index")))) {
            long startNs = System.nanoTime();
            ChronicleJournal journal = ChronicleJournal.open(options, stores.index(), Clock.system());
            long elapsedNs = System.nanoTime() - startNs;
            out.println(OPENED + elapsedNs);
            try (BenchJournal ours = BenchJournal.of(options, stores, journal)) {
                fill(ours, Integer.parseInt(arguments[3]));
                Writer writer = ours.writer(0); // one lane, so that the number of segments hardly grows
                for (int i = 0; i < EVENTS; i++) {
                    writer.append();
                }
                if (mode == Mode.KILL) {
                    out.println(READY);
                }
                while (mode == Mode.KILL) {
                    writer.append();
                    LockSupport.parkNanos(1_000);
                }
            }
        }
    }

    private static void fill(BenchJournal ours, int segments) throws IOException {
        List<Writer> writers = new ArrayList<>();
        for (int lane = 0; lane < LANES; lane++) {
            writers.add(ours.writer(lane));
        }
        while (segments(ours) < segments) {
            for (int i = 0; i < EVENTS; i++) {
                writers.forEach(Writer::append);
            }
        }
    }

    private static int segments(BenchJournal ours) throws IOException {
        int found = 0;
        for (int lane = 0; lane < LANES; lane++) {
            found += Files.exists(ours.laneDirectory(lane))
                    ? RawScan.segments(ours.laneDirectory(lane)).size()
                    : 0;
        }
        return found;
    }

    private static JournalOptions options(Path directory, int segmentBytes) {
        return JournalOptions.of(directory.resolve("journal"))
                .withLaneCount(LANES)
                .withSegmentBytes(segmentBytes);
    }

    private static Sample start(Path directory, int segmentBytes, Mode mode, int segments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.startsWith("-XX:+IgnoreUnrecognized"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), OpenChild.class.getName()));
        command.addAll(List.of(directory.toString(), Integer.toString(segmentBytes)));
        command.addAll(List.of(mode.name(), Integer.toString(segments)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            return talk(lines, mode == Mode.KILL);
        } finally {
            if (mode == Mode.KILL) {
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
