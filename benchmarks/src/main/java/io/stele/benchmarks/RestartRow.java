package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.runtime.ActorSystem;
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
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A process that had a million actors is killed; another one opens what it has left, and asks one of them. */
final class RestartRow implements Row {
    private static final double MS_MAX = 2_000;
    private static final String READY = "ready";

    @Override
    public String key() {
        return "restart";
    }

    @Override
    public String what() {
        return "first reply after kill -9 with 1 M actors";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        Path killed = directory.resolve("killed");
        Path copy = directory.resolve("copy");
        int actors = bench.count(1_000_000, 500);
        try {
            fillAndBeKilled(killed, actors, bench.count(256 << 20, 1 << 20));
            List<Double> indexMs = new ArrayList<>();
            Comparison comparison = bench.compareWithoutWarmUp(
                    Side.of(() -> copy(killed, copy), () -> openAndAsk(copy, Tally.layout(bench), actors, indexMs)));
            Spread index =
                    Spread.of(indexMs.stream().mapToDouble(Double::doubleValue).toArray());
            return comparison.report(
                    List.of(Check.atMost(
                            "from opening to the first reply", MS_MAX, "ms", comparison.spread(0, Sample::msPerOp))),
                    List.of(
                            comparison.figure(0, "open + first reply", "ms", Sample::msPerOp),
                            Figure.of("of which the index", "ms", index)));
        } finally {
            Bench.delete(directory);
        }
    }

    /** Runs as the child: directory, actors, segment size. Says when it is ready, and waits to be killed. */
    public static void main(String... arguments) throws IOException {
        Quiet.logging();
        Path directory = Path.of(arguments[0]);
        Files.createDirectories(directory);
        int segmentBytes = Integer.parseInt(arguments[2]);
        JournalOptions options = JournalOptions.of(Stele.journalDirectory(directory))
                .withLaneCount(4)
                .withSegmentBytes(segmentBytes);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(Stele.snapshotDirectory(directory)));
                ChronicleJournal journal = ChronicleJournal.open(options, stores.index(), Clock.system())) {
            Tally.append(journal, Integer.parseInt(arguments[1]), 1);
            out.println(READY);
            while (!out.checkError()) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static void fillAndBeKilled(Path directory, int actors, int segmentBytes)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.startsWith("-XX:+IgnoreUnrecognized"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), RestartRow.class.getName()));
        command.addAll(List.of(directory.toString(), Integer.toString(actors), Integer.toString(segmentBytes)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            if (!READY.equals(line)) {
                throw new IllegalStateException("child ended early: line=" + line);
            }
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    private static Sample openAndAsk(
            Path directory, UnaryOperator<JournalOptions> layout, int actors, List<Double> indexMs) {
        long startNs = System.nanoTime();
        try (ActorSystem system = Tally.open(directory, layout, 0)) {
            Tally.Total total = system.entity(Tally.class, Tally.name(actors / 2))
                    .ask(new Tally.Get())
                    .toCompletableFuture()
                    .join();
            long elapsedNs = System.nanoTime() - startNs;
            Tally.require(total, 1);
            system.openingReport().phases().stream()
                    .filter(phase -> phase.name().equals("index"))
                    .forEach(phase -> indexMs.add(phase.durationNs() / 1e6));
            return Sample.of(1, elapsedNs);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Bench.delete(to);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
