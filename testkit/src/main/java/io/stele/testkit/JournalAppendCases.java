package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.SequenceConflictException;
import io.stele.testkit.Transcript.Line;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Numbers, conflicts, records of several events, notes, metadata. */
abstract class JournalAppendCases extends JournalFixture {
    private static final PersistenceId ACTOR = actor("1");

    @Test
    void shouldKnowNothingOfAnActorWithoutEvents() {
        try (EventStream stream = journal.open(ACTOR)) {
            assertThat(stream.persistenceId()).isEqualTo(ACTOR);
            assertThat(stream.lane()).isEqualTo(journal.lane(ACTOR));
            assertThat(stream.lastSequenceNumber()).isZero();
            assertThat(stream.lastPosition()).isZero();
        }
        assertThat(replay(ACTOR).lines()).isEmpty();
    }

    @Test
    void shouldNumberEventsFromOneWithoutGaps() {
        appendEach(ACTOR, "a", "b", "c");

        Transcript transcript = replay(ACTOR);

        assertThat(transcript.numbers()).containsExactly(1L, 2L, 3L);
        assertThat(transcript.payloads()).isEqualTo(utf8s("a", "b", "c"));
    }

    @Test
    void shouldMoveTheStreamWithEveryAppend() {
        try (EventStream stream = journal.open(ACTOR)) {
            long first = append(stream, "a");
            assertThat(stream.lastSequenceNumber()).isEqualTo(1);
            assertThat(stream.lastPosition()).isEqualTo(first);

            long second = append(stream, "b", "c");
            assertThat(stream.lastSequenceNumber()).isEqualTo(3);
            assertThat(stream.lastPosition()).isEqualTo(second);
        }
    }

    /** Two would number their events alike: whoever appends second would write over history that somebody has seen. */
    @Test
    void shouldRefuseASecondStreamWhileTheFirstIsOpen() {
        try (EventStream first = journal.open(ACTOR);
                EventStream other = journal.open(actor("2"))) {
            append(first, "a");

            assertThatThrownBy(() -> journal.open(ACTOR))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("persistenceId=" + ACTOR.encoded());

            append(first, "b");
            append(other, "c");
        }
        try (EventStream next = journal.open(ACTOR)) {
            assertThat(next.lastSequenceNumber()).isEqualTo(2);
            append(next, "c");
        }
        assertThat(replay(ACTOR).payloads()).isEqualTo(utf8s("a", "b", "c"));
    }

    /** A stream that was closed twice, late, must not give away the place of its successor. */
    @Test
    void shouldKeepTheSuccessorsPlaceWhenAStreamIsClosedTwice() {
        EventStream first = journal.open(ACTOR);
        first.close();
        try (EventStream second = journal.open(ACTOR)) {
            first.close();

            assertThatThrownBy(() -> journal.open(ACTOR)).isInstanceOf(JournalException.class);
            append(second, "a");
        }
    }

    @Test
    void shouldReturnThePositionThatReadersSee() {
        try (EventStream stream = journal.open(ACTOR)) {
            long first = append(stream, "a");
            long second = append(stream, "b");

            assertThat(first).isPositive();
            assertThat(second).isGreaterThan(first);
            assertThat(replay(ACTOR).lines()).extracting(Line::position).containsExactly(first, second);
        }
    }

    @Test
    void shouldRefuseANumberThatWasTaken() {
        refuse(2, "b");
    }

    @Test
    void shouldRefuseANumberThatIsMuchTooLow() {
        refuse(1, "b");
    }

    @Test
    void shouldRefuseANumberThatLeavesAGap() {
        refuse(4, "b");
    }

    @Test
    void shouldRefuseTheLargestNumber() {
        refuse(Long.MAX_VALUE, "b");
    }

    @Test
    void shouldRefuseNumberZero() {
        refuse(0, "b");
    }

    @Test
    void shouldRefuseABatchThatOverlapsWhatIsThere() {
        refuse(2, "x", "y", "z");
    }

    /** With events 1 and 2 in place, tries a batch at another number than 3, and then the right one. */
    private void refuse(long sequenceNumber, String... texts) {
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "1", "2");
            long position = stream.lastPosition();

            assertThatThrownBy(() -> journal.append(stream, sequenceNumber, batchOf(texts)))
                    .isInstanceOf(SequenceConflictException.class)
                    .hasMessageContaining(ACTOR.encoded());

