package io.stele.tools;

import io.stele.journal.JournalSummary;
import io.stele.snapshot.RocksStores;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code stele inspect}: what is in a data directory, on one screen. */
@Command(
        name = "inspect",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows what is in a data directory: lanes, events, actors, snapshots.",
        footer = {"", "Reads files, also while their owner runs. Takes no lock and changes nothing."})
final class InspectCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        ScanStatus status = new ScanStatus();
        JournalSummary summary = Progress.during(
                main.options(), status::status, () -> directory.journal().summarize(status));
        InspectReport report =
                new InspectReport(directory.path(), summary, coverage(directory, summary), System.currentTimeMillis());
        main.options().report(report.tree(), report::lines);
        return ExitCode.DONE;
    }

    private static Map<String, SnapshotCoverage> coverage(DataDirectory directory, JournalSummary summary) {
        try (RocksStores stores = directory.snapshots()) {
            return stores == null ? Map.of() : SnapshotCoverage.of(summary.actors(), stores.snapshots());
        }
    }
}
