package io.stele.journal;

import static io.stele.journal.TestJournal.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.DurabilityListener;
import io.stele.spi.JournalException;
import io.stele.spi.JournalFullException;
import io.stele.testkit.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorageFaultTest {
    @TempDir
    Path directory;

    private final FaultySegmentStorage storage = new FaultySegmentStorage();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5})
    @Fault("F04")
    void shouldFailForGoodAtTheFirstForceThatFails(int forcesLeft) {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        long acknowledged = 0;
        storage.forcesLeft.set(forcesLeft);
        ChronicleJournal journal = TestJournal.open(TestJournal.options(directory), storage);
        journal.listener(new DurabilityListener() {
            @Override
            public void onDurable(int lane, long durablePosition) {
                told.add("durable");
            }

            @Override
            public void onFailed(int lane, JournalException cause) {
                told.add("failed");
            }
        });

        for (int i = 0; i < forcesLeft; i++) {
            acknowledged = TestJournal.append(journal, ID, 1);
            TestJournal.awaitDurable(journal, 0, acknowledged);
        }
        TestJournal.append(journal, ID, 1);
        journal.requestSync(0);
        TestJournal.await("lane has failed", () -> told.contains("failed"));

        assertThat(journal.durablePosition(0)).isEqualTo(acknowledged);
        assertThat(journal.failure(0))
                .hasMessageContaining("Input/output error")
                .hasMessageContaining("lane=0");
        assertThatThrownBy(() -> TestJournal.append(journal, ID, 1))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("takes no more events");
        assertThat(told).hasSize(forcesLeft + 1).endsWith("failed");
        TestJournal.assertHolds(journal, ID, forcesLeft + 1);
        journal.close();

        try (ChronicleJournal reopened = TestJournal.open(directory)) {
            TestJournal.assertHolds(reopened, ID, forcesLeft + 1);
            TestJournal.awaitDurable(reopened, 0, TestJournal.append(reopened, ID, 10));
        }
    }

    @Test
    @Fault("F02")
    void shouldForceBeforeItMarksAndMarkBeforeItTells() {
        String first = String.valueOf(SegmentFiles.segment(directory, 1).getFileName());
        ChronicleJournal journal = TestJournal.open(TestJournal.options(directory), storage);
        journal.listener(new DurabilityListener() {
            @Override
            public void onDurable(int lane, long durablePosition) {
                storage.log.add("told");
            }

            @Override
            public void onFailed(int lane, JournalException cause) {
                storage.log.add("failed");
            }
        });
        try (journal) {
            storage.log.clear();
            TestJournal.awaitDurable(journal, 0, TestJournal.append(journal, ID, 1));
            TestJournal.await("the listener was told", () -> storage.log.contains("told"));
            assertThat(storage.log)
                    .containsSubsequence(
                            "force all of " + first,
                            "force directory",
                            "write " + SegmentFiles.DURABLE,
                            "force all of " + SegmentFiles.DURABLE,
                            "told");

            storage.log.clear();
            TestJournal.awaitDurable(journal, 0, TestJournal.append(journal, ID, 1));
            TestJournal.await("the listener was told", () -> storage.log.contains("told"));
            assertThat(storage.log).containsSubsequence("force " + first, "write " + SegmentFiles.DURABLE, "told");
            assertThat(List.copyOf(storage.log).indexOf("write " + SegmentFiles.DURABLE))
                    .as("the mark is never ahead of the segment: %s", storage.log)
                    .isGreaterThan(List.copyOf(storage.log).indexOf("force " + first));
        }
    }

    @Test
    @Fault("F09")
    void shouldRefuseEventsWhenNoSegmentCanBeReservedAndGoOnWhenOneCan() {
        try (ChronicleJournal journal = TestJournal.open(TestJournal.options(directory), storage)) {
            TestJournal.append(journal, ID, 1);
            storage.full = true;

            assertThatThrownBy(() -> TestJournal.append(journal, ID, 50_000))
                    .isInstanceOf(JournalFullException.class)
                    .hasMessageContaining("nothing was written");
            assertThat(journal.failure(0)).isNull();
            int count = TestJournal.replay(journal, ID).size();
            assertThat(count).isGreaterThan(1_000);

            storage.full = false;
            TestJournal.await("a segment was reserved", () -> takes(journal));
            TestJournal.assertHolds(journal, ID, count + 1);
        }
    }

    @Test
    @Fault("F09")
    void shouldRefuseEventsBelowTheThresholdAndGoOnAboveIt() {
        JournalOptions options = TestJournal.options(directory).withFreeBytesMin(1 << 20);
        try (ChronicleJournal journal = TestJournal.open(options, storage)) {
            TestJournal.append(journal, ID, 3);
            storage.usableBytes = (1 << 20) - 1;

            TestJournal.await("the journal is full", () -> !takes(journal));
            int count = TestJournal.replay(journal, ID).size();
            assertThat(journal.failure(0)).isNull();

            storage.usableBytes = Long.MAX_VALUE;
            TestJournal.await("the journal goes on", () -> takes(journal));
            TestJournal.assertHolds(journal, ID, count + 1);
        }
    }

    private static boolean takes(ChronicleJournal journal) {
        try {
            TestJournal.append(journal, ID, 1);
            return true;
        } catch (JournalFullException e) {
            return false;
        }
    }
}
