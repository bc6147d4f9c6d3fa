package io.stele.tools;

import io.stele.Stele;
import io.stele.SteleReader;
import io.stele.recovery.RecoveryPlan;
import io.stele.spi.PersistenceId;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele recovery-plan}: what the last opening found, and what recovering actors would take. */
@Command(
        name = "recovery-plan",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Predicts what recovering actors takes, and shows what the last opening found.",
        footer = {
            "",
            "Example: stele recovery-plan --type bank-account",
            "Reads files, also while their owner runs. Takes no lock and changes nothing.",
            "The number of events is exact. The time follows from what recoveries took before."
        })
final class RecoveryPlanCommand extends SubCommand implements Callable<Integer> {
    private static final int PERMITS_MAX = 1_024;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = {"-t", "--type"},
            paramLabel = "TYPE",
            description = "Only actors of this entity type, such as bank-account.")
    private @Nullable String type;

    @Option(
            names = "--permits",
            paramLabel = "N",
            description = "How many recover at once. Default: one per processor.")
    private int permits = Math.max(2, Runtime.getRuntime().availableProcessors());

    @Option(names = "--budget", paramLabel = "BYTES", description = "Bytes per second that recovery may read.")
    private long bytesPerSecond;

    @Override
    public Integer call() {
        if (permits < 1 || permits > PERMITS_MAX || bytesPerSecond < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--permits or --budget is out of range: permits=" + permits + ", min=1, max=" + PERMITS_MAX
                            + ", budget=" + bytesPerSecond + ", min=0");
        }
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        try (SteleReader reader = Stele.openReadOnly(directory.path())) {
            String wanted = type;
            Predicate<PersistenceId> which = id -> wanted == null || wanted.equals(id.entityType());
            RecoveryPlan plan = reader.plan(which, permits, bytesPerSecond);
            RecoveryPlanReport report = new RecoveryPlanReport(
                    directory.path(),
                    plan,
                    reader.lastOpening().orElse(null),
                    reader.quarantined().size(),
                    System.currentTimeMillis());
            main.options().report(report.tree(), report::lines);
        }
        return ExitCode.DONE;
    }
}
