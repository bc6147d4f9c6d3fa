package io.stele.tools;

import io.stele.Stele;
import io.stele.recovery.CompactionPlan;
import io.stele.recovery.CompactionPlanner;
import io.stele.recovery.CompactionReport;
import io.stele.recovery.CompactionRules;
import io.stele.recovery.Compactor;
import io.stele.recovery.LegalHolds;
import io.stele.recovery.RetentionPolicy;
import io.stele.runtime.ActorSystem;
import io.stele.snapshot.RocksStores;
import io.stele.spi.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code stele compact}: shows what may go, and lets it go if told to. */
@Command(
        name = "compact",
        abbreviateSynopsis = true,
        sortOptions = false,
        subcommands = CompactHistoryCommand.class,
        description =
                "Shows which segments are not needed any more, because verified snapshots cover what is in them, and why"
                        + " others are. With --execute it removes them.",
        footer = {
            "",
            "Example: stele compact --keep-last 100 --execute --yes",
            "Without --execute it reads files, also while their owner runs, and changes nothing. With --execute it opens the data"
                    + " directory, which nobody else may have open, and needs --yes.",
            "What is still needed of a segment that goes is carried over. An actor whose history was shortened cannot do without"
                    + " its snapshots: from then on the directory of snapshots belongs to the journal.",
            "Exit code 5 if --yes is missing."
        })
final class CompactCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(names = "--execute", description = "Carries the plan out.")
    private boolean execute;

    @Option(names = "--yes", description = "Says that --execute is meant.")
    private boolean yes;

    @Option(
            names = "--throttle",
            paramLabel = "BYTES",
            description = "Reads, writes and deletes at most so many bytes per second. Default: no limit.")
    private long throttle;

    @Option(names = "--keep-last", paramLabel = "N", description = "Keeps at least the last N events of every actor.")
    private long keepLast;

    @Option(
            names = "--keep-younger",
            paramLabel = "DURATION",
            description = "Keeps what is younger, such as PT36H or P30D.")
    private @Nullable Duration keepYounger;

    @Option(
            names = "--keep-bytes",
            paramLabel = "BYTES",
            description = "Keeps at least the last so many bytes of every actor's records.")
    private long keepBytes;

    Main main() {
        return main;
    }

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        if (throttle < 0 || keepLast < 0 || keepBytes < 0) {
            throw new CommandFailure(
                    ErrorCode.WRONG_USAGE,
                    "numbers must not be negative: throttle=" + throttle + ", keepLast=" + keepLast + ", keepBytes="
                            + keepBytes);
        }
        if (execute && !yes) {
            throw new CommandFailure(
                    ErrorCode.NEEDS_YES,
                    "what a compaction removes does not come back, so it needs --yes; nothing was changed; look first with: "
                            + main.options().next("compact"));
        }
        CompactionSummary summary = execute ? execute(directory.path()) : preview(directory);
        main.options().report(summary.tree(), screen -> summary.lines(screen, main.options()::next));
        return ExitCode.DONE;
    }

    private CompactionSummary preview(DataDirectory directory) {
        CompactionRules rules = rules(CompactionRules.of(LegalHolds.of(Stele.legalHoldsFile(directory.path()))));
        try (RocksStores stores = directory.snapshots()) {
            CompactionPlan plan = CompactionPlanner.plan(
                    directory.journal(),
                    stores == null ? new NoSnapshots() : stores.snapshots(),
                    rules,
                    Clock.system());
            return new CompactionSummary(directory.path(), plan, null);
        }
    }

    private CompactionSummary execute(Path directory) {
        List<Compactor> compactors = new ArrayList<>();
        ActorSystem system = Stele.builder(directory)
                .compaction(this::rules, compactors::add)
                .workerCount(1)
                .open();
        try {
            Compactor compactor = compactors.get(0);
            compactor.throttle(throttle);
            CompactionPlan plan = compactor.plan();
            CompactionReport report = plan.isEmpty() ? null : compactor.execute(plan, "stele compact");
            return new CompactionSummary(directory, plan, report);
        } finally {
            system.close();
        }
    }

    private CompactionRules rules(CompactionRules rules) {
        RetentionPolicy policy = RetentionPolicy.NONE.keepLast(keepLast).keepBytes(keepBytes);
        return rules.withOthers(keepYounger == null ? policy : policy.keepYounger(keepYounger));
    }
}
