package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.tools.Proof.Recorded;
import io.stele.tools.Proof.Verdict;
import io.stele.tools.Transactions.Total;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The proof holds for what is right, and fails for every single way of being wrong. */
class ProofTest {
    private final List<Transaction> transactions =
            List.of(new Transaction("t1", "7", 500), new Transaction("t2", "8", 70), new Transaction("t3", "7", -200));
    private final Ledger ledger = new Ledger(transactions);
    private final List<Recorded> files = new ArrayList<>(
            List.of(new Recorded("7", 1, "t1", 500), new Recorded("7", 2, "t3", -200), new Recorded("8", 1, "t2", 70)));
    private final Map<String, Total> answers = new HashMap<>(Map.of("7", new Total(2, 300), "8", new Total(1, 70)));

    @BeforeEach
    void acknowledgeAll() {
        for (int i = 0; i < transactions.size(); i++) {
            ledger.acknowledge(i);
        }
    }

    @Test
    void shouldHoldIfAllIsRight() {
        Verdict verdict = prove();

        assertThat(verdict.holds()).isTrue();
        assertThat(verdict.accounts()).isEqualTo(2);
        assertThat(verdict.events()).isEqualTo(3);
        assertThat(verdict.sentences()).isEmpty();
        assertThat(verdict.balances()).isEqualTo(answers);
    }

    @Test
    void shouldFindALostTransaction() {
        files.remove(2);

        Verdict verdict = prove();

        assertThat(verdict.holds()).isFalse();
        assertThat(verdict.lost()).isEqualTo(1);
        assertThat(verdict.sentences())
                .containsExactly(
                        "transaction t2: was acknowledged, but is not in the files",
                        "account 8: acknowledged 1 transaction, 70 cents, in the files 0 transactions, 0 cents, its actor says"
                                + " 1 transaction, 70 cents");
    }

    @Test
    void shouldFindADuplicate() {
        files.add(new Recorded("8", 2, "t2", 70));

        assertThat(prove().duplicated()).isEqualTo(1);
        assertThat(prove().sentences()).contains("transaction t2: is in the files 2 times");
    }

    @Test
    void shouldFindAnEventThatNobodySent() {
        files.add(new Recorded("8", 2, "t9", 0));

        assertThat(prove().unknown()).isEqualTo(1);
        assertThat(prove().holds()).isFalse();
    }

    @Test
    void shouldFindAnEventWithoutAnId() {
        files.add(new Recorded("8", 2, null, 0));

        assertThat(prove().unknown()).isEqualTo(1);
    }

    @Test
    void shouldFindAnotherAmount() {
        files.set(2, new Recorded("8", 1, "t2", 71));

        assertThat(prove().altered()).isEqualTo(1);
        assertThat(prove().sentences()).contains("transaction t2: sent 70 to account 8, recorded 71 on account 8");
    }

    @Test
    void shouldFindAnotherAccount() {
        files.set(2, new Recorded("9", 1, "t2", 70));

        assertThat(prove().altered()).isEqualTo(1);
    }

    @Test
    void shouldFindAGapInTheNumbers() {
        files.set(1, new Recorded("7", 3, "t3", -200));

        assertThat(prove().altered()).isEqualTo(1);
        assertThat(prove().sentences()).containsExactly("account 7: event number 3 stands where 2 must");
    }

    @Test
    void shouldFindAnActorThatSaysSomethingElse() {
        answers.put("8", new Total(1, 71));

        assertThat(prove().balancesWrong()).isEqualTo(1);
        assertThat(prove().holds()).isFalse();
    }

    @Test
    void shouldFindARejectedTransactionInTheFiles() {
        Ledger rejecting = new Ledger(transactions);
        rejecting.acknowledge(0);
        rejecting.acknowledge(2);
        rejecting.reject(1, "closed");

        Verdict verdict = Proof.of(rejecting, files::forEach, answers);

        assertThat(verdict.unknown()).isEqualTo(1);
        assertThat(verdict.sentences()).contains("transaction t2: was not acknowledged, but is in the files");
    }

    @Test
    void shouldNameAtMostTenFindingsAndCountTheRest() {
        for (int i = 2; i < 30; i++) {
            files.add(new Recorded("8", i, null, 0));
        }

        assertThat(prove().sentences()).hasSize(11).last().isEqualTo("and 19 more");
    }

    @Test
    void shouldCompareWithWhatIsExpected() {
        Map<String, Total> expected = Map.of("7", new Total(2, 300), "8", new Total(1, 71), "9", new Total(1, 1));

        assertThat(Proof.compare(expected, prove().balances()))
                .containsExactly(
                        "account 8: expected 1 transaction, 71 cents, found 1 transaction, 70 cents",
                        "account 9: expected 1 transaction, 1 cents, found nothing");
        assertThat(Proof.compare(answers, prove().balances())).isEmpty();
    }

    private Verdict prove() {
        return Proof.of(ledger, files::forEach, answers);
    }
}
