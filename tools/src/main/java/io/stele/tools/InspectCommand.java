package io.stele.tools;

import io.stele.Stele;
import io.stele.journal.JournalGlance;
import io.stele.journal.JournalGlance.Glance;
import io.stele.journal.JournalSummary;
import io.stele.snapshot.RocksStores;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code stele inspect}: what is in a data directory, on one screen. */
@Command(
        name = "inspect",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows what is in a data directory: lanes, events, actors, snapshots.",
        footer = {
            "",
            "Example: stele inspect --data-dir /var/lib/bank",
            "Reads files, also while their owner runs. Takes no lock and changes nothing."
        })
final class InspectCommand extends SubCommand implements Callable<Integer> {
    private static final long EXACT_BYTES_MAX = 64 << 20;
    private static final long BUDGET_NS = TimeUnit.MILLISECONDS.toNanos(250);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(
            names = "--exact",
            description =
                    "Counts everything, however long that takes. Default: journals above 64 MiB are looked at, not read.")
    private boolean exact;

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        try (RocksStores stores = directory.snapshots()) {
            Glance glance = isSmall(directory) ? count(directory) : glance(directory, stores);
            JournalSummary summary = glance.summary();
            Map<String, SnapshotCoverage> coverages = stores == null
                    ? Map.of()
                    : SnapshotCoverage.of(
                            summary.actors(), stores.snapshots(), glance.isExact() ? Long.MAX_VALUE : BUDGET_NS);
            InspectReport report = new InspectReport(directory.path(), glance, coverages, System.currentTimeMillis());
            main.options().report(report.tree(), report::lines);
            return ExitCode.DONE;
        }
    }

    private boolean isSmall(DataDirectory directory) {
        return exact || directory.pieces().bytes() <= EXACT_BYTES_MAX;
    }

    private Glance count(DataDirectory directory) {
        ScanStatus status = new ScanStatus();
        JournalSummary summary = Progress.during(
                main.options(), status::status, () -> directory.journal().summarize(status));
        return new Glance(summary, true, true);
    }

    private static Glance glance(DataDirectory directory, @Nullable RocksStores stores) {
        return JournalGlance.of(
                Stele.journalDirectory(directory.path()), stores == null ? null : stores.index(), BUDGET_NS);
    }
}
