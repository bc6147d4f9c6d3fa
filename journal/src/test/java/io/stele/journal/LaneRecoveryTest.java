package io.stele.journal;

import static io.stele.journal.TestJournal.ID;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.CorruptJournalException;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damages what a killed process left, in every way that an opening has to tell apart. */
class LaneRecoveryTest {
    private static final int DURABLE = 100;
    private static final int APPENDED = 150;
    private static final long OTHER_BOOT = 12345;

    @TempDir
    Path temporary;

    private Path image = Path.of("unset");

    /** Makes an image with 100 durable events and 50 more that were only appended. */
    @BeforeEach
    void makeImage() throws IOException {
        Path original = temporary.resolve("original");
        JournalOptions options = TestJournal.options(original).withSyncInterval(Duration.ofMinutes(1));
        try (ChronicleJournal journal = TestJournal.open(options, new FileSegmentStorage())) {
            TestJournal.awaitDurable(journal, 0, TestJournal.append(journal, ID, DURABLE));
            TestJournal.append(journal, ID, APPENDED - DURABLE);
            image = TestJournal.image(original, temporary.resolve("image"));
        }
    }

    @Test
    @Fault("F01")
    void shouldKeepEverythingThatAKilledProcessAppended() throws IOException {
        try (ChronicleJournal journal = TestJournal.open(image)) {
            TestJournal.assertHolds(journal, ID, APPENDED);
            assertThat(journal.durablePosition(0))
                    .isEqualTo(positions(lastSegment()).get(APPENDED - 1));
            TestJournal.awaitDurable(journal, 0, TestJournal.append(journal, ID, 50));
            TestJournal.assertHolds(journal, ID, APPENDED + 50);
            assertThat(journal.epoch()).isEqualTo(2);
        }
        try (ChronicleJournal journal = TestJournal.open(image)) {
            TestJournal.assertHolds(journal, ID, APPENDED + 50);
            assertThat(journal.epoch()).isEqualTo(3);
        }
    }

    @Test
    @Fault("F03")
    void shouldEndTheLaneAtATornRecord() throws IOException {
        zero(lastSegment(), offset(APPENDED) + 20, 8);

        assertOpensWith(APPENDED - 1);
        assertThat(cutFiles()).hasSize(1);
    }

    @Test
    void shouldCutOffGarbageBehindTheEnd() throws IOException {
        Path segment = lastSegment();
        byte[] garbage = new byte[200];
        Arrays.fill(garbage, (byte) 0x5a);
        write(segment, endOffset(segment), garbage);

        assertOpensWith(APPENDED);
        assertThat(cutFiles()).hasSize(1);
    }

    @Test
    @Fault("F22")
    void shouldCutOffADocumentThatWasAbandonedHalfWay() throws IOException {
        Path segment = lastSegment();
        write(segment, endOffset(segment) + 4, new byte[] {1, 1, 0, 0, 64, 0, 0, 0, 1});

        assertOpensWith(APPENDED);
    }

    @Test
    void shouldRefuseADamagedRecordInFrontOfWholeOnesIfThereWasNoPowerCut() throws IOException {
        long offset = offset(120);
        zero(lastSegment(), offset + 20, 8);

        assertRefused("record is damaged in front of one that is whole", "offsetBytes=" + offset);
    }

    @Test
    @Fault({"F02", "F03"})
    void shouldEndTheLaneAtAHoleAfterAPowerCut() throws IOException {
        zero(lastSegment(), offset(120) + 20, 8);
        rewriteMark(OTHER_BOOT);

        assertOpensWith(119);
        assertThat(cutFiles()).hasSize(1);
    }

    @Test
    @Fault("F05")
    void shouldRefuseDamageThatWasDurable() throws IOException {
        long offset = offset(50);
        rewriteMark(OTHER_BOOT);
        flip(lastSegment(), offset + 60);

        assertRefused("record is damaged although it was durable", "offsetBytes=" + offset, "stele verify");
    }

    @Test
    @Fault("F06")
    void shouldRefuseALaneThatEndsBeforeItsDurablePosition() throws IOException {
        rewriteMark(OTHER_BOOT);
        zero(lastSegment(), offset(80), endOffset(lastSegment()) - offset(80));

        assertRefused("durable");
    }

    @Test
    void shouldRefuseAnEmptyLaneThatHadDurableEvents() throws IOException {
        Files.delete(lastSegment());

        assertRefused("journal regressed");
    }

    @Test
    @Fault("F07")
    void shouldRefuseASegmentOfAnotherJournal() throws IOException {
        Path other = temporary.resolve("other");
        try (ChronicleJournal journal = TestJournal.open(other)) {
            TestJournal.append(journal, ID, 10);
        }
        Files.copy(TestJournal.segments(other, 0).get(0), lastSegment(), StandardCopyOption.REPLACE_EXISTING);

        assertRefused("segment belongs to another place");
    }

    @Test
    void shouldForgetASegmentThatNothingWasWrittenTo() throws IOException {
        Path laneDirectory = SegmentFiles.laneDirectory(image, 0);
        Files.createFile(SegmentFiles.segment(laneDirectory, 2));
        assertOpensWith(APPENDED);
    }

    @Test
    void shouldForgetASegmentThatIsNothingButZeros() throws IOException {
        Path laneDirectory = SegmentFiles.laneDirectory(image, 0);
        Files.write(SegmentFiles.segment(laneDirectory, 2), new byte[1 << 20]);
        assertOpensWith(APPENDED);
    }

