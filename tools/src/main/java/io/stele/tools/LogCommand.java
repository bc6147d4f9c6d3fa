package io.stele.tools;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele log}: what a running node logs. */
@Command(
        name = "log",
        abbreviateSynopsis = true,
        sortOptions = false,
        synopsisSubcommandLabel = "level",
        subcommands = {LogLevelCommand.class},
        description = "Changes what a running node logs.",
        footer = {"", "Example: stele log level io.stele DEBUG --for 10m --url URL"})
final class LogCommand extends SubCommand implements Runnable {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    Main main() {
        return main;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say what is to be done: stele log level LOGGER LEVEL --url URL");
    }
}
