package io.stele.tools;

import io.stele.recovery.Moment;
import io.stele.spi.PersistenceId;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele state ACTOR --at SEQ|TIME}: what an actor's state was. */
@Command(
        name = "state",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows what an actor's state was, at a number or a time.",
        footer = {
            "",
            "Example: stele state bank-account/42 --at 2026-03-01T12:30",
            "Reads files, also while their owner runs. Takes no lock and changes nothing.",
            "With --actor-class it replays with your own event handlers. Without, it shows what is known for certain:",
            "the nearest snapshot before the moment, and the events behind it."
        })
final class StateCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "ACTOR", description = "Which actor, such as bank-account/42.")
    private String actor = "";

    @Option(
            names = "--at",
            paramLabel = "SEQ|TIME",
            description = "A sequence number, or a time in UTC: 2026-03-01, 2026-03-01T12:30, 2026-03-01T12:30:00Z. "
                    + "Default: now.")
    private @Nullable String at;

    @Mixin
    private final HandlerOptions handlers = new HandlerOptions();

    @Override
    public Integer call() {
        PersistenceId id = parseActor();
        Moment moment = HandlerOptions.moment(spec, "--at", at);
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        StateReport report = handlers.state(directory, id, moment);
        main.options().report(report.tree(), report::lines);
        return ExitCode.DONE;
    }

    private PersistenceId parseActor() {
        try {
            return PersistenceId.parse(actor);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
