package io.stele.tools;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.spi.PersistenceId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele quarantine skip}: leaves an event out of an actor's state from now on. */
@Command(
        name = "skip",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Decides that an actor's state is worked out without one event, from now on and for ever.",
        footer = {
            "",
            "Example: stele quarantine skip bank-account/42 17 --reason 'ticket 812' --execute",
            "The event stays in the journal; the decision is written behind it and cannot be taken back. Opens the directory: its "
                    + "owner must not run."
        })
final class QuarantineSkipCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private QuarantineCommand quarantine;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "ACTOR", description = "Which actor.")
    private String actor = "";

    @Parameters(index = "1", paramLabel = "SEQ", description = "The number of the event, as list shows it.")
    private long sequenceNumber;

    @Option(names = "--by", paramLabel = "NAME", description = "Who decides it. Default: the user who runs this.")
    private String decidedBy = System.getProperty("user.name", "unknown");

    @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why; stands in the history.")
    private String reason = "";

    @Option(names = "--execute", description = "Does it. Without, it is shown.")
    private boolean execute;

    @Option(names = "--yes", description = "Does not ask.")
    private boolean yes;

    @Override
    public Integer call() {
        GlobalOptions options = quarantine.main().options();
        DataDirectory directory = DataDirectory.of(options.dataDirectory());
        PersistenceId id = parse();
        if (execute) {
            Confirmation.require(
                    options,
                    yes,
                    "the event will never again be part of the state: actor=" + id + ", number=" + sequenceNumber,
                    id.encoded());
            try (ActorSystem system =
                    Stele.builder(directory.path()).workerCount(1).open()) {
                system.quarantine().skip(id, sequenceNumber, decidedBy, reason);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(ErrorCode.QUARANTINED, String.valueOf(e.getMessage()), e);
            }
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.quarantine-skip/1");
        tree.put("actor", id.encoded());
        tree.put("sequenceNumber", sequenceNumber);
        tree.put("decidedBy", decidedBy);
        tree.put("reason", reason);
        tree.put("executed", execute);
        options.report(
                tree,
                screen -> List.of("  number " + sequenceNumber + " of " + SafeText.of(id.encoded())
                        + (execute ? " is left out from now on" : " would be left out. To do it, add --execute.")));
        return ExitCode.DONE;
    }

    private PersistenceId parse() {
        try {
            return PersistenceId.parse(actor);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
