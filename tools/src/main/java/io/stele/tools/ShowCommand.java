package io.stele.tools;

import io.stele.journal.JournalInspector;
import io.stele.journal.JournalSummary.Actor;
import io.stele.recovery.DurableTimer;
import io.stele.recovery.FixedSnapshots;
import io.stele.runtime.TimerHistory;
import io.stele.snapshot.RocksStores;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele show ACTOR}: one actor's state, snapshots and last events. */
@Command(
        name = "show",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows one actor: its state in the newest snapshot, and its last events.",
        footer = {
            "",
            "Example: stele show bank-account/42 --events 20",
            "Reads files, also while their owner runs. Takes no lock and changes nothing.",
            "Needs none of your classes: states and events are shown by the names they were stored under."
        })
final class ShowCommand extends SubCommand implements Callable<Integer> {
    private static final int EVENTS_MAX = 1_000_000;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "ACTOR", description = "Which actor, such as bank-account/42.")
    private String actor = "";

    @Option(
            names = {"-n", "--events"},
            paramLabel = "N",
            defaultValue = "10",
            description = "How many events, the last ones. Default: ${DEFAULT-VALUE}.")
    private int eventCount;

    @Override
    public Integer call() {
        PersistenceId id = parse();
        if (eventCount < 0 || eventCount > EVENTS_MAX) {
            throw new ParameterException(
                    spec.commandLine(), "--events is out of range: value=" + eventCount + ", min=0, max=" + EVENTS_MAX);
        }
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        JournalInspector journal = directory.journal();
        try (RocksStores stores = directory.snapshots()) {
            ActorHistory history = ActorHistory.read(directory, stores, id, eventCount);
            if (history.eventCount() == 0) {
                throw unknown(id, journal);
            }
            ShowReport report = ShowReport.of(
                    id,
                    journal.lane(id),
                    history,
                    stores == null ? null : stores.snapshots(),
                    timers(directory, stores, id),
                    System.currentTimeMillis(),
                    directory.keys());
            main.options().report(report.tree(), report::lines);
        }
        return ExitCode.DONE;
    }

    /** Of a history that cannot be read to its end nobody knows them; its findings are shown. */
    private static List<DurableTimer> timers(DataDirectory directory, @Nullable RocksStores stores, PersistenceId id) {
        try {
            return TimerHistory.read(
                    directory.history(stores), stores == null ? FixedSnapshots.of() : stores.snapshots(), id);
        } catch (JournalException e) {
            return List.of();
        }
    }

    private PersistenceId parse() {
        try {
            return PersistenceId.parse(actor);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static CommandFailure unknown(PersistenceId id, JournalInspector journal) {
        List<String> known = journal.summarize((done, total) -> {}).actors().stream()
                .map(Actor::persistenceId)
                .map(PersistenceId::encoded)
                .toList();
        List<String> near = NearMatches.of(id.encoded(), known);
        String hint = near.isEmpty() ? "see what there is with: stele inspect" : "near: " + String.join(", ", near);
        return new CommandFailure(
                ErrorCode.UNKNOWN_ACTOR,
                "actor has no events: persistenceId=" + id.encoded() + ", actorCount=" + known.size() + "; " + hint);
    }
}
