package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.journal.JournalVerifier;
import io.stele.journal.ScanProgress;
import io.stele.journal.VerifyReport;
import io.stele.recovery.CompactionHistory;
import io.stele.recovery.CompactionReport;
import io.stele.runtime.ActorSystem;
import io.stele.testkit.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that compacts under load, again and again, and requires that nothing acknowledged is lost. */
@Tag("slow")
final class CompactionKillTest {
    private static final int KILLS = 6;
    private static final int LINES_BEFORE_KILL = 4_000;

    @TempDir
    Path directory;

    private final Map<Integer, Long> acknowledged = new HashMap<>();

    @Test
    @Fault("F22")
    void shouldLoseNothingWhenKilledWhileItCompacts() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        for (int kill = 1; kill <= KILLS; kill++) {
            NodeProcess node = NodeProcess.start(directory, List.of(), CompactingNode.class);
            assertThat(node.readLine()).isEqualTo("ready");
            int lines = random.nextInt(LINES_BEFORE_KILL / 2, LINES_BEFORE_KILL);
            for (int i = 0; i < lines; i++) {
                onLine(node.readLine());
            }
            node.kill(this::onLine);
            verify("kill=" + kill);
        }

        List<CompactionReport> runs =
                CompactionHistory.of(Stele.compactionHistoryFile(directory)).runs();
        assertThat(runs).hasSizeGreaterThan(KILLS / 2);
        assertThat(runs).anyMatch(run -> run.eventsRemoved() > 0 && run.eventsCarried() > 0);
    }

    private void onLine(String line) {
        String[] fields = line.split(" ", -1);
        if (fields.length == 2 && !fields[0].equals("run") && !fields[1].isEmpty()) {
            acknowledged.merge(Integer.parseInt(fields[0]), Long.parseLong(fields[1]), Math::max);
        } else {
            assertThat(line).as("a node never fails").doesNotStartWith("failed");
        }
    }

    private void verify(String what) {
        assertThat(acknowledged).as(what).isNotEmpty();
        VerifyReport report = JournalVerifier.verify(Stele.journalDirectory(directory), ScanProgress.NONE);
        assertThat(report.isDurableClean())
                .as("%s: %s", what, report.findings())
                .isTrue();
        try (ActorSystem system = CompactingNode.open(directory, new ArrayList<>())) {
            acknowledged.forEach((i, value) -> {
                long stored = CompactingNode.entity(system, i)
                        .ask(new CompactingNode.Read())
                        .toCompletableFuture()
                        .join();
                assertThat(stored).as("%s: counter=%d", what, i).isGreaterThanOrEqualTo(value);
            });
        }
    }
}
