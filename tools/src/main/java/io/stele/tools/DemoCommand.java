package io.stele.tools;

import io.stele.spi.Durability;
import io.stele.tools.Transactions.Total;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele demo}: kills a bank again and again, and proves that no acknowledged transaction is lost. */
@Command(
        name = "demo",
        abbreviateSynopsis = true,
        sortOptions = false,
        description =
                "Kills a bank of persistent actors with SIGKILL, again and again, and proves from its files that every "
                        + "acknowledged transaction is there, once.",
        footer = {
            "",
            "Example: stele demo --kills 20 --seed 7",
            "The bank runs in a process of its own. The demo records outside of it what was acknowledged, sends again what was "
                    + "not, and in the end reads the files itself.",
            "It starts in an empty directory: it deletes what an earlier demo has left, and refuses anything else."
        })
final class DemoCommand extends SubCommand implements Callable<Integer> {
    private static final int COUNT_MAX = 50_000_000;
    private static final int KILLS_MAX = 1_000;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--transactions",
            paramLabel = "FILE",
            description =
                    "CSV with transaction_id, account_id, direction (credit or debit), amount_cents. Default: made up.")
    private @Nullable Path transactionsFile;

    @Option(
            names = "--expected",
            paramLabel = "FILE",
            description = "CSV with account_id, transactions, balance_cents: what every account must have in the end.")
    private @Nullable Path expectedFile;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "100000",
            description = "How many transactions to make up. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(
            names = "--accounts",
            paramLabel = "N",
            defaultValue = "1000",
            description = "On how many accounts. Default: ${DEFAULT-VALUE}.")
    private int accounts;

    @Option(
            names = "--kills",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often to kill the bank. Default: ${DEFAULT-VALUE}.")
    private int kills;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Makes the same transactions and plans the same kills again. Default: another one each time.")
    private @Nullable Long seed;

    @Option(
            names = "--durability",
            paramLabel = "TIER",
            defaultValue = "power-loss",
            converter = DurabilityConverter.class,
            description = "What an acknowledgement survives: power-loss or process-crash. Default: ${DEFAULT-VALUE}.")
    private Durability durability = Durability.POWER_LOSS;

    @Option(
            names = "--ui",
            description = "Leaves a page in the browser open on what the demo has written, until Ctrl-C.")
    private boolean ui;

    @Override
    public Integer call() {
        requireRange("--kills", kills, 0, KILLS_MAX);
        requireRange("--count", count, 1, COUNT_MAX);
        requireRange("--accounts", accounts, 1, count);
        long seedUsed = seed == null ? new SplittableRandom().nextInt(1_000_000) : seed;
        List<Transaction> transactions = transactionsFile == null
                ? Transactions.generate(seedUsed, count, accounts)
                : Transactions.read(transactionsFile);
        Map<String, Total> expected = expectedFile == null ? null : Transactions.readExpected(expectedFile);
        Ledger ledger = new Ledger(transactions);
        try (DemoDirectory directory = DemoDirectory.take(main.options().dataDirectory())) {
            return run(directory, ledger, expected, seedUsed);
        }
    }

    private int run(DemoDirectory directory, Ledger ledger, @Nullable Map<String, Total> expected, long seedUsed) {
        Path data = directory.directory();
        List<String> bank = JavaCommand.of(DemoBank.class, data.toString(), durability.name());
        DemoRun run = new DemoRun(ledger, KillPlan.of(seedUsed, kills, ledger.size()), bank, directory.log());
        announce(ledger, seedUsed);
        DemoRun.Outcome outcome = Progress.during(main.options(), run::status, run::run);
        Proof.Verdict verdict = Proof.of(ledger, new BankHistory(data), outcome.balances());
        List<String> differences = expected == null ? null : Proof.compare(expected, verdict.balances());
        DemoReport report = new DemoReport(data, ledger, outcome, verdict, expected, differences, seedUsed, durability);
        main.options().report(report.tree(), screen -> report.lines(screen, main.options()::next));
        if (!report.holds()) {
            throw new CommandFailure(ErrorCode.DEMO_FAILED, report.failure());
        }
        if (ui) {
            DemoPage.show(data, durability, main.options().console());
        }
        return ExitCode.DONE;
    }

    private void announce(Ledger ledger, long seedUsed) {
        if (!main.options().isProgressShown()) {
            return;
        }
        String source = transactionsFile == null ? "made up" : "from " + transactionsFile.getFileName();
        String line = Units.count(ledger.size(), "transaction") + " " + source + ", " + Units.count(kills, "kill")
                + " to come, seed " + seedUsed;
        main.options().console().err().println(SafeText.of(line));
        main.options().console().err().flush();
    }

    private void requireRange(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    spec.commandLine(), option + " is out of range: value=" + value + ", min=" + min + ", max=" + max);
        }
    }
}
