package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.testkit.Transcript.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Reading a lane by position, and which actor belongs to which lane. */
abstract class JournalLaneCases extends JournalReplayCases {

    @Test
    void shouldHaveLanes() {
        assertThat(journal.laneCount()).as("lanes, as openJournal must provide").isBetween(2, 256);
        assertThat(journal.payloadBytesMax())
                .as("bytes, as openJournal must provide")
                .isGreaterThanOrEqualTo(4096);
    }

    @Test
    void shouldMapActorsToLanesByTheirSlice() {
        for (int i = 0; i < 500; i++) {
            PersistenceId id = actor("mapped-" + i);
            try (EventStream stream = journal.open(id)) {
                assertThat(stream.lane()).isEqualTo(id.slice() % journal.laneCount());
                assertThat(stream.lane()).isEqualTo(journal.lane(id));
            }
        }
    }

    @Test
    void shouldFindNothingInAnEmptyLane() {
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            Transcript transcript = new Transcript();

            assertThat(journal.read(lane, 0, 10, transcript)).isZero();

            assertThat(transcript.lines()).isEmpty();
        }
    }

    @Test
    void shouldReadALaneInTheOrderOfAppends() {
        List<Long> positions = appendInterleaved(0);

        Transcript transcript = readAll(0);

        assertThat(transcript.lines()).extracting(Line::position).isEqualTo(positions);
        assertThat(transcript.payloads()).isEqualTo(utf8s("a1", "b1", "a2", "c1", "b2"));
        assertThat(positions).isSorted().doesNotHaveDuplicates();
    }

    /** Appends five events of three actors, each in a record of its own, and returns their positions. */
    private List<Long> appendInterleaved(int lane) {
        List<PersistenceId> ids = actorsIn(lane, 3);
        List<Long> positions = new ArrayList<>();
        positions.add(appendEach(ids.get(0), "a1"));
        positions.add(appendEach(ids.get(1), "b1"));
        positions.add(appendEach(ids.get(0), "a2"));
        positions.add(appendEach(ids.get(2), "c1"));
        positions.add(appendEach(ids.get(1), "b2"));
        return positions;
    }

    @Test
    void shouldNumberEachActorOfALaneOnItsOwn() {
        appendInterleaved(0);

        assertThat(readAll(0).numbers()).containsExactly(1L, 1L, 2L, 1L, 2L);
    }

    @Test
    void shouldGoOnAfterAPosition() {
        List<Long> positions = appendInterleaved(1);

        for (int i = 0; i < positions.size(); i++) {
            Transcript transcript = new Transcript();
            long last = journal.read(1, positions.get(i), 100, transcript);

            assertThat(transcript.lines())
                    .extracting(Line::position)
                    .isEqualTo(positions.subList(i + 1, positions.size()));
            assertThat(last).isEqualTo(positions.get(4));
        }
    }

    @Test
    void shouldReadALaneInPagesOfAnySize() {
        appendInterleaved(0);
        appendInterleaved(1);
        List<Line> whole = readAll(0).lines();

        for (int pageSize = 1; pageSize <= 6; pageSize++) {
            assertThat(readInPages(0, pageSize)).as("pageSize=%d", pageSize).isEqualTo(whole);
        }
    }

    private List<Line> readInPages(int lane, long eventCountMax) {
        Transcript transcript = new Transcript();
        long position = 0;
        long next = journal.read(lane, position, eventCountMax, transcript);
        while (next != position) {
            assertThat(next).isGreaterThan(position);
            position = next;
            next = journal.read(lane, position, eventCountMax, transcript);
        }
        return transcript.lines();
    }

    @Test
    void shouldStopAfterAboutTheWantedCount() {
        appendInterleaved(0);
        Transcript transcript = new Transcript();

        long last = journal.read(0, 0, 2, transcript);

        assertThat(transcript.payloads()).isEqualTo(utf8s("a1", "b1"));
        assertThat(last).isEqualTo(transcript.lines().get(1).position());
    }

    @Test
    void shouldNotStopInsideARecord() {
        try (EventStream stream = journal.open(actorsIn(0, 1).get(0))) {
            long first = append(stream, "1", "2", "3");
            append(stream, "4");
            Transcript transcript = new Transcript();

            assertThat(journal.read(0, 0, 1, transcript)).isEqualTo(first);

            assertThat(transcript.payloads()).isEqualTo(utf8s("1", "2", "3"));
        }
    }

    @Test
    void shouldStayWhereItIsUntilThereIsMore() {
        List<Long> positions = appendInterleaved(0);
        long end = positions.get(4);
        Transcript transcript = new Transcript();

        assertThat(journal.read(0, end, 10, transcript)).isEqualTo(end);
        assertThat(transcript.lines()).isEmpty();

        long next = appendEach(actorsIn(0, 1).get(0), "later");
        assertThat(journal.read(0, end, 10, transcript)).isEqualTo(next);
        assertThat(transcript.payloads()).isEqualTo(utf8s("later"));
    }

    @Test
    void shouldReadTheNotesOfALane() {
        try (EventStream stream = journal.open(actorsIn(0, 1).get(0))) {
            append(stream, "1");
            appendNote(stream, "note");
            append(stream, "2");
        }

        assertThat(readAll(0).outline()).containsExactly("e1", "n1", "e2");
        assertThat(readInPages(0, 1)).isEqualTo(readAll(0).lines());
    }

    @Test
    void shouldPassALaneThatEndsWithNotes() {
        try (EventStream stream = journal.open(actorsIn(0, 1).get(0))) {
            append(stream, "1");
            long last = appendNote(stream, "note");
            Transcript transcript = new Transcript();

            assertThat(journal.read(0, 0, 100, transcript)).isEqualTo(last);
            assertThat(journal.read(0, last, 100, transcript)).isEqualTo(last);
            assertThat(transcript.outline()).containsExactly("e1", "n1");
        }
    }

    @Test
    void shouldKeepLanesApart() {
        int actorCount = 100;
        IntStream.range(0, actorCount).forEach(i -> appendEach(actor("spread-" + i), "1", "2"));

        int eventCount = 0;
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            int expectedLane = lane;
            List<Line> lines = readAll(lane).lines();
            assertThat(lines)
                    .allSatisfy(line ->
                            assertThat(journal.lane(line.persistenceId())).isEqualTo(expectedLane));
            eventCount += lines.size();
        }
        assertThat(eventCount).isEqualTo(2 * actorCount);
    }

    @Test
    void shouldReadTheSameAsAReplay() {
        appendInterleaved(0);
        PersistenceId id = actorsIn(0, 1).get(0);

        List<Line> fromLane = readAll(0).lines().stream()
                .filter(line -> line.persistenceId().equals(id))
                .toList();

        assertThat(fromLane).hasSize(2).isEqualTo(replay(id).lines());
    }

    @Test
    void shouldPassOnWhatAReaderOfALaneThrows() {
        appendInterleaved(0);
        IllegalStateException thrown = new IllegalStateException("thrown by the reader");

        assertThatThrownBy(() -> journal.read(0, 0, 10, event -> {
                    throw thrown;
                }))
                .isSameAs(thrown);

        assertThat(readAll(0).lines()).hasSize(5);
        assertThat(appendEach(actorsIn(0, 1).get(0), "goes on")).isPositive();
    }

    @Test
    void shouldGoOnInALaneAfterReopening() {
        List<Long> positions = appendInterleaved(0);
        reopen();
        long next = appendEach(actorsIn(0, 1).get(0), "later");
        Transcript transcript = new Transcript();

        long last = journal.read(0, positions.get(3), 100, transcript);

        assertThat(transcript.payloads()).isEqualTo(utf8s("b2", "later"));
        assertThat(last).isEqualTo(next).isGreaterThan(positions.get(4));
    }
}
