package io.stele.tools;

import io.stele.Stele;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.journal.JournalSummary;
import io.stele.runtime.SnapshotTaker;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele snapshot}: states, so that the next start has less to replay. */
@Command(
        name = "snapshot",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Takes snapshots of actors at their last events, so that they recover at once.",
        footer = {
            "",
            "Example: stele snapshot --all --actor-class bank.BankAccount --class-path bank.jar",
            "Opens the directory: its owner must not run. Adds snapshots and changes no event. Exit code 3 if a history cannot "
                    + "be replayed."
        })
final class SnapshotCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "ACTOR", arity = "0..1", description = "An actor, or a pattern. Or else: --all.")
    private @Nullable String actor;

    @Option(names = "--all", description = "Of all actors of the classes that are named.")
    private boolean all;

    @Option(
            names = {"-a", "--actor-class"},
            paramLabel = "CLASS",
            required = true,
            description = "The class of the actors. May be given several times.")
    private List<String> classes = List.of();

    @Option(names = "--class-path", paramLabel = "PATHS", split = ":", description = "Where those classes are.")
    @SuppressWarnings("UnusedVariable") // this program was loaded beside it: see UserLoader
    private List<Path> classPath = List.of();

    @Option(names = "--codec-jar", paramLabel = "JAR", description = "A jar with a codec of your own.")
    private @Nullable Path codecJar;

    @Override
    public Integer call() {
        if ((actor == null) != all) {
            throw new ParameterException(spec.commandLine(), "name an actor or a pattern, or else --all");
        }
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        Predicate<String> wanted = actor == null ? name -> true : Glob.of(actor);
        Map<String, String> failures = new LinkedHashMap<>();
        long[] counts = new long[2];
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(Stele.snapshotDirectory(directory.path())));
                ChronicleJournal journal = ChronicleJournal.open(
                        JournalOptions.of(Stele.journalDirectory(directory.path())), stores.index(), Clock.system())) {
            SnapshotTaker taker =
                    new SnapshotTaker(journal, stores.snapshots(), UserClasses.codec(codecJar), Clock.system());
            classes.forEach(name -> taker.register(UserClasses.instance(name)));
            List<PersistenceId> ids = ids(directory, wanted, taker);
            AtomicLong done = new AtomicLong();
            Progress.during(
                    main.options(),
                    () -> new Progress.Status(done.get(), Math.max(1, ids.size()), Units.count(done.get(), "actor")),
                    () -> {
                        for (PersistenceId id : ids) {
                            take(taker, id, counts, failures);
                            long unused = done.incrementAndGet();
                        }
                        return null;
                    });
            stores.snapshots().flush();
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.snapshot/1");
        tree.put("dataDirectory", directory.path().toString());
        tree.put("taken", counts[0]);
        tree.put("upToDate", counts[1]);
        tree.put("failed", failures);
        main.options().report(tree, screen -> lines(screen, counts, failures));
        return failures.isEmpty() ? ExitCode.DONE : ExitCode.FINDING;
    }

    private static List<PersistenceId> ids(DataDirectory directory, Predicate<String> wanted, SnapshotTaker taker) {
        return directory.journal().summarize((done, total) -> {}).actors().stream()
                .map(JournalSummary.Actor::persistenceId)
                .filter(id -> taker.entityTypes().contains(id.entityType()) && wanted.test(id.encoded()))
                .toList();
    }

    private static void take(SnapshotTaker taker, PersistenceId id, long[] counts, Map<String, String> failures) {
        try {
            counts[taker.take(id) == 0 ? 1 : 0]++;
        } catch (SteleException e) {
            failures.put(id.encoded(), String.valueOf(e.getMessage()));
        }
    }

    private static List<String> lines(Screen screen, long[] counts, Map<String, String> failures) {
        List<String> lines = new ArrayList<>();
        lines.add("  " + screen.paint(Paint.GOOD, screen.tick()) + " " + Units.count(counts[0], "snapshot") + " taken, "
                + Units.count(counts[1], "actor") + " had one at the last event");
        failures.forEach((id, reason) -> lines.add(
                "  " + screen.paint(Paint.BAD, screen.cross()) + " " + SafeText.of(id) + "  " + SafeText.of(reason)));
        return lines;
    }
}
