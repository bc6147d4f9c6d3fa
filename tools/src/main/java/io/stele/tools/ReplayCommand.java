package io.stele.tools;

import io.stele.codec.RecordCodec;
import io.stele.journal.JournalInspector;
import io.stele.journal.JournalSummary.Actor;
import io.stele.recovery.FixedSnapshots;
import io.stele.runtime.HistoryCheck;
import io.stele.runtime.PersistentActor;
import io.stele.snapshot.RocksStores;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventHistory;
import io.stele.spi.PersistenceId;
import io.stele.spi.SnapshotStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele replay --check}: whether event handlers still make of history what they once made of it. */
@Command(
        name = "replay",
        abbreviateSynopsis = true,
        sortOptions = false,
        description =
                "Replays actors with your event handlers, and compares their states with what history says they were.",
        footer = {
            "",
            "Example: stele replay --jar target/bank.jar --against released/bank.jar --sample 10%% --diff",
            "Compares with the hashes of states in the journal, and with snapshots. Where they differ it names the first number "
                    + "after which they are known to, and the last one up to which they agree.",
            "Reads files, also while their owner runs. Takes no lock and changes nothing. Runs your handlers: they must do "
                    + "nothing but work out a state. Scans an actor's lane two times, for each actor.",
            "The launcher puts what $STELE_CLASS_PATH names, such as bank.jar:lib/*, on the class path.",
            "Exit code 3 if an actor's handlers disagree with its history, or its history cannot be replayed."
        })
final class ReplayCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--check", description = "Compares what classes on the class path make of history.")
    private boolean check;

    @Option(
            names = "--jar",
            paramLabel = "NEW.jar",
            description =
                    "Replays with the code in this jar, or directory of classes, in a class loader of its own, as fast as it can.")
    private @Nullable Path jar;

    @Option(
            names = "--against",
            paramLabel = "OLD.jar",
            description =
                    "Compares with what this code makes of it. Default: with hashes in the journal, and snapshots.")
    private @Nullable Path old;

    @Option(names = "--class-path", paramLabel = "PATHS", split = ":", description = "What the jars need beside them.")
    private List<Path> classPath = List.of();

    @Option(names = "--codec-jar", paramLabel = "JAR", description = "A jar with a codec of your own.")
    private @Nullable Path codecJar;

    @Option(names = "--sample", paramLabel = "PERCENT", description = "Replays a share of the actors, such as 1%%.")
    private String sample = "100%";

    @Option(names = "--diff", description = "Shows the states that differ.")
    private boolean diff;

    @Option(
            names = {"-a", "--actor-class"},
            paramLabel = "CLASS",
            description = "A class with handlers, such as bank.BankAccount. May be given several times. Default: all "
                    + "actors in the jar.")
    private List<String> classes = List.of();

    @Parameters(
            paramLabel = "ACTOR",
            arity = "0..*",
            description =
                    "Which actors, such as bank-account/42; with --jar also patterns. Default: all of the kinds that "
                            + "--actor-class names.")
    private List<String> actors = List.of();

    @Override
    public Integer call() {
        Path tried = jar;
        if (tried == null && (!check || classes.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(), "name code to replay with: --jar NEW.jar, or --check --actor-class CLASS");
        }
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        if (tried != null) {
            return replayJar(directory, tried);
        }
        try (RocksStores stores = directory.snapshots()) {
            SnapshotStore snapshots = stores == null ? FixedSnapshots.of() : stores.snapshots();
            JournalInspector journal = directory.journal();
            HistoryCheck handlers = new HistoryCheck(history(journal), snapshots, RecordCodec.of());
            for (String name : classes) {
                register(handlers, name);
            }
            ReplayReport report = ReplayReport.of(directory.path(), handlers, wanted(handlers, journal));
            main.options().report(report.tree(), report::lines);
            return report.isClean() ? ExitCode.DONE : ExitCode.FINDING;
        }
    }

    private int replayJar(DataDirectory directory, Path tried) {
        List<Predicate<String>> patterns = actors.stream().map(Glob::of).toList();
        Predicate<String> wanted =
                name -> patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.test(name));
        JarReplayReport report = new JarReplay(
                        main.options(),
                        new JarReplay.Settings(tried, old, classes, classPath, codecJar, Shares.parse(sample), wanted))
                .run(directory);
        main.options().report(report.tree(diff), screen -> report.lines(screen, diff));
        return report.isClean() ? ExitCode.DONE : ExitCode.FINDING;
    }

    /** Damage ends a replay: behind a gap there is no state to compare. */
    private static EventHistory history(JournalInspector journal) {
        return (id, from, to, reader) -> journal.events(
                id,
                from,
                to - from == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(1, to - from + 1),
                reader,
                finding -> {
                    throw new CorruptJournalException(finding.report());
                });
    }

    private List<PersistenceId> wanted(HistoryCheck handlers, JournalInspector journal) {
        if (actors.isEmpty()) {
            ScanStatus status = new ScanStatus();
            return Progress.during(main.options(), status::status, () -> journal.summarize(status)).actors().stream()
                    .map(Actor::persistenceId)
                    .filter(id -> handlers.entityTypes().contains(id.entityType()))
                    .toList();
        }
        List<PersistenceId> ids = new ArrayList<>();
        for (String actor : actors) {
            PersistenceId id = parse(actor);
            if (!handlers.entityTypes().contains(id.entityType())) {
                throw new ParameterException(
                        spec.commandLine(),
                        "none of the classes is of the actor's kind: actor=" + id + ", kinds="
                                + handlers.entityTypes());
            }
            ids.add(id);
        }
        return ids;
    }

    private PersistenceId parse(String actor) {
        try {
            return PersistenceId.parse(actor);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    @SuppressWarnings("unchecked")
    private static void register(HistoryCheck handlers, String name) {
        try {
            Class<?> found = Class.forName(name);
            if (!PersistentActor.class.isAssignableFrom(found)) {
                throw new CommandFailure(ErrorCode.BAD_CLASS, "class is no persistent actor: class=" + name);
            }
            handlers.register((Class<? extends PersistentActor<?, ?>>) found);
        } catch (ClassNotFoundException | LinkageError e) {
            throw new CommandFailure(
                    ErrorCode.BAD_CLASS,
                    "class cannot be loaded: class=" + name + ", reason=" + e
                            + "; name the jars that it needs in STELE_CLASS_PATH",
                    e);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ErrorCode.BAD_CLASS, String.valueOf(e.getMessage()), e);
        }
    }
}
