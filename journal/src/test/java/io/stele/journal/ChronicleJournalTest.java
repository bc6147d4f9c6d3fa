package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.Clock;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleJournalTest {
    private static final StoredType TYPE = new StoredType("deposited", 1);

    @TempDir
    Path directory;

    @Test
    void shouldFindWhatAnEarlierOpeningAppended() {
        PersistenceId id = new PersistenceId("account", "42");
        try (ChronicleJournal journal = open()) {
            append(journal, id, 1, 100);
        }
        try (ChronicleJournal journal = open()) {
            assertThat(events(journal, id)).hasSize(100);
            append(journal, id, 101, 100);
            assertThat(events(journal, id)).hasSize(200);
        }
        try (ChronicleJournal journal = open()) {
            assertThat(events(journal, id)).hasSize(200).startsWith("1:event 1").endsWith("200:event 200");
            assertThat(journal.epoch()).isEqualTo(3);
        }
    }

    @Test
    void shouldRollAndReadAcrossSegments() {
        PersistenceId id = new PersistenceId("account", "42");
        try (ChronicleJournal journal = open()) {
            append(journal, id, 1, 100_000);
            assertThat(events(journal, id)).hasSize(100_000);
        }
        try (ChronicleJournal journal = open()) {
            List<Long> numbers = new ArrayList<>();
            journal.read(journal.lane(id), 0, Long.MAX_VALUE, event -> numbers.add(event.sequenceNumber()));
            assertThat(numbers).hasSize(100_000).isSorted();
        }
    }

    @Test
    @Fault("F11")
    void shouldNoticeASegmentThatGoesMissingWhileTheJournalIsOpen() throws IOException {
        PersistenceId id = new PersistenceId("account", "42");
        try (ChronicleJournal journal = open()) {
            append(journal, id, 1, 40_000);
            int lane = journal.lane(id);
            Files.delete(TestJournal.segments(directory, lane).get(1));

            assertThatThrownBy(() -> journal.read(lane, 0, Long.MAX_VALUE, event -> {}))
                    .isInstanceOf(CorruptJournalException.class)
                    .hasMessageContaining("a segment is not there, but later ones are");
            assertThatThrownBy(() -> events(journal, id))
                    .isInstanceOf(CorruptJournalException.class)
                    .hasMessageContaining("a segment is not there");
        }
    }

    private ChronicleJournal open() {
        return ChronicleJournal.open(
                JournalOptions.of(directory).withLaneCount(2).withSegmentBytes(1 << 20),
                InMemoryIndexStore.open(),
                Clock.system());
    }

    private static void append(ChronicleJournal journal, PersistenceId id, long from, int count) {
        EventBatch batch = journal.newBatch();
        try (EventStream stream = journal.open(id)) {
            long position = 0;
            for (long number = from; number < from + count; number++) {
                batch.begin(number);
                batch.add(TYPE, ByteBuffer.wrap(("event " + number).getBytes(StandardCharsets.UTF_8)));
                position = journal.append(stream, number, batch);
            }
            int lane = stream.lane();
            journal.requestSync(lane);
            while (journal.durablePosition(lane) < position) {
                assertThat(journal.failure(lane)).isNull();
                Thread.onSpinWait();
            }
        }
    }

    private static List<String> events(ChronicleJournal journal, PersistenceId id) {
        List<String> events = new ArrayList<>();
        journal.replay(
                id,
                1,
                Long.MAX_VALUE,
                event -> events.add(event.sequenceNumber() + ":" + StandardCharsets.UTF_8.decode(event.payload())));
        return events;
    }
}
