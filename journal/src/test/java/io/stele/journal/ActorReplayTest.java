package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.journal.JournalFixture.Written;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventReader;
import io.stele.spi.StoredEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActorReplayTest {
    private static final String ACTOR = "account/1";

    @TempDir
    Path directory;

    private JournalFixture journal;
    private RecordFetcher records;
    private final List<String> read = new ArrayList<>();
    private final EventReader reader = new EventReader() {
        @Override
        public void onEvent(StoredEvent event) {
            read.add(event.sequenceNumber()
                    + StandardCharsets.UTF_8.decode(event.payload()).toString());
        }

        @Override
        public void onNote(StoredEvent note) {
            read.add(note.sequenceNumber() + "note");
        }
    };

    @BeforeEach
    void write() {
        journal = new JournalFixture(directory).threeSegments();
        records = new RecordFetcher(directory, 0);
    }

    @AfterEach
    void close() {
        records.close();
    }

    @Test
    void shouldReplayAlongTheChain() {
        assertThat(replay(ACTOR, 1, Long.MAX_VALUE)).isEqualTo(6);
        assertThat(read).containsExactly("1a", "1note", "2c", "3cc", "4ccc", "5e", "6f");
    }

    @Test
    void shouldReplayAnyRange() {
        replay(ACTOR, 2, 3);
        assertThat(read).containsExactly("1note", "2c", "3cc");
        read.clear();
        replay(ACTOR, 3, 5);
        assertThat(read).containsExactly("3cc", "4ccc", "5e");
        read.clear();
        replay(ACTOR, 1, 1);
        assertThat(read).containsExactly("1a", "1note");
        read.clear();
        assertThat(replay(ACTOR, 7, 9)).isZero();
        assertThat(replay("account/3", 1, 9)).isZero();
        assertThat(read).isEmpty();
    }

    @Test
    void shouldDeliverNotesThatStandBeforeTheFirstEventAndAfterTheLast() {
        journal.note("user/2", "x").events("user/2", "a").note("user/2", "y").durable();

        replay("user/2", 1, Long.MAX_VALUE);
        assertThat(read).containsExactly("0note", "1a", "1note");
        read.clear();
        assertThat(replay("user/2", 2, Long.MAX_VALUE)).isZero();
        assertThat(read).containsExactly("1note");
    }

    @Test
    void shouldReplayHistoriesLongerThanAStretch() {
        JournalFixture big = new JournalFixture(directory.resolve("big"));
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 10_000; i++) {
            big.events(ACTOR, "x");
            expected.add(i + "x");
        }
        big.write();
        try (RecordFetcher fetcher = new RecordFetcher(big.directory, 0)) {
            ActorReplay replay = new ActorReplay(fetcher);
            long count = replay.replay(JournalFixture.id(ACTOR), big.lastPosition(ACTOR), 1, 10_000, reader);
            assertThat(count).isEqualTo(10_000);
            assertThat(read).isEqualTo(expected);

            read.clear();
            replay.replay(JournalFixture.id(ACTOR), big.lastPosition(ACTOR), 1_000, 9_000, reader);
            assertThat(read).isEqualTo(expected.subList(999, 9_000));
        }
    }

    @Test
    void shouldNotNeedWhatWasCompacted() throws IOException {
        Files.delete(journal.file(1));

        replay(ACTOR, 5, 6);
        assertThat(read).containsExactly("5e", "6f");
        read.clear();
        assertThatThrownBy(() -> replay(ACTOR, 4, 6))
                .isInstanceOf(CorruptJournalException.class)
                .hasMessageContaining("MISSING_SEGMENT");
        assertThat(read).isEmpty();
    }

    @Test
    void shouldDeliverNothingWhenTheChainIsBroken() throws IOException {
        Written victim = journal.written.get(2);
        assertThat(victim.persistenceId()).isEqualTo(ACTOR);
        byte[] bytes = Files.readAllBytes(journal.file(1));
        bytes[(int) RecordLayout.offsetOf(victim.position()) + 20] ^= 2;
        Files.write(journal.file(1), bytes);

        assertThatThrownBy(() -> replay(ACTOR, 1, 6))
                .isInstanceOf(CorruptJournalException.class)
                .hasMessageContaining("BAD_RECORD")
                .hasMessageContaining("persistenceId=account/1");
        assertThat(read).isEmpty();
    }

    @Test
    void shouldNoticeAHistoryThatBeginsTooLate() {
        RecordFixture late = RecordFixture.events("user/9", 5).event("t", "x");
        journal.append(late, "user/9", 5, 1).durable();
        ActorReplay replay = new ActorReplay(records);

        assertThatThrownBy(() -> replay.replay(JournalFixture.id("user/9"), journal.lastPosition(), 1, 9, reader))
                .isInstanceOf(CorruptJournalException.class)
                .hasMessageContaining("SEQUENCE_GAP");
        assertThat(replay.replay(JournalFixture.id("user/9"), journal.lastPosition(), 5, 9, reader))
                .isEqualTo(1);
    }

    @Test
    void shouldKeepFewFilesOpen() {
        JournalFixture many = new JournalFixture(directory.resolve("many"));
        for (int i = 1; i <= 40; i++) {
            many.events(ACTOR, "x" + i).roll();
        }
        many.write();
        try (RecordFetcher fetcher = new RecordFetcher(many.directory, 0)) {
            ActorReplay replay = new ActorReplay(fetcher);
            assertThat(replay.replay(JournalFixture.id(ACTOR), many.lastPosition(ACTOR), 1, 99, reader))
                    .isEqualTo(40);
            assertThat(read).first().isEqualTo("1x1");
            assertThat(read).last().isEqualTo("40x40");
        }
    }

    private long replay(String actor, long from, long to) {
        return new ActorReplay(records).replay(JournalFixture.id(actor), journal.lastPosition(actor), from, to, reader);
    }
}
