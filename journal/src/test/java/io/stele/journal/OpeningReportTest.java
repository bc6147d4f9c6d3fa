package io.stele.journal;

import static io.stele.journal.TestJournal.ID;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.OpeningReport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an opening says about itself, and what is left of that for others. */
class OpeningReportTest {
    private static final int GARBAGE_BYTES = 200;

    @TempDir
    Path temporary;

    private Path crashed() throws IOException {
        Path original = temporary.resolve("original");
        JournalOptions options = TestJournal.options(original).withSyncInterval(Duration.ofMinutes(1));
        try (ChronicleJournal journal = TestJournal.open(options, new FileSegmentStorage())) {
            TestJournal.awaitDurable(journal, 0, TestJournal.append(journal, ID, 100));
            TestJournal.append(journal, ID, 50);
            return TestJournal.image(original, temporary.resolve("image"));
        }
    }

    @Test
    void shouldFindNothingToDoAfterAClose() {
        Path directory = temporary.resolve("closed");
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            assertThat(journal.openingReport().lanes()).singleElement().satisfies(lane -> {
                assertThat(lane.segmentCount()).isZero();
                assertThat(lane.lastPosition()).isZero();
            });
            TestJournal.append(journal, ID, 100);
        }

        try (ChronicleJournal journal = TestJournal.open(directory)) {
            OpeningReport report = journal.openingReport();

            assertThat(report.epoch()).isEqualTo(2);
            assertThat(report.isClean()).isTrue();
            assertThat(report.cutBytes()).isZero();
            assertThat(report.phases()).extracting(OpeningReport.Phase::name).containsExactly("lock", "lanes", "index");
            assertThat(report.durationNs()).isPositive();
            OpeningReport.Lane lane = report.lanes().get(0);
            assertThat(lane.segmentCount()).isEqualTo(1);
            assertThat(lane.epoch()).isEqualTo(1);
            assertThat(lane.rewrittenBytes()).isZero();
            assertThat(lane.indexedBytes()).as("the index was empty").isGreaterThan(100 * 40L);
        }
    }

    @Test
    void shouldSayWhatItHasRepairedAfterACrash() throws IOException {
        Path image = crashed();

        try (ChronicleJournal journal = TestJournal.open(image)) {
            OpeningReport report = journal.openingReport();

            assertThat(report.isClean()).isFalse();
            assertThat(report.cutBytes()).isZero();
            OpeningReport.Lane lane = report.lanes().get(0);
            assertThat(lane.recordsScanned()).as("the last segment").isGreaterThanOrEqualTo(150);
            assertThat(lane.rewrittenBytes()).as("50 records").isBetween(50 * 40L, 50 * 400L);
            assertThat(lane.lastPosition()).isEqualTo(journal.durablePosition(0));
        }
    }

    @Test
    void shouldCountWhatItHasCutOff() throws IOException {
        Path image = crashed();
        JournalSummary.Segment segment = JournalInspector.open(image)
                .summarize(ScanProgress.NONE)
                .segments()
                .get(0);
        byte[] garbage = new byte[GARBAGE_BYTES];
        Arrays.fill(garbage, (byte) 0x5a);
        try (RandomAccessFile file = new RandomAccessFile(segment.file().toFile(), "rw")) {
            file.seek(segment.usedBytes());
            file.write(garbage);
        }

        try (ChronicleJournal journal = TestJournal.open(image)) {
            assertThat(journal.openingReport().cutBytes()).isBetween((long) GARBAGE_BYTES, GARBAGE_BYTES + 8L);
        }
    }

    @Test
    void shouldKeepTheReportForThoseWhoLookLater() throws IOException {
        Path image = crashed();
        OpeningReport report;
        try (ChronicleJournal journal = TestJournal.open(image)) {
            report = journal.openingReport();
            assertThat(JournalInspector.open(image).lastOpening()).contains(report);
        }
        assertThat(JournalInspector.open(image).lastOpening()).contains(report);

        Files.writeString(image.resolve("opening"), "epoch=1\ncrc=00000000\n");

        assertThat(JournalInspector.open(image).lastOpening())
                .as("one that is damaged is not there")
                .isEmpty();
    }
}
