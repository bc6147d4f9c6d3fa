package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.DurabilityListener;
import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.SequenceConflictException;
import io.stele.testkit.Transcript.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Reaching the disk, telling of it, closing and opening again. */
abstract class JournalDurabilityCases extends JournalLaneCases {
    private static final PersistenceId ACTOR = actor("1");

    /** Keeps what it hears; called on whatever thread the journal chooses. */
    private static class Heard implements DurabilityListener {
        private final ConcurrentLinkedQueue<Map.Entry<Integer, Long>> progress = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<JournalException> failures = new ConcurrentLinkedQueue<>();

        @Override
        public void onDurable(int lane, long durablePosition) {
            progress.add(Map.entry(lane, durablePosition));
        }

        @Override
        public void onFailed(int lane, JournalException cause) {
            failures.add(cause);
        }

        List<Long> of(int lane) {
            return progress.stream()
                    .filter(entry -> entry.getKey() == lane)
                    .map(Map.Entry::getValue)
                    .toList();
        }

        boolean reached(int lane, long position) {
            return of(lane).stream().anyMatch(durable -> durable >= position);
        }
    }

    private void awaitDurable(int lane, long position) {
        await("durable position in lane " + lane, () -> journal.durablePosition(lane) >= position);
    }

    @Test
    void shouldBecomeDurableWhenAsked() {
        try (EventStream stream = journal.open(ACTOR)) {
            long position = append(stream, "1");
            journal.requestSync(stream.lane());
            awaitDurable(stream.lane(), position);

            assertThat(journal.failure(stream.lane())).isNull();
        }
    }

    @Test
    void shouldBecomeDurableWithoutBeingAsked() {
        try (EventStream stream = journal.open(ACTOR)) {
            long position = append(stream, "1");
            awaitDurable(stream.lane(), position);

            assertThat(journal.durablePosition(stream.lane())).isGreaterThanOrEqualTo(position);
        }
    }

    @Test
    void shouldMakeNotesDurable() {
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "1");
            long position = appendNote(stream, "note");
            journal.requestSync(stream.lane());
            awaitDurable(stream.lane(), position);

