package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures the command line as its users do: the real program, started anew each time, on data that was made before.
 *
 * <pre>
 *   CliBench --stele ./stele --dir /tmp/cli-bench [--events 10000000] [--large-bytes 10737418240] [--rounds 5] [--rows start,…]
 * </pre>
 *
 * <p>A row is the median of the rounds, after one that does not count. The page cache is warm. Writes what it finds to stdout.
 */
public final class CliBench {
    private static final int LARGE_NOTE_BYTES = 4_000;
    private static final long LIVE_NS = TimeUnit.SECONDS.toNanos(4);

    private final String stele;
    private final Path directory;
    private final long events;
    private final long largeBytes;
    private final int rounds;
    private final List<String> rows;
    private final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);

    private CliBench(String... arguments) {
        stele = option(arguments, "--stele", "./stele");
        directory = Path.of(option(arguments, "--dir", "/tmp/cli-bench"));
        events = Long.parseLong(option(arguments, "--events", "10000000"));
        largeBytes = Long.parseLong(option(arguments, "--large-bytes", "10737418240"));
        rounds = Integer.parseInt(option(arguments, "--rounds", "5"));
        rows = List.of(option(arguments, "--rows", "start,inspect,verify,export,query,state,replay,live")
                .split(",", -1));
    }

    private static String option(String[] arguments, String name, String otherwise) {
        int at = Arrays.asList(arguments).indexOf(name);
        return at < 0 || at + 1 == arguments.length ? otherwise : arguments[at + 1];
    }

    /** Measures, and ends with 0. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        new CliBench(arguments).run();
    }

    private void run() throws IOException, InterruptedException {
        Path many = directory.resolve("many");
        CliData.make(many, events, 10_000, 100);
        double manyMb = megabytes(many);
        for (String row : rows) {
            switch (row) {
                case "start" -> time("start: version", 0.35, "version");
                case "inspect" -> inspect();
                case "verify" -> rate("verify --deep", manyMb, "verify", "--deep", "-d", many.toString());
                case "export" -> rate("export", manyMb, "export", "-d", many.toString());
                case "query" ->
                    rate(
                            "query",
                            manyMb,
                            "query",
                            "select count(), sum(amount) where amount > 10000 group by day",
                            "-d",
                            many.toString());
                case "state" -> state(many);
                case "replay" -> replay(many);
                case "live" -> live();
                default -> throw new IllegalArgumentException("row is not known: row=" + row);
            }
        }
    }

    private void inspect() throws IOException, InterruptedException {
        Path large = directory.resolve("large");
        CliData.make(large, largeBytes / (LARGE_NOTE_BYTES + 100), 10_000, LARGE_NOTE_BYTES);
        out.printf("large: %.0f MB%n", megabytes(large));
        time("inspect of large", 1.0, "inspect", "-d", large.toString());
    }

    private void state(Path many) throws IOException, InterruptedException {
        time("state --at, no class", 1.0, "state", "account/42", "--at", "500", "-d", many.toString());
        time(
                "state --at, replayed",
                1.0,
                "state",
                "account/42",
                "--at",
                "500",
                "-d",
                many.toString(),
                "--actor-class",
                CliData.Account.class.getName(),
                "--class-path",
                System.getProperty("java.class.path"));
    }

    private void replay(Path many) throws IOException, InterruptedException {
        double s = seconds(
                "replay",
                "--jar",
                System.getProperty("java.class.path"),
                "-a",
                CliData.Account.class.getName(),
                "-d",
                many.toString());
        out.printf("%-24s %8.2f s  %8.2f M events/s  target 2.00%n", "replay --jar", s, events / s / 1e6);
    }

    private void live() throws IOException, InterruptedException {
        Path live = directory.resolve("live");
        delete(live);
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(Stele.snapshotDirectory(live)));
                ChronicleJournal journal = ChronicleJournal.open(
                        JournalOptions.of(Stele.journalDirectory(live)).withLaneCount(4),
                        stores.index(),
                        Clock.system())) {
            long unused = CliData.appendFor(journal, LIVE_NS / 4);
            for (String[] command : List.of(
                    new String[] {"tail", "-f", "account/none"},
                    new String[] {"top", "--interval", "500"},
                    new String[] {"inspect"},
                    new String[] {"verify"})) {
                List<Double> ratios = new ArrayList<>();
                for (int i = 0; i < rounds; i++) {
                    long alone = CliData.appendFor(journal, LIVE_NS / 4);
                    Process reader = start(args(command, "-d", live.toString()));
                    long beside = CliData.appendFor(journal, LIVE_NS / 4);
                    reader.destroy();
                    int unusedCode = reader.waitFor();
                    ratios.add((double) beside / alone);
                }
                ratios.sort(null);
                out.printf(
                        "%-24s throughput of the writer beside it: %.3f  target 0.950%n",
                        "live: " + command[0], ratios.get(ratios.size() / 2));
            }
        }
        delete(live);
    }

    private static String[] args(String[] command, String... more) {
        return Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new);
    }

    private static void delete(Path path) throws IOException {
        if (Files.exists(path)) {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void time(String row, double target, String... command) throws IOException, InterruptedException {
        double s = seconds(command);
        out.printf("%-24s %8.3f s  target %.2f%n", row, s, target);
    }

    private void rate(String row, double megabytes, String... command) throws IOException, InterruptedException {
        double s = seconds(command);
        out.printf("%-24s %8.2f s  %8.0f MB/s  target 500%n", row, s, megabytes / s);
    }

    private double seconds(String... command) throws IOException, InterruptedException {
        List<Double> found = new ArrayList<>();
        for (int i = 0; i <= rounds; i++) {
            long startNs = Clock.system().nanoTime();
            Process process = start(command);
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                throw new IllegalStateException(
                        "command failed: exitCode=" + exitCode + ", command=" + List.of(command));
            }
            if (i > 0) {
                found.add((Clock.system().nanoTime() - startNs) / 1e9);
            }
        }
        found.sort(null);
        return found.get(found.size() / 2);
    }

    private Process start(String... command) throws IOException {
        List<String> all = new ArrayList<>();
        all.add(stele);
        all.addAll(List.of(command));
        return new ProcessBuilder(all)
                .redirectOutput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static double megabytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(Stele.journalDirectory(directory))) {
            long bytes = 0;
            for (Path file :
                    files.filter(name -> name.toString().endsWith(".cq4")).toList()) {
                bytes += Files.size(file);
            }
            return bytes / 1e6;
        }
    }
}
