package io.stele.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of two nodes does what it says, and the bank remembers. */
final class TwoNodesTest {

    @Test
    void shouldPayInFromTheBranch(@TempDir Path directory) {
        assertThat(TwoNodes.payIn(directory, 100)).isEqualTo(new BankAccount.Balance(100, 1));
        assertThat(TwoNodes.payIn(directory, 50)).isEqualTo(new BankAccount.Balance(150, 2));
    }
}
