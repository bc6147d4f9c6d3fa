package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.tools.KillPlan.Kill;
import io.stele.tools.Proof.Recorded;
import io.stele.tools.Proof.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drives banks in processes of their own: the honest one passes, and each that does something wrong is found out. */
class DemoRunTest {
    private static final List<Transaction> TRANSACTIONS = Transactions.generate(11, 4_000, 40);
    private static final List<Kill> KILLS = List.of(
            new Kill(500, 100_000, -1), new Kill(500, 0, 0.5), new Kill(2_000, 0, -1), new Kill(3_900, 1_000_000, -1));

    @TempDir
    private Path directory;

    private final Ledger ledger = new Ledger(TRANSACTIONS);

    @Test
    void shouldPassAnHonestBank() throws IOException {
        DemoRun.Outcome outcome = run(ToyBank.Manner.HONEST, KILLS);
        Verdict verdict = verdict(outcome);

        assertThat(verdict.sentences()).isEmpty();
        assertThat(verdict.holds()).isTrue();
        assertThat(verdict.events()).isEqualTo(TRANSACTIONS.size());
        assertThat(outcome.killsDone()).isEqualTo(4);
        assertThat(outcome.inFlightWhenKilled()).isPositive();
        assertThat(outcome.recoveriesNs()).isNotEmpty().allMatch(ns -> ns > 0);
        assertThat(ledger.isComplete()).isTrue();
    }

    @Test
    void shouldConvictABankThatAcknowledgesTooEarly() throws IOException {
        Verdict verdict = verdict(run(ToyBank.Manner.FORGETFUL, KILLS));

        assertThat(verdict.lost()).isPositive();
        assertThat(verdict.holds()).isFalse();
    }

    @Test
    void shouldConvictABankThatCarriesOutTwice() throws IOException {
        Verdict verdict = verdict(run(ToyBank.Manner.REPEATING, KILLS));

        assertThat(verdict.duplicated()).isPositive();
        assertThat(verdict.holds()).isFalse();
    }

    @Test
    void shouldEndIfTheBankDoesNotKnow() {
        assertThatThrownBy(() -> run(ToyBank.Manner.CONFUSED, List.of()))
                .isInstanceOf(CommandFailure.class)
                .hasMessageMatching("bank could not carry out a transaction: transaction=t[0-9]+, reason=no idea");
    }

    @Test
    void shouldEndIfTheBankDiesByItself() {
        assertThatThrownBy(() -> run(ToyBank.Manner.MORTAL, List.of()))
                .isInstanceOf(CommandFailure.class)
                .hasMessageStartingWith("bank ended although nobody had killed it: exitCode=7");
    }

    private DemoRun.Outcome run(ToyBank.Manner manner, List<Kill> kills) {
        List<String> bank = JavaCommand.of(ToyBank.class, file().toString(), manner.name());
        return new DemoRun(ledger, kills, bank, directory.resolve("log")).run();
    }

    private Path file() {
        return directory.resolve("bank.txt");
    }

    private Verdict verdict(DemoRun.Outcome outcome) throws IOException {
        List<String> lines = Files.readAllLines(file());
        return Proof.of(ledger, reader -> read(lines, reader), outcome.balances());
    }

    private static void read(List<String> lines, Consumer<Recorded> reader) {
        Map<String, Long> numbers = new HashMap<>();
        for (String line : lines) {
            String[] fields = line.split("\t", -1);
            long number = numbers.merge(fields[1], 1L, Long::sum);
            reader.accept(new Recorded(fields[1], number, fields[0], Long.parseLong(fields[2])));
        }
    }
}
