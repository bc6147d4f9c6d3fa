package io.stele.tools;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stele restore}: a backup back to a directory to work with. */
@Command(
        name = "restore",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Makes a data directory of a backup, copying every byte, and reads it to check it.",
        footer = {
            "",
            "Example: stele restore --from backups/monday --to restored",
            "The backup is never changed, and shares no file with what is restored from it.",
            "Exit code 3 if the backup is damaged, 4 if it is in use, 5 if the target is not empty."
        })
final class RestoreCommand extends CopyCommand implements Callable<Integer> {
    @Option(names = "--from", paramLabel = "BACKUP", required = true, description = "Which backup.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private Path from;

    @Override
    public Integer call() {
        return copy("restore", from, (backup, target) -> backup.withoutSharing().to(target));
    }
}
