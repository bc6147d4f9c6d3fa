package io.stele.journal;

import static io.stele.journal.TestJournal.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.stele.spi.Clock;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.NewerFormatException;
import io.stele.spi.PersistenceId;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything bad that a journal may be given: each is refused with one sentence that says what, with key=value facts, and nothing on
 * disk is changed. What needs root (a directory that is not writable) is in DiskFullRootTest.
 */
class BadInputTest {
    @TempDir
    Path temporary;

    private Path directory = Path.of("unset");

    /** Three segments, closed in good order. */
    @BeforeEach
    void write() throws IOException {
        directory = temporary.resolve("journal");
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.append(journal, ID, 25_000);
        }
        assertThat(segments()).hasSize(3);
    }

    @Test
    @Fault("F35")
    void shouldRefuseANewerFormat() throws IOException {
        new Manifest(9, UUID.randomUUID(), 1, 1 << 20, 0).write(directory);

        assertRefused(NewerFormatException.class, "formatVersion=9", "formatVersionKnown=2");
    }

    @Test
    void shouldRefuseTheDirectoryOfAnotherSystem() throws IOException {
        directory = Files.createDirectories(temporary.resolve("other"));
        Files.writeString(directory.resolve("CURRENT"), "MANIFEST-000004\n");

        assertRefused(JournalException.class, "not a journal", "found=CURRENT");
    }

    @Test
    void shouldRefuseTheManifestOfAnotherSystem() throws IOException {
        Files.writeString(directory.resolve(SegmentFiles.MANIFEST), "{\"cluster\": 7}\n");

        assertRefused(CorruptJournalException.class, "not a manifest of Stele", "file=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nfs", "nfs4", "cifs", "fuse.sshfs"})
    void shouldRefuseANetworkFileSystem(String type) {
        assertSentence(
                JournalException.class, () -> JournalDirectory.requireLocal(directory, type), "fileSystem=" + type);
    }

    @Test
    @Fault("F07")
    void shouldRefuseASegmentOfAnotherJournal() throws IOException {
        Path other = temporary.resolve("other");
        try (ChronicleJournal journal = TestJournal.open(other)) {
            TestJournal.append(journal, ID, 25_000);
        }
        Files.delete(segments().get(2));
        Files.copy(TestJournal.segments(other, 0).get(2), SegmentFiles.segment(laneDirectory(), 3));

        assertRefused(CorruptJournalException.class, "belongs to another place", "journalId=", "segment=");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @Fault("F07")
    void shouldRefuseAMissingSegment(int missing) throws IOException {
        Files.delete(segments().get(missing));

        assertRefused(CorruptJournalException.class, "missing", "lane=0", "segment=", "stele verify");
    }

    @Test
    @Fault("F07")
    void shouldRefuseSwappedSegments() throws IOException {
        List<Path> segments = segments();
        Path aside = temporary.resolve("aside");
        Files.move(segments.get(0), aside);
        Files.move(segments.get(1), segments.get(0));
        Files.move(aside, segments.get(1));

        assertRefused(CorruptJournalException.class, "segment has another's name", "segmentNumber=");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @Fault("F06")
    void shouldRefuseASegmentOfZeroBytes(int emptied) throws IOException {
        Files.write(segments().get(emptied), new byte[0]);

        assertRefused(CorruptJournalException.class, "segment=", "offsetBytes=", "stele verify");
    }

    @Test
    @Fault("F06")
    void shouldRefuseAManifestOfZeroBytes() throws IOException {
        Files.write(directory.resolve(SegmentFiles.MANIFEST), new byte[0]);

        assertRefused(CorruptJournalException.class, "manifest is damaged", "lengthBytes=0");
    }

    /** Both can be made anew from what the records say: refusing would help nobody. */
    @ParameterizedTest
    @ValueSource(strings = {SegmentFiles.LOCK, "lane-0/" + SegmentFiles.DURABLE, "lane-0/metadata.cq4t", "opening"})
    @Fault("F06")
    void shouldDoWithoutTheContentOfFilesThatTheRecordsReplace(String name) throws IOException {
        Files.write(directory.resolve(name), new byte[0]);

        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.assertHolds(journal, ID, 25_000);
            assertThat(journal.epoch()).isEqualTo(2);
        }
    }

    @Test
    @Fault("F06")
    void shouldRefuseARecordThatWasCutShort() throws IOException {
        Path last = segments().get(2);
        byte[] bytes = Files.readAllBytes(last);
        Files.write(
                last, Arrays.copyOf(bytes, (int) RecordLayout.offsetOf(durable().position()) + 40));

        assertRefused(CorruptJournalException.class, "although it was durable", "offsetBytes=", "durablePosition=");
    }

    @Test
    @Fault("F05")
    void shouldRefuseAFlippedBit() throws IOException {
        Path last = segments().get(2);
        byte[] bytes = Files.readAllBytes(last);
        bytes[(int) RecordLayout.offsetOf(firstEvent(last)) + 50] ^= 4;
        Files.write(last, bytes);

        assertRefused(CorruptJournalException.class, "checksum does not match", "crcStored=", "crcComputed=");
    }

    /** A record that is whole, but of an earlier opening, stands where this opening's next one would: it is not history. */
    @Test
    @Fault("F03")
    void shouldNeverTakeARecordOfAnotherEpochBehindTheTailForHistory() throws IOException {
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.append(journal, ID, 3);
        }
        byte[] earlier = Files.readAllBytes(segments().get(2));
        Path last = segments().get(3);
        int stale = (int) RecordLayout.offsetOf(firstEvent(segments().get(2)));
        int bytes = 4 + ByteBuffer.wrap(earlier).order(ByteOrder.LITTLE_ENDIAN).getInt(stale);
        byte[] longer = Files.readAllBytes(last);
        System.arraycopy(earlier, stale, longer, endOffset(last), bytes);
        Files.write(last, longer);

        List<Finding> findings =
                JournalVerifier.verify(directory, ScanProgress.NONE).findings();
        assertThat(findings).extracting(Finding::kind).containsExactly(Finding.Kind.STALE_TAIL);
        assertThat(findings.get(0).report())
                .doesNotContain("\n")
                .contains("lane=0", "offsetBytes=" + endOffset(last), "persistenceId=" + ID, "durable=false");
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.assertHolds(journal, ID, 25_003);
            assertThat(journal.openingReport().lanes().get(0).cutBytes()).isPositive();
        }
        assertThat(last.resolveSibling(last.getFileName() + ".cut")).exists();
    }

    @Test
    void shouldRefuseAPayloadAboveTheLimit() {
        try (ChronicleJournal journal = TestJournal.open(directory);
                EventStream stream = journal.open(ID)) {
            EventBatch batch = journal.newBatch();
            batch.begin(1);
            ByteBuffer payload = ByteBuffer.allocate(journal.payloadBytesMax() + 1);

            assertSentence(
                    JournalException.class,
                    () -> batch.add(TestJournal.TYPE, payload),
                    "too large",
                    "payloadBytesMax=" + journal.payloadBytesMax());

            assertThat(journal.failure(0)).isNull();
            assertThat(stream.lastSequenceNumber()).isEqualTo(25_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../..", "a/../../etc/passwd", "a\0b", "a\ud800", "\udc00a"})
    @Fault("F33")
    void shouldRefuseAPersistenceIdThatIsNone(String entityId) {
        assertSentence(IllegalArgumentException.class, () -> new PersistenceId("account", entityId), "=");
    }

    @Test
    @Fault("F33")
    void shouldRefuseAPersistenceIdOf10000Bytes() {
        assertSentence(
                IllegalArgumentException.class,
                () -> new PersistenceId("account", "x".repeat(10_000)),
                "lengthBytes=10008",
                "lengthBytesMax=255");
    }

    private void assertRefused(Class<? extends Throwable> type, String... parts) throws IOException {
        Map<String, Integer> before = TestJournal.contents(directory);

        assertSentence(
                type,
                () -> ChronicleJournal.open(TestJournal.options(directory), InMemoryIndexStore.open(), Clock.system())
                        .close(),
                parts);

        assertThat(TestJournal.contents(directory)).isEqualTo(before);
    }

    /** One line, facts as key=value, and no trace of a class of ours or of the JDK. */
    private static void assertSentence(Class<? extends Throwable> type, ThrowingCallable call, String... parts) {
        Throwable thrown = catchThrowable(call);

        assertThat(thrown).isInstanceOf(type).hasMessageContainingAll(parts);
        assertThat(thrown.getMessage())
                .doesNotContain("\n", "\tat ", "Exception", "null")
                .matches(message -> message.matches(".*\\w+=\\S+.*"), "has key=value facts")
                .hasSizeLessThan(700);
    }

    private Path laneDirectory() {
        return SegmentFiles.laneDirectory(directory, 0);
    }

    private List<Path> segments() throws IOException {
        return TestJournal.segments(directory, 0);
    }

    private DurableMark durable() throws IOException {
        DurableMark mark = DurableMark.read(laneDirectory());
        assertThat(mark).isNotNull();
        return Objects.requireNonNull(mark);
    }

    private static long firstEvent(Path segment) {
        RecordView view = new RecordView();
        try (SegmentReader reader = SegmentReader.open(segment, SegmentFiles.segmentOf(segment))) {
            while (reader.next(view) == SegmentReader.Outcome.RECORD) {
                if (view.kind() == RecordLayout.KIND_EVENTS) {
                    return view.position();
                }
            }
        }
        throw new IllegalStateException("segment has no events: segment=" + segment);
    }

    private static int endOffset(Path segment) {
        RecordView view = new RecordView();
        try (SegmentReader reader = SegmentReader.open(segment, SegmentFiles.segmentOf(segment))) {
            while (reader.next(view) == SegmentReader.Outcome.RECORD && view.kind() != RecordLayout.KIND_SEAL) {
                assertThat(view.lengthBytes()).isPositive();
            }
            return (int) reader.nextOffset();
        }
    }
}
