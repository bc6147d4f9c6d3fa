package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.journal.JournalFixture.Written;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Breaks a small journal in every way that fits, and asks the same each time: does a strict reader deliver exactly what was
 * written up to some record, and does it fail unless that is all of it? Anything else would be a wrong or a silently missing
 * event.
 */
@Tag("slow")
class CorruptionTest {
    private static final int SECTOR_BYTES = 512;
    private static final int BLOCK_BYTES = 128;

    @TempDir
    Path directory;

    private JournalFixture journal;
    private List<Written> written;
    private int harmless;
    private int detected;

    @BeforeEach
    void write() {
        journal = new JournalFixture(directory).threeSegments();
        written = journal.written;
    }

    @Test
    @Fault("F05")
    void shouldDetectEveryFlippedBit() throws IOException {
        for (int segment = 1; segment <= 3; segment++) {
            byte[] whole = Files.readAllBytes(journal.file(segment));
            for (int bit = 0; bit < whole.length * 8; bit++) {
                byte[] bytes = whole.clone();
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(journal.file(segment), bytes);
                assertHonest("segment=" + segment + ", bit=" + bit);
            }
            Files.write(journal.file(segment), whole);
        }
        int recordBits =
                written.stream().mapToInt(record -> 8 * record.bytes().length).sum();
        assertThat(detected).as("harmless=%d", harmless).isGreaterThanOrEqualTo(recordBits);
    }

    @Test
    @Fault("F06")
    void shouldDetectEveryTruncation() throws IOException {
        for (int segment = 1; segment <= 3; segment++) {
            byte[] whole = Files.readAllBytes(journal.file(segment));
            for (int length = 0; length < whole.length; length++) {
                Files.write(journal.file(segment), Arrays.copyOf(whole, length));
                assertHonest("segment=" + segment + ", length=" + length);
            }
            Files.write(journal.file(segment), whole);
        }
        assertThat(detected).isGreaterThan(1_500);
    }

    @Test
    @Fault("F06")
    void shouldDetectZeroedSectorsAndShorterHoles() throws IOException {
        for (int segment = 1; segment <= 3; segment++) {
            byte[] whole = Files.readAllBytes(journal.file(segment));
            for (int length : new int[] {4, 8, 64, SECTOR_BYTES}) {
                for (int at = 0; at + length <= whole.length; at += Math.min(length, 64)) {
                    byte[] bytes = whole.clone();
                    Arrays.fill(bytes, at, at + length, (byte) 0);
                    Files.write(journal.file(segment), bytes);
                    assertHonest("segment=" + segment + ", at=" + at + ", length=" + length);
                }
            }
            Files.write(journal.file(segment), whole);
        }
        assertThat(detected).isGreaterThan(200);
    }

    @Test
    void shouldDetectRecordsInTheWrongPlace() throws IOException {
        for (int from = 0; from < written.size(); from++) {
            for (int to = 0; to < written.size(); to++) {
                if (from != to) {
                    moveOver(written.get(from), written.get(to));
                }
            }
        }
        assertThat(detected).as("harmless=%d", harmless).isGreaterThan(200);
    }

    /** Puts a copy of one whole record where another one stands. */
    private void moveOver(Written source, Written target) throws IOException {
        Path file = journal.file(RecordLayout.segmentOf(target.position()));
        byte[] whole = Files.readAllBytes(file);
        byte[] copy = new SegmentFixtureCopy(source.bytes()).document();
        int at = (int) RecordLayout.offsetOf(target.position());
        if (at + copy.length > whole.length) {
            return;
        }
        byte[] bytes = whole.clone();
        System.arraycopy(copy, 0, bytes, at, copy.length);
        Files.write(file, bytes);
        assertHonest("from=" + source.position() + ", to=" + target.position());
        Files.write(file, whole);
    }

    private record SegmentFixtureCopy(java.nio.ByteBuffer record) {
        SegmentFixtureCopy(byte[] bytes) {
            this(java.nio.ByteBuffer.wrap(bytes));
        }

        byte[] document() {
            SegmentFixture segment = new SegmentFixture();
            byte[] bytes = new byte[record.limit()];
            record.get(0, bytes);
            int from = segment.record(bytes);
            return Arrays.copyOfRange(segment.bytes(), from, segment.sizeBytes());
        }
    }

