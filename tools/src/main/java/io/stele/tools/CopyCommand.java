package io.stele.tools;

import io.stele.Backup;
import io.stele.Stele;
import io.stele.spi.CorruptJournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What {@code backup}, {@code restore} and {@code fork} have in common. */
abstract class CopyCommand extends SubCommand {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(
            names = "--to",
            paramLabel = "DIR",
            required = true,
            description = "Where to: a directory that is absent or empty.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private Path target;

    /** Does one of the three. */
    @FunctionalInterface
    interface Copying {
        Backup.Report run(Backup backup, Path target);
    }

    final Main main() {
        return main;
    }

    final Path target() {
        return target;
    }

    final Path dataDirectory() {
        return main.options().dataDirectory();
    }

    final int copy(String command, Path source, Copying copying) {
        DataDirectory directory = DataDirectory.of(source);
        requireEmpty();
        ScanStatus status = new ScanStatus();
        Backup backup = Backup.of(directory.path()).progress(status);
        Backup.Report made;
        Unfinished.own(target);
        try {
            made = Progress.during(main.options(), status::status, () -> copying.run(backup, target));
        } catch (CorruptJournalException e) {
            throw new CommandFailure(ErrorCode.COPY_OF_DAMAGE, String.valueOf(e.getMessage()), e);
        } finally {
            Unfinished.complete(target); // what failed stays as it is, and says that it is not complete
        }
        CopyReport report = new CopyReport(command, source, made);
        main.options().report(report.tree(), report::lines);
        for (String remark : report.remarks()) {
            main.options().console().err().println("stele: " + remark);
        }
        return ExitCode.DONE;
    }

    final void requireEmpty() {
        if (!Files.exists(target)) {
            return;
        }
        try (Stream<Path> found = Files.list(target)) {
            found.findFirst().ifPresent(file -> {
                boolean unfinished = Files.exists(Stele.journalDirectory(target).resolve("incomplete"));
                throw new CommandFailure(
                        ErrorCode.TARGET_NOT_EMPTY,
                        (unfinished
                                        ? "target holds a copy that was not finished; delete it first: target="
                                        : "target is not empty; nothing was copied: target=")
                                + target + ", found=" + file.getFileName());
            });
        } catch (IOException e) {
            throw new CommandFailure(
                    ErrorCode.UNWRITABLE,
                    "target cannot be used; nothing was copied: target=" + target + ", cause=" + e,
                    e);
        }
    }
}
