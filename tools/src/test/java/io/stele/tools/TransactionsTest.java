package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stele.tools.Transactions.Total;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where transactions come from, and what is said of a file that is not as it must be. */
class TransactionsTest {
    private static final String HEADER = "transaction_id,account_id,date,direction,amount_cents\n";

    @TempDir
    private Path directory;

    @Test
    void shouldReadTransactionsInTheOrderOfTheFile() throws IOException {
        Path file = write(
                "\ufeff" + HEADER + "9,7,1993-01-01,credit,500\n\n1,7,1993-01-02,debit,20\n\"a,\"\"b\",8,,CREDIT,0\n");

        assertThat(Transactions.read(file))
                .containsExactly(
                        new Transaction("9", "7", 500),
                        new Transaction("1", "7", -20),
                        new Transaction("a,\"b", "8", 0));
    }

    @Test
    void shouldReadWhatIsExpected() throws IOException {
        Path file = write("account_id,transactions,balance_cents\n10,2,-5\n9,1,70\n");

        assertThat(Transactions.readExpected(file))
                .containsExactly(Map.entry("9", new Total(1, 70)), Map.entry("10", new Total(2, -5)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1,7,d,credit,x     | value is not a whole number: column=amount_cents, value=x
                    1,7,d,credit,      | value is empty: column=amount_cents
                    1,7,d,credit,-1    | amount is below zero, the direction says what it does: amount_cents=-1
                    1,7,d,transfer,1   | direction is neither credit nor debit: direction=transfer
                    1,7,d,credit       | row has 4 values, the header has 5
                    1,7,"d,credit,1    | quote is not closed
                    0,7,d,credit,1     | transaction stands twice: transaction_id=0
                    1,..,d,credit,1    | account id is not acceptable: entity id has a relative path part: index=0, entityId=..
                    """)
    void shouldNameFileAndLineOfWhatIsWrong(String line, String what) throws IOException {
        Path file = write(HEADER + "0,7,d,credit,1\n" + line + "\n");

        CommandFailure failure = catchThrowableOfType(CommandFailure.class, () -> Transactions.read(file));

        assertThat(failure).hasMessage(what + ": file=" + file + ", line=3");
        assertThat(failure.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    }

    @Test
    void shouldRefuseFilesThatAreNoTable() throws IOException {
        Path empty = write("");
        assertThat(catchThrowableOfType(CommandFailure.class, () -> Transactions.read(empty)))
                .hasMessageStartingWith("file is empty, a header line with these columns is expected: transaction_id,");
        Path foreign = write("a,b\n1,2\n");
        assertThat(catchThrowableOfType(CommandFailure.class, () -> Transactions.read(foreign)))
                .hasMessageStartingWith("header has no column transaction_id, expected are: ")
                .hasMessageEndingWith("line=1");
        Path bare = write(HEADER);
        assertThat(catchThrowableOfType(CommandFailure.class, () -> Transactions.read(bare)))
                .hasMessageStartingWith("file has a header, but no transaction");
        Path binary = directory.resolve("binary");
        Files.write(binary, (HEADER + "\u00ff").getBytes(StandardCharsets.ISO_8859_1));
        assertThat(catchThrowableOfType(CommandFailure.class, () -> Transactions.read(binary)))
                .hasMessageStartingWith("text is not UTF-8 at or soon after this line: file=" + binary);
        Path absent = directory.resolve("absent");
        assertThat(catchThrowableOfType(CommandFailure.class, () -> Transactions.read(absent)))
                .hasMessage("file does not exist: file=" + absent);
    }

    @Test
    void shouldMakeUpTheSameTransactionsAgain() {
        List<Transaction> transactions = Transactions.generate(7, 5_000, 50);

        assertThat(transactions).isEqualTo(Transactions.generate(7, 5_000, 50));
        assertThat(transactions).isNotEqualTo(Transactions.generate(8, 5_000, 50));
        assertThat(transactions.stream().map(Transaction::id)).doesNotHaveDuplicates();
        assertThat(transactions.stream().map(Transaction::account).distinct()).hasSize(50);
    }

    @Test
    void shouldNeverMakeUpAnOverdraft() {
        Map<String, Long> balances = new HashMap<>();

        for (Transaction transaction : Transactions.generate(3, 20_000, 20)) {
            assertThat(balances.merge(transaction.account(), transaction.cents(), Long::sum))
                    .as("seed=3, transaction=%s", transaction)
                    .isNotNegative();
        }
    }

    private Path write(String text) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "t", ".csv"), text);
    }
}
