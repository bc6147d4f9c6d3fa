package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.Clock;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventReader;
import io.stele.spi.EventStream;
import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import io.stele.spi.ReplayRequest;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The index is a cache: whatever becomes of it, the journal has every event, and nobody gets a wrong number. */
class DamagedIndexTest {
    private static final int EVENTS = 400;
    private static final PersistenceId ID = new PersistenceId("account", "1");
    private static final PersistenceId OTHER = new PersistenceId("account", "2");

    @TempDir
    Path directory;

    private final FaultyIndexStore index = new FaultyIndexStore(InMemoryIndexStore.open());

    /** Which part of the index of an actor is damaged. */
    enum Part {
        CHUNKS(0),
        HEAD(1);

        private final int mark;

        Part(int mark) {
            this.mark = mark;
        }

        byte[] prefix(PersistenceId id) {
            byte[] name = id.encodedBytes();
            return ByteBuffer.allocate(2 + name.length)
                    .put((byte) 0)
                    .put(name)
                    .put((byte) mark)
                    .array();
        }
    }

    @BeforeEach
    void write() {
        try (ChronicleJournal journal = open()) {
            for (int i = 0; i < 4; i++) {
                TestJournal.append(journal, ID, EVENTS / 4);
                TestJournal.append(journal, OTHER, EVENTS / 4);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Part.class)
    @Fault("F08")
    void shouldRecoverAnActorWhoseBlockCannotBeRead(Part part) {
        index.damage(part.prefix(ID));

        try (ChronicleJournal journal = open()) {
            TestJournal.assertHolds(journal, ID, EVENTS);
            TestJournal.assertHolds(journal, OTHER, EVENTS);
            assertNumbersGoOn(journal);
        }
    }

    @ParameterizedTest
    @EnumSource(Part.class)
    void shouldRecoverManyTogetherAlthoughABlockOfOneCannotBeRead(Part part) {
        index.damage(part.prefix(ID));

        try (ChronicleJournal journal = open()) {
            long[] counts = new long[2];
            List<ReplayRequest> requests = List.of(
                    new ReplayRequest(ID, 1, Long.MAX_VALUE, event -> counts[0]++),
                    new ReplayRequest(OTHER, 1, Long.MAX_VALUE, event -> counts[1]++));
            journal.replayAll(requests);

            assertThat(requests)
                    .allSatisfy(request -> assertThat(request.failure()).isNull());
            assertThat(counts).containsExactly(EVENTS, EVENTS);
        }
    }

    @Test
    @Fault("F08")
    void shouldOpenWithoutACheckpointThatCanBeRead() {
        index.damaged = key -> key.length == 2 && key[1] == 0;

        try (ChronicleJournal journal = open()) {
            TestJournal.assertHolds(journal, ID, EVENTS);
            assertNumbersGoOn(journal);
        }
    }

    @ParameterizedTest
    @EnumSource(Part.class)
    void shouldReadWithoutOwningTheJournal(Part part) {
        index.damage(part.prefix(ID));

        List<Long> numbers = new ArrayList<>();
        ReadOnlyJournal.open(directory, index)
                .replay(ID, 1, Long.MAX_VALUE, event -> numbers.add(event.sequenceNumber()));

        assertThat(numbers).hasSize(EVENTS).isSorted();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    @Fault("F08")
    void shouldDoTheSameWhateverStandsInTheIndex(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (Map.Entry<byte[], byte[]> entry : entries().entrySet()) {
            byte[] key = entry.getKey();
            if (key.length > 2 && random.nextInt(3) != 0) { // the checkpoint says whose index it is
                index.overwrite(key, forged(entry.getValue(), random));
            }
        }

        try (ChronicleJournal journal = open()) {
            TestJournal.assertHolds(journal, ID, EVENTS);
            TestJournal.assertHolds(journal, OTHER, EVENTS);
            assertReplays(journal, random, seed);
            assertNumbersGoOn(journal);
        }
    }

    /** A head that names a whole record of another actor, or an older one of the same: nothing but the number is wrong. */
    @Test
    void shouldNotBelieveAHeadThatIsOld() {
        byte[] key = Part.HEAD.prefix(ID);
        List<Long> positions = new ArrayList<>();
        try (ChronicleJournal journal = open()) {
            journal.replay(ID, 100, 100, event -> positions.add(event.position()));
        }
        index.overwrite(
                key,
                ByteBuffer.allocate(16).putLong(99).putLong(positions.get(0)).array());

        try (ChronicleJournal journal = open()) {
            TestJournal.assertHolds(journal, ID, EVENTS);
            assertNumbersGoOn(journal);
        }
    }

    /** If it is the journal that is damaged, the report names what is damaged there, and nobody appends behind a guess. */
    @Test
    void shouldNameTheRecordIfTheJournalIsDamagedToo() throws IOException {
        List<Long> positions = new ArrayList<>();
        try (ChronicleJournal journal = open()) {
            journal.replay(ID, EVENTS, EVENTS, event -> positions.add(event.position()));
            TestJournal.append(journal, OTHER, 12_000); // the segment is left behind, and not walked at an opening
        }
        Path file = TestJournal.segments(directory, 0).get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) RecordLayout.offsetOf(positions.get(0)) + 76] ^= 1;
        Files.write(file, bytes);

        try (ChronicleJournal journal = open()) {
            assertThatThrownBy(() -> journal.open(ID))
                    .isInstanceOf(CorruptJournalException.class)
                    .hasMessageContainingAll("persistenceId=" + ID, "sequenceNumber=" + EVENTS, "stele verify");
            TestJournal.append(journal, OTHER, 1);
            assertThat(TestJournal.replay(journal, OTHER)).hasSize(EVENTS + 12_001);
        }
    }

    @Test
    void shouldGoOnIndexingOnceTheStoreTakesChangesAgain() {
        InMemoryIndexStore store = InMemoryIndexStore.open();
        JournalOptions options = TestJournal.options(directory.resolve("retry"));
        try (ChronicleJournal journal = ChronicleJournal.open(options, store, Clock.system())) {
            store.failCommitAt(1);
            PositionIndex positions =
                    new PositionIndex(store, 0, journal.manifest().journalId());
            TestJournal.append(journal, ID, 30_000);

            TestJournal.await("index has followed", () -> positions.checkpoint().position() != 0);
        }
    }

    @Test
    void shouldCloseAlthoughTheIndexCannotBeFlushed() {
        ChronicleJournal journal = open();
        TestJournal.append(journal, ID, 1);
        index.flushFails = true;

        journal.close();

        try (ChronicleJournal reopened = open()) {
            assertThat(TestJournal.replay(reopened, ID)).hasSize(EVENTS + 1);
        }
    }

    private static byte[] forged(byte[] value, SplittableRandom random) {
        byte[] forged = value.clone();
        switch (random.nextInt(4)) {
            case 0 -> forged = new byte[random.nextInt(40)];
            case 1 -> forged = Arrays.copyOf(value, random.nextInt(value.length));
            case 2 -> random.nextBytes(forged);
            default -> forged[random.nextInt(forged.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return forged;
    }

    private static void assertReplays(ChronicleJournal journal, SplittableRandom random, long seed) {
        for (int i = 0; i < 20; i++) {
            int from = random.nextInt(1, EVENTS);
            int to = random.nextInt(from, EVENTS + 1);
            List<Long> numbers = new ArrayList<>();
            EventReader reader = event -> numbers.add(event.sequenceNumber());
            journal.replay(ID, from, to, reader);
            assertThat(numbers)
                    .as("seed=%d, from=%d, to=%d", seed, from, to)
                    .hasSize(to - from + 1)
                    .isSorted();
        }
    }

    private static void assertNumbersGoOn(ChronicleJournal journal) {
        try (EventStream stream = journal.open(ID)) {
            assertThat(stream.lastSequenceNumber()).isEqualTo(EVENTS);
        }
        TestJournal.append(journal, ID, 1);
        TestJournal.assertHolds(journal, ID, EVENTS + 1);
    }

    private Map<byte[], byte[]> entries() {
        Map<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
        index.scan(new byte[0], (key, value) -> {
            byte[] keyBytes = new byte[key.remaining()];
            key.get(keyBytes);
            byte[] valueBytes = new byte[value.remaining()];
            value.get(valueBytes);
            entries.put(keyBytes, valueBytes);
            return true;
        });
        return entries;
    }

    private ChronicleJournal open() {
        IndexStore store = index;
        return ChronicleJournal.open(TestJournal.options(directory), store, Clock.system());
    }
}
