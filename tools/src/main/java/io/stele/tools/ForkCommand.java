package io.stele.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code stele fork}: a directory that goes its own way. */
@Command(
        name = "fork",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Makes a data directory, or a backup, into another one that goes its own way from here.",
        footer = {
            "",
            "Both may be written at the same time, and neither ever sees what the other writes. The source is never changed.",
            "A system that runs is forked from within: Stele.fork(system, target).",
            "Exit code 3 if the source is damaged, 4 if it is in use, 5 if the target is not empty."
        })
final class ForkCommand extends CopyCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        return copy("fork", dataDirectory(), (backup, target) -> backup.forkTo(target));
    }
}
