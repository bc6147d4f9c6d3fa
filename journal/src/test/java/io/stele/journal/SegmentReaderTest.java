package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.journal.SegmentReader.Outcome;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.TestRollCycles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentReaderTest {
    @TempDir
    Path directory;

    private final RecordView view = new RecordView();

    @Test
    void shouldPassOverChroniclesDocumentsAndStopAtTheSeal() {
        SegmentFixture segment = new SegmentFixture();
        int first = segment.record(record(1));
        segment.index();
        int second = segment.record(record(2));
        int seal = segment.seal();
        segment.zeros(100);
        try (SegmentReader reader = open(segment)) {
            assertThat(reader.next(view)).isEqualTo(Outcome.RECORD);
            assertThat(reader.offset()).isEqualTo(first);
            assertThat(view.position()).isEqualTo(9L << 32 | first);
            assertThat(reader.next(view)).isEqualTo(Outcome.RECORD);
            assertThat(reader.offset()).isEqualTo(second);
            assertThat(reader.next(view)).isEqualTo(Outcome.SEALED);
            assertThat(reader.next(view)).isEqualTo(Outcome.SEALED);
            assertThat(reader.offset()).isEqualTo(seal);
        }
    }

    @Test
    void shouldSeeWhatIsAppendedLater() throws IOException {
        SegmentFixture segment = new SegmentFixture();
        segment.record(record(1));
        byte[] before = segment.bytes();
        int second = segment.record(record(2));
        byte[] after = segment.bytes();
        Path file = Files.write(directory.resolve("s"), Arrays.copyOf(before, after.length + 64));
        try (SegmentReader reader = SegmentReader.open(file, 9)) {
            assertThat(reader.next(view)).isEqualTo(Outcome.RECORD);
            assertThat(reader.next(view)).isEqualTo(Outcome.END);

            byte[] incomplete = Arrays.copyOf(after, after.length + 64);
            incomplete[second + 3] |= (byte) 0x80;
            Files.write(file, incomplete);
            assertThat(reader.next(view)).isEqualTo(Outcome.INCOMPLETE);

            Files.write(file, Arrays.copyOf(after, after.length + 64));
            assertThat(reader.next(view)).isEqualTo(Outcome.RECORD);
            assertThat(view.firstSequenceNumber()).isEqualTo(2);
            assertThat(reader.next(view)).isEqualTo(Outcome.END);
            assertThat(reader.nextOffset()).isEqualTo(after.length);
        }
    }

    @Test
    void shouldReadByPosition() {
        SegmentFixture segment = new SegmentFixture();
        List<Integer> offsets = new ArrayList<>();
        for (int i = 1; i <= 2_000; i++) {
            offsets.add(segment.record(record(i)));
        }
        try (SegmentReader reader = open(segment)) {
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < 10_000; i++) {
                int index = random.nextInt(offsets.size());
                assertThat(reader.readAt(offsets.get(index), view)).isEqualTo(Outcome.RECORD);
                assertThat(view.firstSequenceNumber()).isEqualTo(index + 1);
            }
            assertThat(reader.readAt(offsets.get(3) + 4, view)).isEqualTo(Outcome.DAMAGE);
            assertThat(reader.readAt(0, view)).isEqualTo(Outcome.DAMAGE);
            assertThat(reader.damage()).isEqualTo("no record begins here");
            assertThat(reader.readAt(1 << 30, view)).isEqualTo(Outcome.END);
        }
    }

    @Test
    void shouldReadRecordsLargerThanItsBuffer() {
        SegmentFixture segment = new SegmentFixture();
        for (int i = 1; i <= 3; i++) {
            segment.record(RecordFixture.events("account/1", i).event("t", "x".repeat(100_000 * i)));
        }
        try (SegmentReader reader =
                SegmentReader.open(segment.write(directory.resolve("s")), 9, new ReadBuffers(4096))) {
            for (int i = 1; i <= 3; i++) {
                assertThat(reader.next(view)).isEqualTo(Outcome.RECORD);
                assertThat(view.nextEvent()).isTrue();
                assertThat(view.payload().remaining()).isEqualTo(100_000 * i);
            }
            assertThat(reader.next(view)).isEqualTo(Outcome.END);
        }
    }

    @Test
    void shouldNameTheActorOfADamagedRecordAndGoOnBehindIt() {
        SegmentFixture segment = new SegmentFixture();
        segment.record(record(1));
        int second = segment.record(record(2));
        int third = segment.record(record(3));
        byte[] bytes = segment.bytes();
        bytes[third - 9] ^= 1;
        try (SegmentReader reader = open(bytes)) {
            reader.next(view);
            assertThat(reader.next(view)).isEqualTo(Outcome.DAMAGE);
            assertThat(reader.offset()).isEqualTo(second);
            assertThat(reader.damage()).contains("crcStored=0x", "crcComputed=0x");
            assertThat(reader.damagedId()).isEqualTo(new PersistenceId("account", "1"));
            assertThat(reader.damagedSequenceNumber()).isEqualTo(2);
            assertThat(reader.next(view)).isEqualTo(Outcome.DAMAGE);

            assertThat(reader.resync(view)).isTrue();
            assertThat(reader.offset()).isEqualTo(third);
            assertThat(view.firstSequenceNumber()).isEqualTo(3);
            assertThat(reader.resync(view)).isFalse();
            assertThat(reader.next(view)).isEqualTo(Outcome.END);
        }
    }

    @Test
    void shouldRefuseHeadersThatLie() {
        for (int header : new int[] {4, 55, 57, 0x3fff_fffc, 0x3fff_ffff, 0x7fff_ffff, 0x4000_4000}) {
            SegmentFixture segment = new SegmentFixture();
            int first = segment.record(record(1));
            byte[] bytes = segment.bytes();
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(first, header);
            try (SegmentReader reader = open(bytes)) {
                assertThat(reader.next(view)).as("header=%08x", header).isEqualTo(Outcome.DAMAGE);
                assertThat(reader.offset()).isEqualTo(first);
            }
        }
    }

    @Test
    void shouldNotPassOverARecordThatIsMarkedAsMetadata() {
        SegmentFixture segment = new SegmentFixture();
        int offset = segment.document(SegmentFixture.METADATA, record(1).bytes());
        try (SegmentReader reader = open(segment)) {
            assertThat(reader.next(view)).isEqualTo(Outcome.DAMAGE);
            assertThat(reader.offset()).isEqualTo(offset);
        }
    }

    @Test
    @Fault("F11")
    void shouldReadFilesOfAnyLength() {
        SegmentFixture segment = new SegmentFixture();
        int first = segment.record(record(1));
        int second = segment.record(record(2));
        byte[] bytes = segment.bytes();
        for (int length = 0; length <= bytes.length; length++) {
            int complete = length >= bytes.length ? 2 : length >= second ? 1 : 0;
            boolean clean = length == 0 || length == first || length == second || length == bytes.length;
            try (SegmentReader reader = open(Arrays.copyOf(bytes, length))) {
                for (int i = 0; i < complete; i++) {
                    assertThat(reader.next(view)).as("length=%d", length).isEqualTo(Outcome.RECORD);
                }
                assertThat(reader.next(view)).as("length=%d", length).isEqualTo(clean ? Outcome.END : Outcome.DAMAGE);
            }
        }
    }

    /** Files of random bytes: an answer in bounded time, never an exception. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldSurviveGarbage(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 60; round++) {
            byte[] bytes = new byte[random.nextInt(1 << 16)];
            random.nextBytes(bytes);
            for (int i = random.nextInt(200); i > 0 && bytes.length > 300; i--) {
                byte[] record = record(i).bytes();
                System.arraycopy(record, 0, bytes, random.nextInt(bytes.length - 200) & ~3, record.length);
            }
            try (SegmentReader reader = open(bytes)) {
                int steps = 0;
                Outcome outcome = reader.next(view);
                while (outcome == Outcome.RECORD || reader.resync(view)) {
                    outcome = reader.next(view);
                    steps++;
                }
                assertThat(steps).as("seed=%d, round=%d", seed, round).isLessThanOrEqualTo(bytes.length / 4 + 1);
            }
        }
    }

    @Test
    void shouldReadWhatChronicleWrites() throws IOException {
        List<Long> offsets = new ArrayList<>();
        Path file;
        int count = 50_000;
        try (SingleChronicleQueue queue = SingleChronicleQueueBuilder.binary(directory.resolve("queue"))
                        .rollCycle(TestRollCycles.TEST8_DAILY)
                        .build();
                ExcerptAppender appender = queue.createAppender()) {
            for (int i = 1; i <= count; i++) {
                byte[] bytes = record(i).bytes();
                appender.writeBytes(BytesStore.wrap(bytes));
                offsets.add(appender.wire().bytes().writePosition() - bytes.length - 4);
                if (i == count / 2) {
                    assertReads(appender.currentFile().toPath(), offsets, Outcome.END);
                }
            }
            file = appender.currentFile().toPath();
            assertReads(file, offsets, Outcome.END);
        }
        assertReads(file, offsets, Outcome.END);
    }

    private void assertReads(Path file, List<Long> offsets, Outcome last) {
        try (SegmentReader reader = SegmentReader.open(file, 9)) {
            for (int i = 0; i < offsets.size(); i++) {
                assertThat(reader.next(view)).isEqualTo(Outcome.RECORD);
                assertThat(reader.offset()).isEqualTo(offsets.get(i));
                assertThat(view.firstSequenceNumber()).isEqualTo(i + 1);
            }
            assertThat(reader.next(view)).isEqualTo(last);
        }
    }

    @Test
    void shouldSayWhichFileCannotBeOpened() {
        Path file = directory.resolve("absent.cq4");

        assertThatThrownBy(() -> SegmentReader.open(file, 1))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("segment=" + file);
    }

    private static RecordFixture record(int sequenceNumber) {
        return RecordFixture.events("account/1", sequenceNumber).event("t", "p".repeat(sequenceNumber % 7));
    }

    private SegmentReader open(SegmentFixture segment) {
        return open(segment.bytes());
    }

    private SegmentReader open(byte[] bytes) {
        try {
            return SegmentReader.open(Files.write(directory.resolve("s"), bytes), 9);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