            assertThat(journal.durablePosition(stream.lane())).isGreaterThanOrEqualTo(position);
        }
    }

    @Test
    void shouldMakeEveryLaneDurable() {
        Map<Integer, Long> positions = new TreeMap<>();
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            positions.put(lane, appendEach(actorsIn(lane, 1).get(0), "1", "2"));
            journal.requestSync(lane);
        }

        positions.forEach(this::awaitDurable);

        assertThat(positions)
                .allSatisfy((lane, position) ->
                        assertThat(journal.durablePosition(lane)).isGreaterThanOrEqualTo(position));
    }

    @Test
    void shouldTakeARequestWithNothingToForce() {
        journal.requestSync(0);
        journal.requestSync(0);
        long position = appendEach(actorsIn(0, 1).get(0), "1");
        journal.requestSync(0);
        awaitDurable(0, position);
        journal.requestSync(0);

        assertThat(journal.failure(0)).isNull();
    }

    @Test
    void shouldNeverTakeDurabilityBack() {
        List<Long> polled = new ArrayList<>();
        try (EventStream stream = journal.open(ACTOR)) {
            for (int i = 0; i < 500; i++) {
                append(stream, "x");
                journal.requestSync(stream.lane());
                polled.add(journal.durablePosition(stream.lane()));
            }
            awaitDurable(stream.lane(), stream.lastPosition());
        }

        assertThat(polled).isSorted();
    }

    @Test
    void shouldTellTheListenerOfProgress() {
        Heard heard = new Heard();
        journal.listener(heard);
        try (EventStream stream = journal.open(ACTOR)) {
            int lane = stream.lane();
            for (int i = 0; i < 100; i++) {
                append(stream, "x");
                journal.requestSync(lane);
            }
            await("the listener", () -> heard.reached(lane, stream.lastPosition()));

            assertThat(heard.of(lane)).isSorted();
            assertThat(journal.durablePosition(lane)).isGreaterThanOrEqualTo(stream.lastPosition());
        }
        assertThat(heard.failures).isEmpty();
    }

    /** A listener may look the position up when it is told of it: replies are released by what it finds. */
    @Test
    void shouldHaveTheDurablePositionInPlaceWhenItTells() {
        ConcurrentLinkedQueue<String> early = new ConcurrentLinkedQueue<>();
        EventJournal told = journal;
        Heard heard = new Heard() {
            @Override
            public void onDurable(int lane, long durablePosition) {
                if (told.durablePosition(lane) < durablePosition) {
                    early.add("lane=" + lane + ", durablePosition=" + durablePosition);
                }
                super.onDurable(lane, durablePosition);
            }
        };
        journal.listener(heard);
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "1");
            journal.requestSync(stream.lane());
            await("the listener", () -> heard.reached(stream.lane(), stream.lastPosition()));
        }

        assertThat(early).isEmpty();
    }

    @Test
    void shouldTellTheListenerOfTheRightLane() {
        Heard heard = new Heard();
        journal.listener(heard);
        Map<Integer, Long> positions = new TreeMap<>();
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            positions.put(lane, appendEach(actorsIn(lane, 1).get(0), "1"));
            journal.requestSync(lane);
        }

        positions.forEach((lane, position) -> await("the listener, lane " + lane, () -> heard.reached(lane, position)));

        assertThat(heard.failures).isEmpty();
    }

    @Test
    void shouldTakeAppendsInAllLanesAtFirst() {
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            assertThat(journal.failure(lane)).isNull();
        }
    }

    @Test
    void shouldKeepEverythingWhenItIsReopened() {
        List<Line> expected;
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "1");
            EventBatch batch = emptyBatch();
            batch.metadata(utf8("trace"));
            batch.add(TYPE, utf8("2"));
            batch.add(TYPE, utf8("3"));
            journal.append(stream, 2, batch);
            appendNote(stream, "note");
            expected = replay(ACTOR).lines();
        }

        reopen();

        assertThat(expected).hasSize(4);
        assertThat(replay(ACTOR).lines()).isEqualTo(expected);
        assertThat(readAll(journal.lane(ACTOR)).lines()).isEqualTo(expected);
    }

    @Test
    void shouldHaveAHigherEpochAfterEveryOpening() {
        List<Long> epochs = new ArrayList<>();
        for (int opening = 0; opening < 5; opening++) {
            epochs.add(journal.epoch());
            appendEach(ACTOR, "x");
            reopen();
        }
        epochs.add(journal.epoch());

        assertThat(epochs).isSorted().doesNotHaveDuplicates();
        assertThat(replay(ACTOR).lines())
                .extracting(line -> line.place().epoch())
                .isEqualTo(epochs.subList(0, 5));
    }

    @Test
    void shouldHaveAHigherEpochThoughNothingWasAppended() {
        long before = journal.epoch();

        reopen();
        reopen();

        assertThat(journal.epoch()).isGreaterThan(before);
    }

    @Test
    void shouldGoOnWhereAClosedStreamEnded() {
        long position = appendEach(ACTOR, "1", "2");

        try (EventStream stream = journal.open(ACTOR)) {
            assertThat(stream.lastSequenceNumber()).isEqualTo(2);
            assertThat(stream.lastPosition()).isEqualTo(position);
            append(stream, "3");
        }

        assertThat(replay(ACTOR).numbers()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void shouldFindTheEndOfAHistoryAfterReopening() {
        long position;
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "1", "2", "3");
            position = appendNote(stream, "note");
        }

        reopen();

        try (EventStream stream = journal.open(ACTOR)) {
            assertThat(stream.lastSequenceNumber()).isEqualTo(3);
            assertThat(stream.lastPosition()).isEqualTo(position);
            assertThat(append(stream, "4")).isGreaterThan(position);
        }
        assertThat(replay(ACTOR).outline()).containsExactly("e1", "e2", "e3", "n3", "e4");
    }

    @Test
    void shouldStillRefuseATakenNumberAfterReopening() {
        appendEach(ACTOR, "1", "2");

        reopen();

        try (EventStream stream = journal.open(ACTOR)) {
            assertThatThrownBy(() -> journal.append(stream, 2, batchOf("x")))
                    .isInstanceOf(SequenceConflictException.class);
        }
        assertThat(replay(ACTOR).payloads()).isEqualTo(utf8s("1", "2"));
    }

    /** Otherwise an actor that was recovered would wait for its last event for ever. */
    @Test
    void shouldCountWhatAnEarlierOpeningLeftAsDurable() {
        long position = appendEach(ACTOR, "1", "2");

        reopen();

        int lane = journal.lane(ACTOR);
        assertThat(journal.durablePosition(lane)).isGreaterThanOrEqualTo(position);
    }

    @Test
    void shouldFindTheEndsOfManyHistoriesAfterReopening() {
        int actorCount = 1_000;
        for (int i = 0; i < actorCount; i++) {
            String[] texts = LongStream.rangeClosed(1, 1 + i % 3)
                    .mapToObj(Long::toString)
                    .toArray(String[]::new);
            appendEach(actor("many-" + i), texts);
        }

        reopen();

        for (int i = 0; i < actorCount; i++) {
            try (EventStream stream = journal.open(actor("many-" + i))) {
                assertThat(stream.lastSequenceNumber()).as("actor %d", i).isEqualTo(1 + i % 3);
            }
        }
        assertThat(replay(actor("many-998")).payloads()).isEqualTo(utf8s("1", "2", "3"));
    }

    @Test
    void shouldStayUsableOverManyOpenings() {
        for (int opening = 1; opening <= 10; opening++) {
            appendEach(ACTOR, "of opening " + opening);
            reopen();
        }

        assertThat(replay(ACTOR).numbers())
                .isEqualTo(LongStream.rangeClosed(1, 10).boxed().toList());
    }

    @Test
    void shouldCloseAStreamTwice() {
        EventStream stream = journal.open(ACTOR);
        append(stream, "1");
        stream.close();
        stream.close();

        assertThat(appendEach(ACTOR, "2")).isPositive();
    }

    @Test
    void shouldCloseTwice() {
        appendEach(ACTOR, "1");
        journal.close();
        journal.close();

        journal = openJournal();
        assertThat(replay(ACTOR).payloads()).isEqualTo(utf8s("1"));
    }

    @Test
    void shouldLeaveALaterOpeningAloneWhenClosedTwice() {
        EventJournal first = journal;
        first.close();
        journal = openJournal();
        first.close();

        appendEach(ACTOR, "1");
        assertThat(replay(ACTOR).payloads()).isEqualTo(utf8s("1"));
    }

    @Test
    void shouldRefuseEverythingOnceItIsClosed() {
        EventStream stream = journal.open(ACTOR);
        append(stream, "1");
        EventBatch batch = batchOf("2");
        journal.close();

        assertThatThrownBy(() -> journal.append(stream, 2, batch)).isInstanceOf(JournalException.class);
        assertThatThrownBy(() -> journal.open(ACTOR)).isInstanceOf(JournalException.class);
        assertThatThrownBy(() -> replay(ACTOR)).isInstanceOf(JournalException.class);
        assertThatThrownBy(() -> readAll(0)).isInstanceOf(JournalException.class);

        stream.close();
        journal = openJournal();
        assertThat(replay(ACTOR).payloads()).isEqualTo(utf8s("1"));
    }
}
