package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.JournalInUseException;
import io.stele.testkit.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Journals in processes of their own: killed, locked out, started with the wrong flags. */
@Tag("slow")
class ProcessTest {
    @TempDir
    Path directory;

    @Test
    @Fault("F01")
    void shouldLoseNothingThatWasDurableWhenKilled() throws Exception {
        long acknowledged = 0;
        for (int round = 1; round <= 5; round++) {
            acknowledged = killAfter(acknowledged + 3_000L * round);

            try (ChronicleJournal journal = TestJournal.open(directory)) {
                int count = TestJournal.replay(journal, TestJournal.ID).size();
                assertThat(count).as("round=%d", round).isGreaterThanOrEqualTo((int) acknowledged);
                TestJournal.assertHolds(journal, TestJournal.ID, count);
            }
        }
    }

    @Test
    @Fault("F23")
    void shouldRefuseASecondProcessAndNameTheFirst() throws Exception {
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.append(journal, TestJournal.ID, 1);

            String output = ChildJvm.run(ChildJvm.command(JournalProcess.class, "open", directory.toString()));

            assertThat(output)
                    .contains("JournalInUseException: ")
                    .contains("pid=" + ProcessHandle.current().pid())
                    .contains("host=")
                    .contains("epoch=1");
            assertThatThrownBy(() -> TestJournal.open(directory).close()).isInstanceOf(JournalInUseException.class);
            TestJournal.assertHolds(journal, TestJournal.ID, 1);
        }
    }

    @Test
    void shouldPrintNothing() throws Exception {
        for (String java : ChildJvm.launchers()) {
            List<String> command = ChildJvm.command(JournalProcess.class, "open", directory.toString());
            command.set(0, java);

            String output = ChildJvm.run(command);

            assertThat(output.lines().filter(line -> !line.startsWith("SLF4J")))
                    .as(java)
                    .isEmpty();
        }
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.assertHolds(
                    journal, TestJournal.ID, ChildJvm.launchers().size());
        }
    }

    @Test
    void shouldNameTheFlagsThatAreMissing() throws Exception {
        for (String java : ChildJvm.launchers()) {
            String output =
                    ChildJvm.run(ChildJvm.bareCommand(java, JournalProcess.class, "open", directory.toString()));

            assertThat(output)
                    .as(java)
                    .contains("this JVM was started without flags that the journal needs")
                    .contains("--add-opens=java.base/java.lang.reflect=ALL-UNNAMED")
                    .contains("--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED")
                    .contains("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");
        }
    }

    @Test
    void shouldNotHaveTheAnalyticsOfChronicle() {
        assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    /** Runs a writer until it has acknowledged at least {@code target} events, kills it, and returns what it acknowledged. */
    private long killAfter(long target) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(ChildJvm.command(JournalProcess.class, "write", directory.toString()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long acknowledged = 0;
        try (BufferedReader output = writer.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                acknowledged = line.matches("[0-9]+") ? Long.parseLong(line) : acknowledged;
                assertThat(line).matches("[0-9]+");
                if (acknowledged >= target) {
                    writer.toHandle()
                            .destroyForcibly(); // SIGKILL; what is in the pipe by then was acknowledged, and is read on
                }
            }
        }
        assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return acknowledged;
    }
}
