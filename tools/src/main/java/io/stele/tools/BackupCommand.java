package io.stele.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stele backup}: a copy for the day when the source is gone. */
@Command(
        name = "backup",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Copies a data directory that nobody has open, and reads the copy to check it.",
        footer = {
            "",
            "Example: stele backup --to backups/monday",
            "On one file system nearly everything is shared with the source, which takes a moment and little room. On another, "
                    + "files are shared with an earlier backup beside the target. The source is never changed.",
            "A system that runs is backed up from within: Stele.backup(system, target).",
            "Exit code 3 if the source is damaged, 4 if it is in use, 5 if the target is not empty."
        })
final class BackupCommand extends CopyCommand implements Callable<Integer> {
    @Option(names = "--no-verify", description = "Does not read the copy to check it.")
    private boolean unverified;

    @Option(names = "--no-share", description = "Copies every byte.")
    private boolean unshared;

    @Override
    public Integer call() {
        return copy("backup", dataDirectory(), (backup, target) -> {
            if (unverified) {
                backup.withoutVerification();
            }
            if (unshared) {
                backup.withoutSharing();
            }
            return backup.to(target);
        });
    }
}
