package io.stele.tools;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code stele completion}: a script that completes commands and options. */
@Command(
        name = "completion",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Writes a script for bash and zsh that completes commands and options.",
        footer = {"", "Example: source <(stele completion)"})
final class CompletionCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public Integer call() {
        main.options()
                .console()
                .out()
                .print(AutoComplete.bash("stele", Main.line(main.options().console())));
        main.options().console().out().flush();
        return ExitCode.DONE;
    }
}