            assertThat(stream.lastSequenceNumber()).isEqualTo(2);
            assertThat(stream.lastPosition()).isEqualTo(position);
            assertThat(journal.failure(stream.lane())).isNull();
            append(stream, "3");
        }
        assertThat(replay(ACTOR).payloads()).isEqualTo(utf8s("1", "2", "3"));
        assertThat(readAll(journal.lane(ACTOR)).payloads()).isEqualTo(utf8s("1", "2", "3"));
    }

    @Test
    void shouldRefuseTheSecondNumberForTheFirstEvent() {
        try (EventStream stream = journal.open(ACTOR)) {
            assertThatThrownBy(() -> journal.append(stream, 2, batchOf("a")))
                    .isInstanceOf(SequenceConflictException.class);
        }
        assertThat(replay(ACTOR).lines()).isEmpty();
    }

    @Test
    void shouldStoreTheEventsOfABatchAsOneRecord() {
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "1");
            long position = append(stream, "2", "3", "4");

            List<Line> batch = replay(ACTOR, 2, 4).lines();

            assertThat(batch).extracting(Line::position).containsOnly(position);
            assertThat(batch).extracting(line -> line.place().batchIndex()).containsExactly(0, 1, 2);
            assertThat(batch).extracting(line -> line.place().batchCount()).containsOnly(3);
            assertThat(batch).extracting(Line::sequenceNumber).containsExactly(2L, 3L, 4L);
        }
    }

    @Test
    void shouldSayThatASingleEventIsABatchOfOne() {
        appendEach(ACTOR, "a");

        Line line = replay(ACTOR).lines().get(0);

        assertThat(line.place().batchIndex()).isZero();
        assertThat(line.place().batchCount()).isEqualTo(1);
    }

    @Test
    void shouldKeepEmptyEventsOfABatchApart() {
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "", "x", "", "");
        }

        assertThat(replay(ACTOR).payloads()).isEqualTo(utf8s("", "x", "", ""));
    }

    @Test
    void shouldTakeABatchOfTheMostEvents() {
        EventBatch batch = emptyBatch();
        for (int i = 0; i < EventBatch.EVENT_COUNT_MAX; i++) {
            batch.add(TYPE, utf8(""));
        }
        try (EventStream stream = journal.open(ACTOR)) {
            journal.append(stream, 1, batch);

            assertThat(stream.lastSequenceNumber()).isEqualTo(EventBatch.EVENT_COUNT_MAX);
        }

        List<Line> lines = replay(ACTOR).lines();
        assertThat(lines).hasSize(EventBatch.EVENT_COUNT_MAX);
        assertThat(lines.get(EventBatch.EVENT_COUNT_MAX - 1).place().batchIndex())
                .isEqualTo(EventBatch.EVENT_COUNT_MAX - 1);
        assertThat(lines.get(0).place().batchCount()).isEqualTo(EventBatch.EVENT_COUNT_MAX);
    }

    @Test
    void shouldRefuseABatchWithNothingInIt() {
        try (EventStream stream = journal.open(ACTOR)) {
            EventBatch batch = emptyBatch();

            assertThatThrownBy(() -> journal.append(stream, 1, batch)).isInstanceOf(RuntimeException.class);

            assertThat(stream.lastSequenceNumber()).isZero();
        }
        assertThat(replay(ACTOR).lines()).isEmpty();
    }

    @Test
    void shouldStoreANoteWithoutTakingANumber() {
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "1", "2");
            long position = appendNote(stream, "reply");

            assertThat(stream.lastSequenceNumber()).isEqualTo(2);
            assertThat(stream.lastPosition()).isEqualTo(position);
            append(stream, "3");
        }

        Transcript transcript = replay(ACTOR);
        assertThat(transcript.outline()).containsExactly("e1", "e2", "n2", "e3");
        Line note = transcript.notes().get(0);
        assertThat(note.metadata()).isEqualTo(utf8("reply"));
        assertThat(note.timestampMs()).isEqualTo(NOW_MS);
        assertThat(note.place().batchCount()).isZero();
    }

    @Test
    void shouldStoreANoteBeforeTheFirstEvent() {
        try (EventStream stream = journal.open(ACTOR)) {
            appendNote(stream, "first");
            assertThat(stream.lastSequenceNumber()).isZero();
            assertThat(stream.lastPosition()).isPositive();
            append(stream, "1");
        }

        assertThat(replay(ACTOR).outline()).containsExactly("n0", "e1");
    }

    @Test
    void shouldStoreSeveralNotesAtOneNumber() {
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "1");
            long first = appendNote(stream, "a");
            long second = appendNote(stream, "b");

            assertThat(second).isGreaterThan(first);
        }

        assertThat(replay(ACTOR).notes()).extracting(Line::metadata).containsExactly(utf8("a"), utf8("b"));
    }

    @Test
    void shouldRefuseANoteAtAnotherNumberThanTheLast() {
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "1", "2");

            for (long sequenceNumber : new long[] {0, 1, 3}) {
                assertThatThrownBy(() -> journal.append(stream, sequenceNumber, noteOf("reply")))
                        .as("sequenceNumber=%d", sequenceNumber)
                        .isInstanceOf(SequenceConflictException.class);
            }
            appendNote(stream, "reply");
        }

        assertThat(replay(ACTOR).outline()).containsExactly("e1", "e2", "n2");
    }

    @Test
    void shouldHandTheMetadataToEveryEventOfItsBatch() {
        EventBatch batch = emptyBatch();
        batch.metadata(utf8("trace"));
        batch.add(TYPE, utf8("1"));
        batch.add(TYPE, utf8("2"));
        try (EventStream stream = journal.open(ACTOR)) {
            journal.append(stream, 1, batch);
        }

        assertThat(replay(ACTOR).events()).extracting(Line::metadata).containsExactly(utf8("trace"), utf8("trace"));
        assertThat(replay(ACTOR, 2, 2).events()).extracting(Line::metadata).containsExactly(utf8("trace"));
    }

    @Test
    void shouldHaveEmptyMetadataWhereNoneWasSet() {
        EventBatch batch = emptyBatch();
        batch.metadata(utf8("trace"));
        batch.add(TYPE, utf8("1"));
        try (EventStream stream = journal.open(ACTOR)) {
            journal.append(stream, 1, batch);
            batch.begin(NOW_MS);
            batch.add(TYPE, utf8("2"));
            journal.append(stream, 2, batch);
        }

        assertThat(replay(ACTOR).events()).extracting(Line::metadata).containsExactly(utf8("trace"), utf8(""));
    }

    @Test
    void shouldKeepTheMetadataThatWasSetLast() {
        EventBatch batch = emptyBatch();
        batch.metadata(utf8("a longer one that goes"));
        batch.metadata(utf8("stays"));
        batch.add(TYPE, utf8("1"));
        try (EventStream stream = journal.open(ACTOR)) {
            journal.append(stream, 1, batch);
        }

        assertThat(replay(ACTOR).events()).extracting(Line::metadata).containsExactly(utf8("stays"));
    }
}
