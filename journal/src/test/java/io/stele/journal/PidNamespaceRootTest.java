package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stele.testkit.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the journal as process 1 of a fresh pid namespace, as containers do, and kills it: every process has the same id. */
@Tag("slow")
class PidNamespaceRootTest {
    private static final List<String> UNSHARE = List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child");

    @TempDir
    Path directory;

    @Test
    @Fault("F01")
    void shouldStartAgainAsProcessOneAfterAKill() throws Exception {
        assumeTrue(canUnshare(), "needs the right to make a pid namespace");
        long acknowledged = 0;
        for (int round = 1; round <= 4; round++) {
            acknowledged = killAfter(acknowledged + 2_000);
        }

        try (ChronicleJournal journal = TestJournal.open(directory)) {
            int count = TestJournal.replay(journal, TestJournal.ID).size();
            assertThat(count).isGreaterThanOrEqualTo((int) acknowledged);
            TestJournal.assertHolds(journal, TestJournal.ID, count);
            assertThat(journal.epoch()).isEqualTo(5);
        }
    }

    private long killAfter(long target) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(UNSHARE);
        command.addAll(ChildJvm.command(JournalProcess.class, "write", directory.toString()));
        Process writer = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long acknowledged = 0;
        try (BufferedReader output = writer.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                assertThat(line).matches("[0-9]+");
                acknowledged = Long.parseLong(line);
                if (acknowledged >= target) {
                    writer.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
                }
            }
        }
        assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return acknowledged;
    }

    private static boolean canUnshare() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(UNSHARE);
        command.add("true");
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
