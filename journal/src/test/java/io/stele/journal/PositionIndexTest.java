package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.Clock;
import io.stele.spi.EventBatch;
import io.stele.spi.EventReader;
import io.stele.spi.EventStream;
import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionIndexTest {
    private static final int ACTORS = 40;

    @TempDir
    Path temporary;

    /** Replays random ranges with the index, and with one that was lost and had to be built again. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @Fault("F08")
    void shouldReplayTheSameWithAndWithoutIndex(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Path directory = temporary.resolve("journal");
        InMemoryIndexStore index = InMemoryIndexStore.open();
        for (int round = 0; round < 3; round++) {
            try (ChronicleJournal journal = open(directory, index)) {
                fill(journal, random, 12_000);
            }
            index = index.reopen();
        }
        assertThat(new PositionIndex(index, 0, manifest(directory).journalId()).checkpoint())
                .as("seed=%d", seed)
                .isNotEqualTo(PositionIndex.Checkpoint.NONE);

        List<String> indexed;
        try (ChronicleJournal journal = open(directory, index)) {
            indexed = replays(journal, seed);
        }
        try (ChronicleJournal journal = open(directory, InMemoryIndexStore.open())) {
            assertThat(replays(journal, seed)).as("seed=%d", seed).isEqualTo(indexed);
        }
    }

    @Test
    @Fault("F08")
    void shouldFollowTheChainWhereChunksWereLost() {
        Path directory = temporary.resolve("journal");
        InMemoryIndexStore index = InMemoryIndexStore.open();
        PersistenceId id = actor(1);
        try (ChronicleJournal journal = open(directory, index)) {
            TestJournal.append(journal, id, 1_000);
        }
        index = index.reopen();
        byte[] prefix = chunkKey(id, 300);
        byte[] end = chunkKey(id, 600);
        try (IndexStore.Writer writer = index.newWriter()) {
            writer.deleteRange(prefix, end);
            writer.commit();
        }

        try (ChronicleJournal journal = open(directory, index)) {
            TestJournal.assertHolds(journal, id, 1_000);
            List<Long> numbers = new ArrayList<>();
            journal.replay(id, 280, 620, event -> numbers.add(event.sequenceNumber()));
            assertThat(numbers).hasSize(341).startsWith(280L).endsWith(620L).isSorted();
        }
    }

    @Test
    void shouldBuildAnIndexAgainThatIsOfALaterState() throws IOException {
        Path directory = temporary.resolve("journal");
        InMemoryIndexStore index = InMemoryIndexStore.open();
        PersistenceId id = actor(1);
        try (ChronicleJournal journal = open(directory, index)) {
            TestJournal.append(journal, id, 100);
        }
        Path backup = TestJournal.image(directory, temporary.resolve("backup"));
        index = index.reopen();
        try (ChronicleJournal journal = open(directory, index)) {
            TestJournal.append(journal, id, 100);
        }
        index = index.reopen();

        try (ChronicleJournal journal = open(backup, index)) {
            TestJournal.assertHolds(journal, id, 100);
            TestJournal.append(journal, id, 1);
            TestJournal.assertHolds(journal, id, 101);
        }
    }

    @Test
    void shouldNotTakeTheIndexOfAnotherJournal() {
        InMemoryIndexStore index = InMemoryIndexStore.open();
        PersistenceId id = actor(1);
        try (ChronicleJournal journal = open(temporary.resolve("one"), index)) {
            TestJournal.append(journal, id, 100);
        }
        index = index.reopen();
        try (ChronicleJournal journal = open(temporary.resolve("two"), index)) {
            assertThat(TestJournal.replay(journal, id)).isEmpty();
            TestJournal.append(journal, id, 10);
            TestJournal.assertHolds(journal, id, 10);
        }
    }

    @Test
    void shouldIndexBehindAWriterAtWork() {
        InMemoryIndexStore index = InMemoryIndexStore.open();
        PersistenceId id = actor(1);
        try (ChronicleJournal journal = open(temporary.resolve("journal"), index)) {
            TestJournal.append(journal, id, 30_000);
            PositionIndex positions = new PositionIndex(
                    index, 0, manifest(temporary.resolve("journal")).journalId());

            TestJournal.await("index has followed", () -> positions.checkpoint().position() > 1L << 32);

            TestJournal.append(journal, id, 100);
            TestJournal.assertHolds(journal, id, 30_100);
        }
    }

    private static ChronicleJournal open(Path directory, IndexStore index) {
        return ChronicleJournal.open(TestJournal.options(directory), index, Clock.system());
    }

    private static Manifest manifest(Path directory) {
        return Manifest.read(directory);
    }

    private static PersistenceId actor(int number) {
        return new PersistenceId("account", Integer.toString(number));
    }

    private static byte[] chunkKey(PersistenceId id, long lastSequenceNumber) {
        byte[] name = id.encodedBytes();
        return ByteBuffer.allocate(1 + name.length + 1 + 8)
                .put((byte) 0)
                .put(name)
                .put((byte) 0)
                .putLong(lastSequenceNumber)
                .array();
    }

    /** Appends batches of 1 to 5 events and notes, to actors in random order. */
    private static void fill(ChronicleJournal journal, SplittableRandom random, int count) {
        EventBatch batch = journal.newBatch();
        for (int i = 0; i < count; i++) {
            try (EventStream stream = journal.open(actor(random.nextInt(ACTORS)))) {
                batch.begin(i);
                int events = random.nextInt(6);
                if (events == 0) {
                    batch.metadata(ByteBuffer.wrap(new byte[] {(byte) i}));
                }
                for (int j = 0; j < events; j++) {
                    batch.add(TestJournal.TYPE, ByteBuffer.allocate(random.nextInt(64)));
                }
                journal.append(stream, stream.lastSequenceNumber() + (events == 0 ? 0 : 1), batch);
            }
        }
    }

    private static List<String> replays(ChronicleJournal journal, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> lines = new ArrayList<>();
        EventReader reader = new EventReader() {
            @Override
            public void onEvent(StoredEvent event) {
                lines.add(event.persistenceId() + " " + event.sequenceNumber() + " at " + event.position() + " of "
                        + event.payload().remaining());
            }

            @Override
            public void onNote(StoredEvent note) {
                lines.add(note.persistenceId() + " note " + note.sequenceNumber() + " at " + note.position());
            }
        };
        for (int i = 0; i < 200; i++) {
            long from = random.nextLong(1, 3_000);
            lines.add("count "
                    + journal.replay(actor(random.nextInt(ACTORS)), from, from + random.nextLong(500), reader));
        }
        for (int actor = 0; actor < ACTORS; actor++) {
            lines.add("count " + journal.replay(actor(actor), 1, Long.MAX_VALUE, reader));
        }
        return lines;
    }
}
