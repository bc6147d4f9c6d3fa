package io.stele.tools;

import io.stele.journal.JournalSummary;
import io.stele.spi.SteleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele import FILE}: makes a data directory of an export, or checks one. */
@Command(
        name = "import",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Makes a data directory of what export wrote; or, with --verify alone, checks the file.",
        footer = {
            "",
            "Example: stele import bank.jsonl.zst --to restored --verify",
            "Numbers, times, batches, payloads and metadata are as they were, byte for byte; positions are new. There are no "
                    + "snapshots. With --verify everything is read back and compared with the file.",
            "The directory gets its name when it is complete. Histories that were compacted cannot be imported."
        })
final class ImportCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "What stele export wrote, compressed or not.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private Path file;

    @Option(names = "--to", paramLabel = "DIR", description = "Where to: a directory that is not there.")
    private @Nullable Path target;

    @Option(names = "--verify", description = "Compares what was written with the file; without --to, checks the file.")
    private boolean verify;

    @Override
    public Integer call() {
        Path to = target;
        if (to == null && !verify) {
            throw new ParameterException(spec.commandLine(), "say where to with --to, or check the file with --verify");
        }
        ImportFile.Counts counts = to == null ? ImportFile.check(file) : load(to);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.import/1");
        tree.put("file", file.toString());
        tree.put("target", to == null ? null : to.toString());
        tree.put("events", counts.events());
        tree.put("notes", counts.notes());
        tree.put("verified", verify);
        main.options()
                .report(
                        tree,
                        screen -> List.of(screen.paint(Paint.GOOD, screen.tick()) + " "
                                + Units.count(counts.events(), "event")
                                + (to == null
                                        ? " in the file, which is complete"
                                        : " in " + SafeText.of(to.toString()))));
        return ExitCode.DONE;
    }

    private ImportFile.Counts load(Path to) {
        if (Files.exists(to)) {
            throw new CommandFailure(ErrorCode.TARGET_NOT_EMPTY, "target exists; nothing was imported: target=" + to);
        }
        Path unfinished = Unfinished.begin(to);
        try {
            ImportFile.Counts counts = ImportFile.load(file, unfinished);
            if (verify) {
                compare(unfinished, counts);
            }
            Unfinished.finish(unfinished, to);
            return counts;
        } catch (IOException e) {
            throw new CommandFailure(
                    ErrorCode.UNWRITABLE, "import was not finished, and was removed: target=" + to + ", cause=" + e, e);
        } catch (SteleException e) {
            throw new CommandFailure(
                    ErrorCode.COPY_OF_DAMAGE, "import was not finished, and was removed: " + e.getMessage(), e);
        } finally {
            Unfinished.abandon(unfinished);
        }
    }

    private static void compare(Path directory, ImportFile.Counts counts) {
        DataDirectory made = DataDirectory.of(directory);
        JournalSummary summary = made.journal().summarize((done, total) -> {});
        if (!summary.findings().isEmpty()
                || summary.eventCount() != counts.events()
                || ImportDigest.of(made) != counts.digest()) {
            throw new CommandFailure(
                    ErrorCode.COPY_OF_DAMAGE,
                    "what was written is not what the file says, and was removed: events=" + summary.eventCount()
                            + ", eventsInFile=" + counts.events());
        }
    }
}
