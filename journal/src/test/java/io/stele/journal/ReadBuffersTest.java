package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.journal.SegmentReader.Outcome;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading ahead must find exactly what reading step by step finds. */
class ReadBuffersTest {
    private static final int RECORDS = 20_000;

    @TempDir
    private Path directory;

    private final RecordView view = new RecordView();

    @Test
    void shouldReadAheadOverRecordsOfAllSizes() throws IOException {
        long seed = 11;
        Random random = new Random(seed);
        SegmentFixture segment = new SegmentFixture();
        for (int i = 1; i <= RECORDS; i++) {
            int length = random.nextInt(200) == 0 ? random.nextInt(300_000) : random.nextInt(300);
            segment.record(RecordFixture.events("account/1", i).event("t", "x".repeat(length)));
        }
        Path file = segment.write(directory.resolve("s"));

        assertThat(positions(file, ReadBuffers.BYTES_MAX))
                .as("seed=%d", seed)
                .hasSize(RECORDS)
                .isEqualTo(positions(file, 4096));
    }

    @Test
    void shouldFindDamageInWhatWasReadAhead() throws IOException {
        SegmentFixture segment = new SegmentFixture();
        for (int i = 1; i <= RECORDS; i++) {
            segment.record(RecordFixture.events("account/1", i).event("t", "x".repeat(100)));
        }
        Path file = segment.write(directory.resolve("s"));
        List<Long> whole = positions(file, ReadBuffers.BYTES_MAX);
        for (int victim = 5_000; victim < RECORDS; victim += 1_777) {
            flip(file, RecordLayout.offsetOf(whole.get(victim)) + 90);
            assertThat(positions(file, ReadBuffers.BYTES_MAX))
                    .as("victim=%d", victim)
                    .isEqualTo(whole.subList(0, victim));
            flip(file, RecordLayout.offsetOf(whole.get(victim)) + 90);
        }
    }

    @Test
    void shouldEndItsThreadWithTheReader() throws IOException {
        SegmentFixture segment = new SegmentFixture();
        for (int i = 1; i <= RECORDS; i++) {
            segment.record(RecordFixture.events("account/1", i).event("t", "x".repeat(100)));
        }
        Path file = segment.write(directory.resolve("s"));
        List<Thread> before = readAheadThreads();

        try (SegmentReader reader = SegmentReader.open(file, 9)) {
            for (int i = 0; i < RECORDS / 2; i++) {
                reader.next(view);
            }
            assertThat(readAheadThreads()).hasSize(before.size() + 1);
        }

        for (Thread thread : readAheadThreads()) {
            if (!before.contains(thread)) {
                join(thread);
            }
        }
        assertThat(readAheadThreads()).hasSizeLessThanOrEqualTo(before.size());
    }

    private List<Long> positions(Path file, int bufferBytes) {
        List<Long> positions = new ArrayList<>();
        try (SegmentReader reader = SegmentReader.open(file, 9, new ReadBuffers(bufferBytes))) {
            while (reader.next(view) == Outcome.RECORD) {
                positions.add(view.position());
            }
        }
        return positions;
    }

    private static void flip(Path file, long offset) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            int before = bytes.read();
            bytes.seek(offset);
            bytes.write(before ^ 4);
        }
    }

    private static List<Thread> readAheadThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("stele-read-ahead"))
                .toList();
    }

    private static void join(Thread thread) {
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
