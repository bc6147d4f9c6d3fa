package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.Clock;
import io.stele.spi.CompactionRun;
import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventReader;
import io.stele.spi.EventStream;
import io.stele.spi.HistoryFile;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds docs/formats/journal.md against the writer, by way of a reader that was written from the page alone. */
class SecondReaderTest {
    private static final int LANES = 3;

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldReadWhatTheWriterWrites(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path directory = temporary.resolve("journal");
        for (int opening = 0; opening < 3; opening++) {
            try (ChronicleJournal journal = open(directory)) {
                fill(journal, random, 12_000);
                assertReadsTheSame(journal, directory);
            }
        }
        try (ChronicleJournal journal = open(directory)) {
            assertReadsTheSame(journal, directory);
        }
    }

    @Test
    void shouldReadWhatAKillLeaves() throws IOException {
        Path directory = temporary.resolve("journal");
        Path image = temporary.resolve("image");
        try (ChronicleJournal journal = open(directory)) {
            fill(journal, new SplittableRandom(3), 2_000);
            TestJournal.image(directory, image);
            List<String> left = lines(journal, 0);

            assertThat(new SecondReader(image).read(0)).isEqualTo(left);
        }
    }

    @Test
    void shouldReadWhatACompactionLeaves() throws IOException {
        Path directory = temporary.resolve("journal");
        SplittableRandom random = new SplittableRandom(4);
        try (ChronicleJournal journal = open(directory)) {
            fill(journal, random, 40_000);
            for (int lane = 0; lane < LANES; lane++) {
                long position = journal.lane(lane).writer().appendedPosition();
                TestJournal.awaitDurable(journal, lane, position);
                List<HistoryFile> closed =
                        journal.files(lane).stream().filter(HistoryFile::closed).toList();
                assertThat(closed).isNotEmpty();
                journal.compact(closed, new KeepLittle());
            }
            fill(journal, random, 1_000);
            assertThat(Files.exists(directory.resolve("lane-0/compacted"))).isTrue();
            assertReadsTheSame(journal, directory);
        }
    }

    /** It really compares: every part that the page calls a checksum or a chain is missed when it is wrong. */
    @Test
    void shouldNoticeAFlippedBit() throws IOException {
        Path directory = temporary.resolve("journal");
        try (ChronicleJournal journal = open(directory)) {
            fill(journal, new SplittableRandom(5), 500);
        }
        Path segment = TestJournal.segments(directory, 0).get(0);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[(int) RecordLayout.offsetOf(firstPosition(directory)) + 60] ^= 1;
        Files.write(segment, bytes);

        assertThatThrownBy(() -> new SecondReader(directory).read(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("checksum of a record");
    }

    private static long firstPosition(Path directory) throws IOException {
        String line = new SecondReader(directory).read(0).get(0);
        return Long.parseLong(line.substring(0, line.indexOf(' ')));
    }

    private static final class KeepLittle implements CompactionRun {
        @Override
        public long keepFrom(PersistenceId persistenceId, long lastSequenceNumber) {
            return persistenceId.entityId().hashCode() % 3 == 0 ? 0 : lastSequenceNumber - 5;
        }

        @Override
        public long witness(int lane, long number) {
            return number;
        }

        @Override
        public long snapshotCount() {
            return 1;
        }

        @Override
        public void onBytes(long bytes) {
            assertThat(bytes).isNotNegative();
        }
    }

    private static ChronicleJournal open(Path directory) {
        JournalOptions options = TestJournal.options(directory).withLaneCount(LANES);
        return ChronicleJournal.open(options, InMemoryIndexStore.open(), Clock.system());
    }

    private static void fill(ChronicleJournal journal, SplittableRandom random, int count) {
        EventBatch batch = journal.newBatch();
        for (int i = 0; i < count; i++) {
            try (EventStream stream = journal.open(new PersistenceId("konto", "größe-" + random.nextInt(30)))) {
                int events = random.nextInt(4);
                batch.begin(random.nextLong());
                if (events == 0 || random.nextInt(3) == 0) {
                    batch.metadata(bytes(random, 1 + random.nextInt(20)));
                }
                for (int j = 0; j < events; j++) {
                    StoredType type = new StoredType("typ-" + random.nextInt(3), 1 + random.nextInt(65_535));
                    batch.add(type, bytes(random, random.nextInt(200)));
                }
                journal.append(stream, stream.lastSequenceNumber() + (events == 0 ? 0 : 1), batch);
            }
        }
    }

    private static ByteBuffer bytes(SplittableRandom random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static void assertReadsTheSame(EventJournal journal, Path directory) throws IOException {
        SecondReader second = new SecondReader(directory);
        assertThat(second.laneCount()).isEqualTo(journal.laneCount());
        for (int lane = 0; lane < LANES; lane++) {
            List<String> ours = lines(journal, lane);
            assertThat(ours).isNotEmpty();
            assertThat(second.read(lane).equals(ours)).as("lane=%d", lane).isTrue();
        }
    }

    private static List<String> lines(EventJournal journal, int lane) {
        List<String> lines = new ArrayList<>();
        journal.read(lane, 0, Long.MAX_VALUE, new EventReader() {
            @Override
            public void onEvent(StoredEvent event) {
                lines.add(head(event) + event.sequenceNumber() + " " + event.batchIndex() + "/" + event.batchCount()
                        + " " + hex(event.metadata()) + " " + event.type().name() + "-"
                        + event.type().version() + " " + hex(event.payload()));
            }

            @Override
            public void onNote(StoredEvent note) {
                lines.add(head(note) + "note " + note.sequenceNumber() + " " + hex(note.metadata()));
            }
        });
        return lines;
    }

    private static String head(StoredEvent event) {
        return event.position() + " " + event.epoch() + " " + event.timestampMs() + " "
                + event.persistenceId().encoded() + " ";
    }

    private static String hex(ByteBuffer bytes) {
        StringBuilder hex = new StringBuilder();
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            hex.append(String.format("%02x", bytes.get(i)));
        }
        return hex.toString();
    }
}
