package io.stele.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code stele quarantine list}: the same as without {@code list}. */
@Command(
        name = "list",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Lists the actors, as without list.",
        footer = {"", "Example: stele quarantine list", "Exit code 3 if there are any."})
final class QuarantineListCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private QuarantineCommand quarantine;

    @Override
    public Integer call() {
        return quarantine.call();
    }
}
