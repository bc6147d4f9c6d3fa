package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.Stele;
import io.stele.SteleReader;
import io.stele.examples.BankAccount;
import io.stele.examples.BankAccount.Account;
import io.stele.recovery.Moment;
import io.stele.runtime.ActorSystem;
import io.stele.spi.JournalException;
import io.stele.testkit.Fault;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A data directory that another process owns, or has left behind, is read without its leave. */
final class ReadOnlyTest {

    @TempDir
    private Path directory;

    private static void deposit(NodeProcess node, int from, int to) {
        for (int i = from; i <= to; i++) {
            node.send("a tx-" + i + " " + i);
            assertThat(node.readLine()).isEqualTo("tx-" + i);
        }
    }

    private static Account at(SteleReader reader, Moment moment) {
        return reader.stateAt(BankAccount.class, "a", moment).state();
    }

    @Test
    @Timeout(120)
    @Fault("F23")
    void shouldTravelInADirectoryThatAnotherProcessOwnsAndInOneThatACrashHasLeft() throws Exception {
        NodeProcess node = NodeProcess.start(directory, List.of());
        assertThat(node.readLine()).isEqualTo("ready");
        deposit(node, 1, 250);

        try (SteleReader reader = Stele.openReadOnly(directory)) {
            assertThat(at(reader, Moment.LATEST)).isEqualTo(new Account(250 * 251 / 2, 250));
            assertThat(at(reader, Moment.after(120))).isEqualTo(new Account(120 * 121 / 2, 120));
            assertThat(reader.quarantined()).isEmpty();
            deposit(node, 251, 260);
            assertThat(at(reader, Moment.LATEST).transactions())
                    .as("events are seen as they come")
                    .isEqualTo(260);
        }
        node.kill(line -> {});

        try (SteleReader reader = Stele.openReadOnly(directory)) {
            assertThat(at(reader, Moment.LATEST).transactions()).isEqualTo(260);
            assertThat(at(reader, Moment.after(1))).isEqualTo(new Account(1, 1));
        }
        try (ActorSystem owner = Node.open(directory);
                SteleReader reader = Stele.openReadOnly(directory)) {
            assertThat(owner.stateAt(BankAccount.class, "a", Moment.after(77)).state())
                    .isEqualTo(at(reader, Moment.after(77)))
                    .isEqualTo(new Account(77 * 78 / 2, 77));
        }
    }

    @Test
    void shouldRefuseADirectoryWithoutAJournal() {
        assertThatThrownBy(() -> Stele.openReadOnly(directory)).isInstanceOf(JournalException.class);
    }
}
