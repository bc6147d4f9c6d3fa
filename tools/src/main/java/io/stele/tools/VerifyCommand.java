package io.stele.tools;

import static io.stele.journal.Finding.Kind.MANIFEST_PROBLEM;

import io.stele.journal.RepairPlan;
import io.stele.journal.VerifyReport;
import io.stele.snapshot.RocksStores;
import io.stele.spi.PersistenceId;
import io.stele.tools.SnapshotCheck.Actor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele verify}: reads every byte that counts. */
@Command(
        name = "verify",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Checks every record of the journal, how they follow each other, and every newest snapshot.",
        footer = {
            "",
            "Example: stele verify --data-dir /var/lib/bank",
            "Reads files, also while their owner runs. Takes no lock, changes nothing, and repairs nothing.",
            "Exit code 3 if anything that may have been acknowledged is not as it was written. What a crash leaves"
                    + " behind the last durable record is mentioned, and is no finding."
        })
final class VerifyCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--deep",
            description =
                    "Decodes every event and every snapshot that is kept, too. With --jar it also replays all actors:"
                            + " every snapshot, and every hash in the journal, must be what the handlers make of the"
                            + " events.")
    private boolean deep;

    @Option(names = "--jar", paramLabel = "JAR", description = "The code of the actors, for --deep.")
    private @Nullable Path jar;

    @Option(names = "--class-path", paramLabel = "PATHS", split = ":", description = "What the jar needs beside it.")
    private List<Path> classPath = List.of();

    @Option(names = "--codec-jar", paramLabel = "JAR", description = "A jar with a codec of your own.")
    private @Nullable Path codecJar;

    @Override
    public Integer call() {
        if (jar != null && !deep) {
            throw new ParameterException(spec.commandLine(), "--jar is for --deep");
        }
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        VerifySummary summary = summary(directory);
        main.options().report(summary.tree(), summary::lines);
        return summary.isClean() ? ExitCode.DONE : ExitCode.FINDING;
    }

    private VerifySummary summary(DataDirectory directory) {
        // opened before the journal is read: a live owner adds to both, and the journal is always ahead
        try (RocksStores stores = directory.snapshots()) {
            ScanStatus status = new ScanStatus();
            List<Actor> actors = new ArrayList<>();
            VerifyReport journal = Progress.during(
                    main.options(),
                    status::status,
                    () -> directory.verify(status, (id, first, last) -> actors.add(new Actor(id, first, last))));
            boolean isReadable = journal.findings().stream().noneMatch(finding -> finding.kind() == MANIFEST_PROBLEM);
            RepairPlan repair = journal.isDurableClean() ? null : directory.planRepair();
            if (!isReadable) {
                return new VerifySummary(directory.path(), journal, SnapshotCheck.NONE, null, repair);
            }
            actors.sort(Comparator.comparing(actor -> actor.persistenceId().encoded()));
            SnapshotCheck snapshots = SnapshotCheck.of(actors, stores == null ? new NoSnapshots() : stores.snapshots());
            DeepCheck inside = deep ? deep(directory, stores, actors) : null;
            return new VerifySummary(directory.path(), journal, snapshots, inside, repair);
        }
    }

    private DeepCheck deep(DataDirectory directory, @Nullable RocksStores stores, List<Actor> actors) {
        Set<PersistenceId> ids = actors.stream().map(Actor::persistenceId).collect(Collectors.toSet());
        DeepCheck check = DeepCheck.run(main.options(), directory, stores == null ? null : stores.snapshots(), ids);
        Path code = jar;
        if (code == null) {
            return check;
        }
        JarReplay.Settings settings =
                new JarReplay.Settings(code, null, List.of(), classPath, codecJar, 100, EventFilter.ANY);
        return check.with(new JarReplay(main.options(), settings).run(directory));
    }
}
