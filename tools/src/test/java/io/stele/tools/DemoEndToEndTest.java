package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way, in processes of their own: a real bank is killed, and its data looked at. */
@Tag("slow")
class DemoEndToEndTest {
    @TempDir
    private Path directory;

    @Test
    void shouldLoseNothingAndLeaveDataThatIsWorthLookingAt() throws IOException, InterruptedException {
        CliProcess demo = CliProcess.run(
                directory,
                "demo",
                "--count",
                "3000",
                "--accounts",
                "40",
                "--kills",
                "2",
                "--seed",
                "5",
                "--no-progress");

        assertThat(demo.err()).isEmpty();
        assertThat(demo.exitCode()).as(demo.out()).isEqualTo(ExitCode.DONE);
        assertThat(demo.out())
                .contains("\nholds\ttrue\naccounts\t40\ntransactions\t3000\nrejected\t0\nevents\t3000\nkills\t2\n")
                .contains("\nlost\t0\nduplicated\t0\nunknown\t0\naltered\t0\nbalancesWrong\t0\n");

        Map<String, String> before = files();
        CliProcess inspect = CliProcess.run(directory, "inspect");
        assertThat(inspect.err()).isEmpty();
        assertThat(inspect.out())
                .contains("healthy\ttrue\n", "\nevents\t3000\n", "types\ttype=bank-account\tactors=40\tevents=3000\t");
        CliProcess show = CliProcess.run(directory, "show", "bank-account/7", "--json");
        assertThat(show.err()).isEmpty();
        assertThat(show.out()).contains("\"actor\": \"bank-account/7\"", "\"payload\": {\"cents\":", "\"state\": {");
        CliProcess verify = CliProcess.run(directory, "verify");
        assertThat(verify.err()).isEmpty();
        assertThat(verify.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(verify.out())
                .contains("clean\ttrue\n", "\nactors\t40\n", "\nevents\t3000\n", "\nsnapshotsChecked\t40\n");
        assertThat(files()).as("files before and after looking").isEqualTo(before);
    }

    @Test
    void shouldNameTheAccountWhoseBalanceIsNotTheExpectedOne() throws IOException, InterruptedException {
        Path transactions = Files.writeString(
                directory.resolve("transactions.csv"),
                "transaction_id,account_id,direction,amount_cents\n1,7,credit,500\n2,8,credit,70\n3,7,debit,200\n");
        Path wrong = Files.writeString(
                directory.resolve("wrong.csv"), "account_id,transactions,balance_cents\n7,2,300\n8,1,71\n");

        CliProcess failed = demo(transactions, wrong);

        assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(failed.err())
                .isEqualTo(
                        "stele: balances are not the expected ones: account 8: expected 1 transaction, 71 cents, found"
                                + " 1 transaction, 70 cents [S801]\n");
    }

    @Test
    void shouldCountATransactionThatTheBankRejects() throws IOException, InterruptedException {
        Path transactions = Files.writeString(
                directory.resolve("transactions.csv"),
                "transaction_id,account_id,direction,amount_cents\n1,7,debit,2000001\n2,7,credit,5\n");
        Path expected =
                Files.writeString(directory.resolve("expected.csv"), "account_id,transactions,balance_cents\n7,1,5\n");

        CliProcess demo = demo(transactions, expected);

        assertThat(demo.err()).isEmpty();
        assertThat(demo.out()).contains("\nrejected\t1\nevents\t1\n", "\nholds\ttrue\n");
    }

    private CliProcess demo(Path transactions, Path expected) throws IOException, InterruptedException {
        return CliProcess.run(
                directory,
                "demo",
                "--kills",
                "0",
                "--no-progress",
                "--transactions",
                transactions.toString(),
                "--expected",
                expected.toString());
    }

    /** Every file and directory with its size and the time of its last change. */
    private Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory.resolve("stele-data"))) {
            for (Path path : paths.toList()) {
                files.put(path.toString(), Files.size(path) + " " + Files.getLastModifiedTime(path));
            }
        }
        return files;
    }
}
