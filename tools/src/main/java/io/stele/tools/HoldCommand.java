package io.stele.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele hold ACTOR}: nothing of an actor may be removed. */
@Command(
        name = "hold",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Puts an actor under legal hold: no compaction removes anything of it.",
        footer = {
            "",
            "Example: stele hold account/42 --execute",
            "The owner must not run, or does it itself with Stele.compactions(system).holds(). Forgetting a data subject is another"
                    + " matter: that destroys a key."
        })
final class HoldCommand extends SubCommand implements Callable<Integer> {
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
        return change.run(main.options(), spec, true);
    }
}
