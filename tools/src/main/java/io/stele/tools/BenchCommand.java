package io.stele.tools;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
        description = "Measures this machine with the benchmarks of Stele, and writes what they found as JSON.",
        footer = {
            "",
            "Example: stele bench journal --quick > journal.json",
            "What is measured, and how, stands in BENCHMARKS.md. Progress goes to stderr, the result to stdout. The benchmarks are "
                    + "built with: mvn -q -pl benchmarks -am package -DskipTests"
        })
final class BenchCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "WHAT", description = "journal, mailbox or recovery.")
    private What what = What.JOURNAL;

    @Option(names = "--quick", description = "Shows that it runs; measures nothing.")
    private boolean quick;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Which disk journal is measured on. Default: that of temporary files.")
    private @Nullable Path directory;

    @Option(names = "--jar", paramLabel = "JAR", description = "The benchmarks. Default: those of this checkout.")
    private @Nullable Path jar;

    /** What is measured. */
    enum What {
        JOURNAL,
        MAILBOX,
        RECOVERY
    }

    @Override
    public Integer call() {
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
