package io.stele.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele release ACTOR}: the end of a legal hold. */
@Command(
        name = "release",
        abbreviateSynopsis = true,
        sortOptions = false,
        description =
                "Ends the legal hold of an actor: the next compaction may remove of it what others may lose, too.",
        footer = {
            "",
            "Example: stele release account/42 --execute --yes",
            "The owner must not run, or does it itself with Stele.compactions(system).holds()."
        })
final class ReleaseCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final HoldChange change = new HoldChange();

    @Override
    public Integer call() {
        return change.run(main.options(), spec, false);
    }
}