    @Test
    @Fault("F07")
    void shouldDetectExchangedBlocks() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (int segment = 1; segment <= 3; segment++) {
            files.add(Files.readAllBytes(journal.file(segment)));
        }
        for (int a = 0; a < 3; a++) {
            for (int b = a; b < 3; b++) {
                exchangeAll(files, a, b);
            }
        }
        assertThat(detected).isGreaterThan(20);
    }

    private void exchangeAll(List<byte[]> files, int a, int b) throws IOException {
        for (int i = 0; i + BLOCK_BYTES <= files.get(a).length; i += BLOCK_BYTES) {
            for (int j = a == b ? i + BLOCK_BYTES : 0; j + BLOCK_BYTES <= files.get(b).length; j += BLOCK_BYTES) {
                byte[] first = files.get(a).clone();
                byte[] second = a == b ? first : files.get(b).clone();
                System.arraycopy(files.get(b), j, first, i, BLOCK_BYTES);
                System.arraycopy(files.get(a), i, second, j, BLOCK_BYTES);
                Files.write(journal.file(a + 1), first);
                Files.write(journal.file(b + 1), second);
                assertHonest("a=" + a + "+" + i + ", b=" + b + "+" + j);
                Files.write(journal.file(a + 1), files.get(a));
                Files.write(journal.file(b + 1), files.get(b));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldSurviveRandomDamage(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 400; round++) {
            int segment = 1 + random.nextInt(3);
            byte[] whole = Files.readAllBytes(journal.file(segment));
            byte[] bytes = Arrays.copyOf(whole, random.nextInt(4) == 0 ? random.nextInt(whole.length) : whole.length);
            for (int i = random.nextInt(8); i >= 0 && bytes.length > 0; i--) {
                byte[] noise = new byte[1 + random.nextInt(random.nextBoolean() ? 4 : 400)];
                random.nextBytes(noise);
                int at = random.nextInt(bytes.length);
                System.arraycopy(noise, 0, bytes, at, Math.min(noise.length, bytes.length - at));
            }
            Files.write(journal.file(segment), bytes);
            assertHonest("seed=" + seed + ", round=" + round);
            if (round % 10 == 0) {
                assertVerifies("seed=" + seed + ", round=" + round);
            }
            Files.write(journal.file(segment), whole);
        }
        assertThat(detected).isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldSurviveFilesOfGarbage(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20; round++) {
            for (int segment = 1; segment <= 3; segment++) {
                byte[] garbage = new byte[random.nextInt(20_000)];
                random.nextBytes(garbage);
                Files.write(journal.file(segment), garbage);
            }
            assertHonest("seed=" + seed + ", round=" + round);
            assertVerifies("seed=" + seed + ", round=" + round);
        }
        assertThat(harmless).isZero();
    }

    private void assertHonest(String what) {
        int count = 0;
        try (LaneReader reader =
                new LaneReader(directory, journal.manifest, 0, journal::lastPosition, LaneReader.STRICT)) {
            while (reader.next()) {
                RecordView record = reader.record();
                Written expected = written.get(count++);
                if (record.position() != expected.position() || record.crc() != RecordFixture.crcOf(expected.bytes())) {
                    assertThat(record.position()).as(what).isEqualTo(expected.position());
                    assertThat(record.crc()).as(what).isEqualTo(RecordFixture.crcOf(expected.bytes()));
                }
            }
            if (count != written.size()) {
                assertThat(count).as("silently missing: %s", what).isEqualTo(written.size());
            }
            harmless++;
        } catch (CorruptJournalException e) {
            assertThat(e.getMessage()).as(what).contains("file=", "offsetBytes=", "run: stele verify");
            detected++;
        }
    }

    /** Verification says so too, and neither it nor the inspector throws anything but what they declare. */
    private void assertVerifies(String what) {
        VerifyReport report = JournalVerifier.verify(directory, ScanProgress.NONE);
        assertThat(report.isClean() && detected > 0 && isDamaged()).as(what).isFalse();
        try {
            JournalInspector.open(directory).summarize(ScanProgress.NONE);
        } catch (JournalException e) {
            assertThat(e.getMessage()).as(what).contains("=");
        }
    }

    private boolean isDamaged() {
        try (LaneReader reader =
                new LaneReader(directory, journal.manifest, 0, journal::lastPosition, LaneReader.STRICT)) {
            while (reader.next()) {
                assertThat(reader.lastPosition()).isPositive();
            }
            return false;
        } catch (CorruptJournalException e) {
            return true;
        }
    }
}