    @Test
    void shouldTakeTheEpochFromTheRecordsIfTheLockIsGone() {
        try (ChronicleJournal journal = TestJournal.open(image)) {
            assertThat(journal.epoch()).isEqualTo(2);
            TestJournal.append(journal, ID, 1);
        }
        assertThat(image.resolve(SegmentFiles.LOCK).toFile().delete()).isTrue();
        try (ChronicleJournal journal = TestJournal.open(image)) {
            assertThat(journal.epoch()).isEqualTo(3);
        }
    }

    @Test
    void shouldOpenWithoutAMark() throws IOException {
        roll(3);
        Files.delete(SegmentFiles.laneDirectory(image, 0).resolve(SegmentFiles.DURABLE));

        try (ChronicleJournal journal = TestJournal.open(image)) {
            assertThat(TestJournal.replay(journal, ID)).hasSizeGreaterThan(APPENDED);
        }
    }

    @Test
    @Fault("F07")
    void shouldRefuseAGapBetweenSegments() throws IOException {
        roll(3);
        Files.delete(TestJournal.segments(image, 0).get(1));

        assertRefused("segment is missing", "000002.cq4");
    }

    @Test
    @Fault("F07")
    void shouldRefuseALastSegmentThatIsMissing() throws IOException {
        roll(3);
        Files.delete(lastSegment());

        assertRefused("journal regressed");
    }

    @Test
    @Fault("F07")
    void shouldRefuseExchangedSegments() throws IOException {
        roll(4);
        List<Path> segments = TestJournal.segments(image, 0);
        Path aside = image.resolve("aside");
        Files.move(segments.get(1), aside);
        Files.move(segments.get(2), segments.get(1));
        Files.move(aside, segments.get(2));

        assertRefused("segment has another's name");
    }

    @Test
    @Fault("F06")
    void shouldRefuseASegmentThatWasCutShort() throws IOException {
        roll(3);
        Path second = TestJournal.segments(image, 0).get(1);
        try (RandomAccessFile file = new RandomAccessFile(second.toFile(), "rw")) {
            file.setLength(64 << 10);
        }

        assertRefused("last record is not the one that the next segment was linked to");
    }

    private void assertOpensWith(int count) {
        for (int round = 0; round < 2; round++) {
            try (ChronicleJournal journal = TestJournal.open(image)) {
                TestJournal.assertHolds(journal, ID, count + round);
                TestJournal.append(journal, ID, 1);
            }
        }
    }

    private void assertRefused(String... parts) throws IOException {
        Map<String, Integer> before = TestJournal.contents(image);
        assertThatThrownBy(() -> TestJournal.open(image).close())
                .isInstanceOf(CorruptJournalException.class)
                .hasMessageContainingAll(parts)
                .hasMessageContaining("nothing was changed on disk");
        assertThat(TestJournal.contents(image)).isEqualTo(before);
    }

    /** Goes on in the image until there are {@code segmentCount} segments. */
    private void roll(int segmentCount) throws IOException {
        try (ChronicleJournal journal = TestJournal.open(image)) {
            while (TestJournal.segments(image, 0).size() < segmentCount) {
                TestJournal.append(journal, ID, 1_000);
            }
        }
    }

    private Path lastSegment() throws IOException {
        List<Path> segments = TestJournal.segments(image, 0);
        return segments.get(segments.size() - 1);
    }

    /** Returns where the document of the event with this number begins; one event per record. */
    private long offset(int number) throws IOException {
        return RecordLayout.offsetOf(positions(lastSegment()).get(number - 1));
    }

    private static List<Long> positions(Path segment) {
        List<Long> positions = new ArrayList<>();
        RecordView view = new RecordView();
        try (SegmentReader reader = SegmentReader.open(segment, SegmentFiles.segmentOf(segment))) {
            while (reader.next(view) == SegmentReader.Outcome.RECORD) {
                if (view.kind() == RecordLayout.KIND_EVENTS) {
                    positions.add(view.position());
                }
            }
        }
        return positions;
    }

    private static long endOffset(Path segment) {
        RecordView view = new RecordView();
        try (SegmentReader reader = SegmentReader.open(segment, SegmentFiles.segmentOf(segment))) {
            while (reader.next(view) == SegmentReader.Outcome.RECORD) {
                assertThat(view.lengthBytes()).isPositive();
            }
            return reader.offset();
        }
    }

    private List<Path> cutFiles() throws IOException {
        try (Stream<Path> files = Files.list(SegmentFiles.laneDirectory(image, 0))) {
            return files.filter(file -> file.toString().endsWith(".cut")).toList();
        }
    }

    private void rewriteMark(long bootIdHash) throws IOException {
        Path laneDirectory = SegmentFiles.laneDirectory(image, 0);
        DurableMark mark = requireNonNull(DurableMark.read(laneDirectory));
        DurableMark other = new DurableMark(mark.position(), mark.recordCrc(), bootIdHash, mark.counter());
        ByteBuffer slot = ByteBuffer.allocate(DurableMark.SLOT_BYTES);
        other.encode(slot, 0);
        write(laneDirectory.resolve(SegmentFiles.DURABLE), other.slotOffsetBytes(), slot.array());
    }

    private static void zero(Path file, long offset, long count) throws IOException {
        write(file, offset, new byte[(int) count]);
    }

    private static void flip(Path file, long offset) throws IOException {
        try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
            target.seek(offset);
            int old = target.read();
            target.seek(offset);
            target.write(old ^ 1);
        }
    }

    private static void write(Path file, long offset, byte[] bytes) throws IOException {
        try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
            target.seek(offset);
            target.write(bytes);
        }
    }
}
