package io.stele.tools;

import static io.stele.journal.Finding.Kind.MANIFEST_PROBLEM;

import io.stele.journal.JournalSummary;
import io.stele.journal.VerifyReport;
import io.stele.snapshot.RocksStores;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

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
            "Exit code 3 if anything that may have been acknowledged is not as it was written. What a crash leaves behind the "
                    + "last durable record is mentioned, and is no finding."
        })
final class VerifyCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        ScanStatus status = new ScanStatus();
        VerifyReport journal = Progress.during(main.options(), status::status, () -> directory.verify(status));
        boolean isReadable = journal.findings().stream().noneMatch(finding -> finding.kind() == MANIFEST_PROBLEM);
        SnapshotCheck snapshots = isReadable ? checkSnapshots(directory) : SnapshotCheck.NONE;
        VerifySummary summary = new VerifySummary(
                directory.path(), journal, snapshots, journal.isDurableClean() ? null : directory.planRepair());
        main.options().report(summary.tree(), summary::lines);
        return summary.isClean() ? ExitCode.DONE : ExitCode.FINDING;
    }

    /** Opens the snapshots before it reads the journal: a live owner adds to both, and the journal is always ahead. */
    private SnapshotCheck checkSnapshots(DataDirectory directory) {
        try (RocksStores stores = directory.snapshots()) {
            ScanStatus status = new ScanStatus();
            JournalSummary journal = Progress.during(
                    main.options(), status::status, () -> directory.journal().summarize(status));
            return SnapshotCheck.of(journal.actors(), stores == null ? new NoSnapshots() : stores.snapshots());
        }
    }
}
