package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.Durability;
import io.stele.tools.Proof.Verdict;
import io.stele.tools.Transactions.Total;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table at the end of a demo, line by line. */
class DemoReportTest {
    private static final Map<String, Total> BALANCES = Map.of("7", new Total(2, 300), "8", new Total(1, 70));
    private static final DemoRun.Outcome OUTCOME = new DemoRun.Outcome(
            3,
            1_402,
            List.of(900_000_000L, 612_000_000L, 590_000_000L),
            List.of(50_000_000L, 41_000_000L, 40_000_000L),
            2_000_000L,
            BALANCES);

    private final Ledger ledger = new Ledger(
            List.of(new Transaction("t1", "7", 500), new Transaction("t2", "8", 70), new Transaction("t3", "7", -200)));

    @Test
    void shouldSayWhatWasShown() {
        DemoReport report = report(0, List.of(), BALANCES, List.of());

        assertThat(report.holds()).isTrue();
        assertThat(report.lines(Screens.NARROW, next -> "./stele " + next))
                .containsExactly(
                        "",
                        "  accounts                  2",
                        "  transactions              3  all acknowledged",
                        "  events in the files       3",
                        "  kills survived            3  by SIGKILL, 1,402 transactions in flight",
                        "  time to recover      612 ms  median, longest 900 ms; of that opening 41 ms",
                        "  events per second     1,500  while the bank was up, each on disk",
                        "  lost                      0  ✔ every acknowledged transaction is in the files",
                        "  duplicated                0  ✔ and stands there once",
                        "  unknown or altered        0  ✔ and nothing else does",
                        "  balances wrong            0  ✔ exact, in the files and by their actors",
                        "  not as expected           0  ✔ compared with the list, 2 accounts",
                        "",
                        "Look at what it has left in stele-data:",
                        "  ./stele inspect",
                        "  ./stele show bank-account/7",
                        "  ./stele verify");
    }

    @Test
    void shouldClaimNothingThatDoesNotHold() {
        DemoReport report = report(1, List.of("transaction t2: was acknowledged, but is not in the files"), null, null);

        assertThat(report.holds()).isFalse();
        assertThat(report.tree()).containsEntry("holds", false).containsEntry("lost", 1L);
        assertThat(report.failure())
                .isEqualTo(
                        "the files do not agree with what was acknowledged: transaction t2: was acknowledged, but is not"
                                + " in the files");
        assertThat(report.lines(Screens.ASCII, next -> next))
                .contains("  lost                      1  NOT OK")
                .noneMatch(line -> line.contains("every acknowledged") || line.contains("inspect"));
    }

    @Test
    void shouldNotHoldIfTheListSaysOtherwise() {
        DemoReport report = report(0, List.of(), BALANCES, List.of("account 8: expected 1, found 2"));

        assertThat(report.holds()).isFalse();
        assertThat(report.failure()).isEqualTo("balances are not the expected ones: account 8: expected 1, found 2");
    }

    private DemoReport report(
            long lost,
            List<String> findings,
            @Nullable Map<String, Total> expected,
            @Nullable List<String> differences) {
        Verdict verdict = new Verdict(2, 3, lost, 0, 0, 0, 0, BALANCES, findings);
        return new DemoReport(
                Path.of("stele-data"), ledger, OUTCOME, verdict, expected, differences, 7, Durability.POWER_LOSS);
    }
}
