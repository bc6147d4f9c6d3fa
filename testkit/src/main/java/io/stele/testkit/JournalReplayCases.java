package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.EventReader;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.ReplayRequest;
import io.stele.spi.StoredEvent;
import io.stele.testkit.Transcript.Line;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Reading one actor: ranges, notes, views, readers that throw. */
abstract class JournalReplayCases extends JournalBatchCases {
    private static final PersistenceId ACTOR = actor("1");

    /** Appends the records [1] [2 3 4] [5], and notes at 1, 4 and 5. */
    private void appendHistory() {
        try (EventStream stream = journal.open(ACTOR)) {
            append(stream, "1");
            appendNote(stream, "at 1");
            append(stream, "2", "3", "4");
            appendNote(stream, "at 4");
            append(stream, "5");
            appendNote(stream, "at 5");
        }
    }

    @Test
    void shouldReplayEventsAndNotesInOrder() {
        appendHistory();

        assertThat(replay(ACTOR).outline()).containsExactly("e1", "n1", "e2", "e3", "e4", "n4", "e5", "n5");
    }

    @Test
    void shouldReplayFromANumberOn() {
        appendHistory();

        assertThat(replay(ACTOR, 5, Long.MAX_VALUE).numbers()).containsExactly(5L);
    }

    @Test
    void shouldReplayUpToANumber() {
        appendHistory();

        assertThat(replay(ACTOR, 1, 4).numbers()).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void shouldReplayASingleEvent() {
        appendHistory();

        for (long number = 1; number <= 5; number++) {
            assertThat(replay(ACTOR, number, number).payloads()).isEqualTo(utf8s(Long.toString(number)));
        }
    }

    @Test
    void shouldStartInTheMiddleOfABatch() {
        appendHistory();

        Transcript transcript = replay(ACTOR, 3, Long.MAX_VALUE);

        assertThat(transcript.outline()).containsExactly("e3", "e4", "n4", "e5", "n5");
        assertThat(transcript.events().get(0).place().batchIndex()).isEqualTo(1);
        assertThat(transcript.events().get(0).place().batchCount()).isEqualTo(3);
    }

    @Test
    void shouldEndInTheMiddleOfABatch() {
        appendHistory();

        assertThat(replay(ACTOR, 1, 3).outline()).containsExactly("e1", "n1", "e2", "e3");
        assertThat(replay(ACTOR, 3, 3).outline()).containsExactly("e3");
    }

    @Test
    void shouldReplayTheNotesBehindTheEventBeforeTheRange() {
        appendHistory();

        assertThat(replay(ACTOR, 2, 3).outline()).containsExactly("n1", "e2", "e3");
        assertThat(replay(ACTOR, 5, 5).outline()).containsExactly("n4", "e5", "n5");
        assertThat(replay(ACTOR, 6, Long.MAX_VALUE).outline()).containsExactly("n5");
    }

    @Test
    void shouldReplayNothingBeyondTheEnd() {
        appendHistory();

        assertThat(replay(ACTOR, 7, Long.MAX_VALUE).lines()).isEmpty();
        assertThat(replay(ACTOR, Long.MAX_VALUE, Long.MAX_VALUE).lines()).isEmpty();
    }

    @Test
    void shouldStopAtTheEndWhereTheRangeGoesBeyondIt() {
        appendHistory();

        assertThat(replay(ACTOR, 4, 1_000).numbers()).containsExactly(4L, 5L);
    }

    @Test
    void shouldReplayEveryRangeOfALongHistory() {
        int count = 60;
        try (EventStream stream = journal.open(ACTOR)) {
            while (stream.lastSequenceNumber() < count) {
                append(stream, texts(stream.lastSequenceNumber(), 1 + (int) stream.lastSequenceNumber() % 4));
            }
        }

        for (long from = 1; from <= count; from++) {
            for (long to = from; to <= count; to++) {
                assertThat(replay(ACTOR, from, to).numbers())
                        .as("from=%d, to=%d", from, to)
                        .isEqualTo(LongStream.rangeClosed(from, to).boxed().toList());
            }
        }
    }

    private static String[] texts(long last, int count) {
        return LongStream.rangeClosed(last + 1, last + count)
                .mapToObj(Long::toString)
                .toArray(String[]::new);
    }

    @Test
    void shouldReplayThousandsOfRecordsAmongThoseOfOthers() {
        int count = 3_000;
        List<PersistenceId> neighbours = actorsIn(0, 3);
        try (EventStream a = journal.open(neighbours.get(0));
                EventStream b = journal.open(neighbours.get(1));
                EventStream c = journal.open(neighbours.get(2))) {
            for (int i = 1; i <= count; i++) {
                append(a, "a" + i);
                append(i % 2 == 0 ? b : c, "x" + i);
            }
        }

        Transcript transcript = replay(neighbours.get(0));

        assertThat(transcript.numbers())
                .isEqualTo(LongStream.rangeClosed(1, count).boxed().toList());
        assertThat(transcript.payloads().get(count - 1)).isEqualTo(utf8("a" + count));
        assertThat(replay(neighbours.get(1)).events()).hasSize(count / 2);
        assertThat(replay(neighbours.get(2), count / 2, Long.MAX_VALUE).payloads())
                .isEqualTo(utf8s("x" + (count - 1)));
    }

    /** A hundred actors with histories of very different length that lie between each other, one of them very long. */
    private List<PersistenceId> appendManyHistories() {
        List<PersistenceId> actors = LongStream.range(0, 100)
                .mapToObj(number -> actor("many " + number))
                .toList();
        List<EventStream> streams = actors.stream().map(journal::open).toList();
        for (int i = 1; i <= 5_000; i++) {
            append(streams.get(0), "long " + i);
            EventStream other = streams.get(1 + i % 97);
            if (i % 11 == 0) {
                append(other, "x" + i, "y" + i);
            } else if (i % 13 == 0) {
                appendNote(other, "note " + i);
            } else {
                append(other, "z" + i);
            }
        }
        streams.forEach(EventStream::close);
        return actors;
    }

    @Test
    void shouldReplaySeveralActorsAsItReplaysEachOfThem() {
        List<PersistenceId> actors = appendManyHistories();
        reopen();
        appendEach(actors.get(7), "appended by the next opening");
        List<ReplayRequest> requests = new ArrayList<>();
        for (int i = 0; i < actors.size(); i++) {
            requests.add(new ReplayRequest(
                    actors.get(i), 1 + i % 3, i % 5 == 0 ? 20 + i : Long.MAX_VALUE, new Transcript()));
        }

        journal.replayAll(requests);

        for (ReplayRequest request : requests) {
            assertThat(request.failure()).isNull();
            assertThat(((Transcript) request.reader()).lines())
                    .as(request.persistenceId().encoded())
                    .isEqualTo(replay(request.persistenceId(), request.fromSequenceNumber(), request.toSequenceNumber())
                            .lines());
        }
    }

    @Test
    void shouldEndOnlyTheReplayOfSeveralWhoseReaderThrows() {
        List<PersistenceId> actors = appendManyHistories();
        IllegalStateException thrown = new IllegalStateException("thrown by the reader");
        List<ReplayRequest> requests = new ArrayList<>();
        List<Long> seen = new ArrayList<>();
        for (PersistenceId id : actors) {
            boolean throwing = requests.size() == 5;
            requests.add(new ReplayRequest(
                    id, 1, Long.MAX_VALUE, throwing ? throwingAt(3, seen, thrown) : new Transcript()));
        }

        journal.replayAll(requests);

        assertThat(seen).containsExactly(1L, 2L, 3L);
        assertThat(requests.get(5).failure()).isSameAs(thrown);
        requests.remove(5);
        for (ReplayRequest request : requests) {
            assertThat(request.failure()).isNull();
            assertThat(((Transcript) request.reader()).lines())
                    .as(request.persistenceId().encoded())
                    .isEqualTo(replay(request.persistenceId()).lines());
        }
    }

    private static EventReader throwingAt(long number, List<Long> seen, RuntimeException thrown) {
        return event -> {
            seen.add(event.sequenceNumber());
            if (event.sequenceNumber() == number) {
                throw thrown;
            }
        };
    }

    @Test
    void shouldKeepActorsOfOneLaneApart() {
        List<PersistenceId> neighbours = actorsIn(1, 2);
        appendEach(neighbours.get(0), "a1", "a2");
        appendEach(neighbours.get(1), "b1");
        appendEach(neighbours.get(0), "a3");

        assertThat(replay(neighbours.get(0)).payloads()).isEqualTo(utf8s("a1", "a2", "a3"));
        assertThat(replay(neighbours.get(1)).payloads()).isEqualTo(utf8s("b1"));
    }

    @Test
    void shouldPassOnWhatAReaderThrowsAndGoOnWorking() {
        appendHistory();
        List<Long> seen = new ArrayList<>();
        IllegalStateException thrown = new IllegalStateException("thrown by the reader");

        assertThatThrownBy(() -> journal.replay(ACTOR, 1, Long.MAX_VALUE, event -> {
                    seen.add(event.sequenceNumber());
                    if (event.sequenceNumber() == 3) {
                        throw thrown;
                    }
                }))
                .isSameAs(thrown);

        assertThat(seen).containsExactly(1L, 2L, 3L);
        assertThat(journal.failure(journal.lane(ACTOR))).isNull();
        appendEach(ACTOR, "6");
        assertThat(replay(ACTOR).numbers()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void shouldPassOnWhatAReaderOfNotesThrows() {
        appendHistory();
        IllegalStateException thrown = new IllegalStateException("thrown by the reader");

        assertThatThrownBy(() -> journal.replay(ACTOR, 1, Long.MAX_VALUE, new EventReader() {
                    @Override
                    public void onEvent(StoredEvent event) {}

                    @Override
                    public void onNote(StoredEvent note) {
                        throw thrown;
                    }
                }))
                .isSameAs(thrown);

        assertThat(replay(ACTOR).outline()).hasSize(8);
    }

    @Test
    void shouldHandOutReadOnlyLittleEndianViews() {
        appendHistory();
        List<ByteBuffer> views = new ArrayList<>();

        journal.replay(ACTOR, 1, Long.MAX_VALUE, event -> {
            views.add(event.payload());
            views.add(event.metadata());
        });

        assertThat(views).hasSize(10).allSatisfy(view -> {
            assertThat(view.isReadOnly()).isTrue();
            assertThat(view.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        });
    }

    @Test
    void shouldNotMindWhatAReaderDoesToItsViews() {
        appendHistory();
        List<ByteBuffer> first = new ArrayList<>();

        journal.replay(ACTOR, 1, Long.MAX_VALUE, event -> {
            ByteBuffer payload = event.payload();
            first.add(ByteBuffer.wrap(new byte[] {payload.get(payload.position())}));
            payload.limit(payload.position()).order(ByteOrder.BIG_ENDIAN);
            event.metadata().position(event.metadata().limit());
        });

        assertThat(first).isEqualTo(utf8s("1", "2", "3", "4", "5"));
    }

    @Test
    void shouldReplayInsideAReplay() {
        appendHistory();
        appendEach(actor("other"), "a", "b");
        List<String> seen = new ArrayList<>();

        journal.replay(ACTOR, 1, 2, event -> {
            Transcript inner = replay(actor("other"));
            seen.add(event.sequenceNumber() + ":" + inner.numbers() + ":"
                    + event.payload().remaining());
        });

        assertThat(seen).containsExactly("1:[1, 2]:1", "2:[1, 2]:1");
    }

    @Test
    void shouldTakeAppendsFromInsideAReplay() {
        appendHistory();
        try (EventStream view = journal.open(actorsIn(journal.lane(ACTOR), 1).get(0))) {
            journal.replay(ACTOR, 1, 5, event -> append(view, "seen " + event.sequenceNumber()));

            assertThat(replay(view.persistenceId()).payloads())
                    .isEqualTo(utf8s("seen 1", "seen 2", "seen 3", "seen 4", "seen 5"));
        }
    }

    @Test
    void shouldShowAnEventAsSoonAsItIsAppended() {
        try (EventStream stream = journal.open(ACTOR)) {
            for (int i = 1; i <= 50; i++) {
                append(stream, "x");
                assertThat(replay(ACTOR, i, i).lines()).as("event %d", i).hasSize(1);
            }
        }
    }

    @Test
    void shouldStampEventsWithTheEpochOfThisOpening() {
        appendHistory();

        assertThat(journal.epoch()).isPositive();
        assertThat(replay(ACTOR).lines())
                .extracting(Line::place)
                .extracting(Line.Place::epoch)
                .containsOnly(journal.epoch());
    }
}
