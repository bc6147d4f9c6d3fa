package io.stele.tools;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code stele bench}: the benchmarks of this project, from here. */
@Command(
        name = "bench",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Measures this machine in some seconds: journal and disk, mailboxes and replies, or recovery.",
        footer = {
            "",
            "Example: stele bench journal --dir /var/lib --json > journal.json",
            "Works in a directory of its own, and removes it. With --full it runs the benchmarks of the project"
                    + " instead, which take minutes and write JSON: build them with: mvn -q -pl benchmarks -am package"
                    + " -DskipTests. What they measure, and how, stands in BENCHMARKS.md."
        })
final class BenchCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "WHAT", description = "journal, mailbox or recovery.")
    private What what = What.JOURNAL;

    @Option(names = "--full", description = "The benchmarks of the project, from --jar.")
    private boolean full;

    @Option(names = "--quick", description = "Shows that it runs; measures nothing.")
    private boolean quick;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "On which disk: a directory to work in. Default: that of temporary files.")
    private @Nullable Path directory;

    @Option(names = "--jar", paramLabel = "JAR", description = "For --full. Default: those of this checkout.")
    private @Nullable Path jar;

    /** What is measured. */
    enum What {
        JOURNAL,
        MAILBOX,
        RECOVERY
    }

    @Override
    public Integer call() {
        return full ? runFull() : runBuiltIn();
    }

    private int runBuiltIn() {
        try {
            Path work = directory == null
                    ? Files.createTempDirectory("stele-bench-")
                    : Files.createTempDirectory(directory, "stele-bench-");
            try {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("schema", "stele.bench/1");
                tree.put("what", what.name().toLowerCase(Locale.ROOT));
                tree.put("quick", quick);
                tree.put("directory", work.resolveSibling("").toString());
                tree.put("processors", Runtime.getRuntime().availableProcessors());
                tree.put("java", System.getProperty("java.version"));
                tree.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
                List<BuiltInBench.Figure> figures = measure(new BuiltInBench(work.resolve("data"), quick));
                tree.put("results", figures.stream().map(BenchCommand::tree).toList());
                main.options().report(tree, screen -> lines(screen, figures));
            } finally {
                delete(work);
            }
            return ExitCode.DONE;
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.UNWRITABLE, "benchmark cannot be run: cause=" + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.INTERRUPTED, "command was interrupted", e);
        }
    }

    private List<BuiltInBench.Figure> measure(BuiltInBench bench) throws InterruptedException {
        return switch (what) {
            case JOURNAL -> bench.journal();
            case MAILBOX -> bench.mailbox();
            case RECOVERY -> bench.recovery();
        };
    }

    private static Map<String, Object> tree(BuiltInBench.Figure figure) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", figure.name());
        tree.put("unit", figure.unit());
        tree.put(
                "value",
                figure.value() < 1_000 ? Math.rint(figure.value() * 10) / 10 : (Object) Math.round(figure.value()));
        return tree;
    }

    private List<String> lines(Screen screen, List<BuiltInBench.Figure> figures) {
        Table table = new Table().left("measured").right("").left("");
        for (BuiltInBench.Figure figure : figures) {
            boolean isBytes = figure.unit().equals("bytes/s");
            table.row(
                    figure.name(),
                    isBytes ? Units.bytes(Math.round(figure.value())) : Units.count(Math.round(figure.value())),
                    isBytes ? "per second" : figure.unit());
        }
        List<String> lines = new ArrayList<>(table.lines(screen));
        if (quick) {
            lines.add("");
            lines.add(screen.paint(Paint.DIM, "  with --quick it only shows that it runs"));
        }
        return lines;
    }

    private static void delete(Path work) throws IOException {
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private int runFull() {
        Path benchmarks = jar == null
                ? Path.of(System.getProperty("stele.home", ".")).resolve("benchmarks/target/benchmarks.jar")
                : jar;
        if (!Files.exists(benchmarks)) {
            throw new CommandFailure(
                    ErrorCode.NOT_SUPPORTED,
                    "benchmarks are not built: jar=" + benchmarks
                            + "; build them with: mvn -q -pl benchmarks -am package -DskipTests");
        }
        try {
            Path result = Files.createTempFile("stele-bench-", ".json");
            try {
                return run(benchmarks, result);
            } finally {
                Files.deleteIfExists(result);
            }
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.UNWRITABLE, "benchmark cannot be run: cause=" + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.INTERRUPTED, "command was interrupted", e);
        }
    }

    private int run(Path benchmarks, Path result) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(benchmarks, result))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        OutputStream err = main.options().console().err();
        process.getInputStream().transferTo(err);
        err.flush();
        int exitCode = process.waitFor();
        if (exitCode != 0) {
            throw new CommandFailure(
                    ErrorCode.NOT_SUPPORTED, "benchmark has failed: exitCode=" + exitCode + ", what=" + what);
        }
        main.options().console().out().println(Files.readString(result).strip());
        main.options().console().out().flush();
        return ExitCode.DONE;
    }

    private List<String> command(Path benchmarks, Path result) {
        List<String> command = new ArrayList<>(JavaCommand.flags());
        if (what == What.MAILBOX) {
            command.addAll(List.of("-jar", benchmarks.toString(), "-rf", "json", "-rff", result.toString()));
            if (quick) {
                command.addAll(List.of("-f", "0", "-wi", "0", "-i", "1", "-r", "100ms"));
            }
            command.add("PersistAndReplyBenchmark|Tell|Ask|Mailbox");
            return command;
        }
        String name = what == What.JOURNAL ? "JournalBench" : "RecoveryBench";
        command.addAll(
                List.of("-cp", benchmarks.toString(), "io.stele.benchmarks." + name, "--json", result.toString()));
        if (quick) {
            command.add("--quick");
        }
        if (directory != null) {
            command.addAll(List.of("--dir", directory.toString()));
        }
        return command;
    }
}
