package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.codec.RecordCodec;
import io.stele.codec.StoredName;
import io.stele.recovery.FixedSnapshots;
import io.stele.recovery.HashPoint;
import io.stele.recovery.ReplayVerdict;
import io.stele.recovery.StateMismatchException;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.Durability;
import io.stele.spi.EventReader;
import io.stele.spi.HistoryCompactedException;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredEvent;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemorySnapshotStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hashes of states stand in the journal, and tell when handlers no longer make of the events what they once did. */
final class StateHashTest {
    private static final PersistenceId A = new PersistenceId("jar", "a");

    private final InMemorySnapshotStore snapshots = InMemorySnapshotStore.open();
    private InMemoryJournal journal = InMemoryJournal.open();
    private @Nullable ActorSystem system;

    record Fill(List<Put> puts) implements Command<Done> {}

    record Put(String kind, long count) {}

    /** A map without an order: equal jars must have equal hashes all the same. */
    record Jar(Map<String, Long> counts) {
        Jar with(String kind, long count) {
            Map<String, Long> next = new HashMap<>(counts);
            next.merge(kind, count, Long::sum);
            return new Jar(next);
        }
    }

    @StoredName(value = "jar", version = 2)
    record NextJar(Map<String, Long> counts) {}

    private static class Shelf<S> extends PersistentActor<Put, S> {
        private final S initial;
        private final BiFunction<S, Put, S> handler;
        private final StateHashCheck check;
        int snapshotEvery;

        Shelf(S initial, BiFunction<S, Put, S> handler, StateHashCheck check) {
            super("jar");
            this.initial = initial;
            this.handler = handler;
            this.check = check;
        }

        @Override
        protected S initialState() {
            return initial;
        }

        @Override
        protected void commands(CommandHandlers<Put, S> on) {
            on.on(Fill.class, (jar, fill) -> persistAll(fill.puts()));
        }

        @Override
        protected S onEvent(S jar, Put put) {
            return handler.apply(jar, put);
        }

        @Override
        protected List<Class<?>> storedTypes() {
            return List.of(Put.class, initial.getClass());
        }

        @Override
        protected int snapshotEvery() {
            return snapshotEvery;
        }

        @Override
        protected int stateHashEvery() {
            return 10;
        }

        @Override
        protected StateHashCheck stateHashCheck() {
            return check;
        }
    }

    private static Shelf<Jar> shelf(BiFunction<Jar, Put, Jar> handler) {
        return new Shelf<>(new Jar(Map.of()), handler, StateHashCheck.REFUSE);
    }

    private static Jar honest(Jar jar, Put put) {
        return jar.with(put.kind(), put.count());
    }

    /** Gives another answer from the 25th event on. */
    private static Jar changed(Jar jar, Put put) {
        return put.kind().equals("kind 24") ? jar.with(put.kind(), 2) : honest(jar, put);
    }

    private void start(Shelf<?> actor) {
        if (system != null) {
            system.close();
            journal = journal.crash(Durability.PROCESS_CRASH);
        }
        system = ActorSystem.builder()
                .journal(journal)
                .snapshots(snapshots)
                .codec(RecordCodec.of())
                .workerCount(1)
                .build();
        system.register(actor);
    }

    private CompletionStage<Done> fill(Put... puts) {
        assert system != null : "started";
        @SuppressWarnings("unchecked")
        Class<? extends PersistentActor<?, ?>> type = (Class<? extends PersistentActor<?, ?>>) (Class<?>) Shelf.class;
        return system.entity(type, "a").ask(new Fill(List.of(puts)));
    }

    /** Stores events of kinds 0, 1, 2 …, and waits for every hash that is due. */
    private void fillJar(int count) {
        for (int i = 0; i < count; i++) {
            await(fill(new Put("kind " + i, 1)));
            long due = (i + 1L) / 10;
            eventually("hash " + due, () -> hashes().size() == due);
            eventually("snapshots are saved", () -> isQuiet(system));
        }
    }

    private static boolean isQuiet(@Nullable ActorSystem running) {
        assert running != null : "started";
        return running.persistence().snapshotter().askedCount() == running.snapshotsSaved();
    }

    private List<Long> hashes() {
        List<Long> found = new ArrayList<>();
        journal.replay(A, 1, Long.MAX_VALUE, new EventReader() {
            @Override
            public void onEvent(StoredEvent event) {
                // only notes are looked for
            }

            @Override
            public void onNote(StoredEvent note) {
                HashPoint point = HashPoint.find(note.metadata());
                if (point != null) {
                    assertThat(note.sequenceNumber()).isGreaterThanOrEqualTo(point.sequenceNumber());
                    found.add(point.sequenceNumber());
                }
            }
        });
        return found;
    }

    private int settledInOnePass;

    private ReplayVerdict check(Shelf<?> actor, SnapshotStore store) {
        HistoryCheck check = new HistoryCheck(journal, store, RecordCodec.of());
        check.register(actor);
        ReplayVerdict verdict = check.check(A);
        RunningCheck running = check.begin(A);
        journal.replay(A, 1, Long.MAX_VALUE, running);
        if (verdict.agrees()) {
            assertThat(running.verdict()).as("in one pass").isIn(verdict, null);
        } else {
            assertThat(running.verdict()).as("in one pass").isNull();
        }
        settledInOnePass += running.verdict() == null ? 0 : 1;
        return verdict;
    }

    @AfterEach
    void close() {
        if (system != null) {
            system.close();
        }
        journal.close();
    }

    @Test
    void shouldKeepAHashEverySoManyEvents() {
        start(shelf(StateHashTest::honest));

        fillJar(35);

        assertThat(hashes()).containsExactly(10L, 20L, 30L);
    }

    @Test
    void shouldKeepTheHashOfTheEndOfABatch() {
        start(shelf(StateHashTest::honest));
        Put[] puts = new Put[13];
        Arrays.fill(puts, new Put("many", 1));
        await(fill(puts));
        eventually("hash", () -> hashes().size() == 1);

        start(shelf(StateHashTest::honest));
        await(fill(new Put("one", 1)));

        assertThat(hashes()).containsExactly(13L);
        assertThat(check(shelf(StateHashTest::honest), snapshots).comparedCount())
                .isEqualTo(1);
    }

    @Test
    void shouldRecoverWhenHandlersAgree() {
        start(shelf(StateHashTest::honest));
        fillJar(35);

        start(shelf(StateHashTest::honest));

        await(fill(new Put("more", 1)));
        assertThat(check(shelf(StateHashTest::honest), snapshots))
                .isEqualTo(new ReplayVerdict(A, 36, 0, 3, 0, 30, null))
                .matches(ReplayVerdict::agrees);
        assertThat(settledInOnePass).isEqualTo(1);
    }

    @Test
    void shouldRefuseAnActorWhoseHandlerWasChanged() {
        start(shelf(StateHashTest::honest));
        fillJar(35);

        start(shelf(StateHashTest::changed));

        ActorFailedException refused = failure(fill(new Put("more", 1)), ActorFailedException.class);
        assertThat(refused)
                .hasCauseInstanceOf(StateMismatchException.class)
                .hasMessageContainingAll("persistenceId=jar/a", "sequenceNumber=30", "sequenceNumberAgreeing=20");
    }

    @Test
    void shouldGoOnIfToldSo() {
        for (StateHashCheck check : List.of(StateHashCheck.WARN, StateHashCheck.OFF)) {
            start(shelf(StateHashTest::honest));
            fillJar(hashes().isEmpty() ? 35 : 0);

            start(new Shelf<>(new Jar(Map.of()), StateHashTest::changed, check));

            await(fill());
            assertThat(hashes()).as("%s", check).containsExactly(10L, 20L, 30L);
        }
    }

    @Test
    void shouldNotCompareStatesOfAnotherShape() {
        start(shelf(StateHashTest::honest));
        fillJar(35);
        BiFunction<NextJar, Put, NextJar> handler = (jar, put) -> new NextJar(Map.of(put.kind(), 1L));

        Shelf<NextJar> next = new Shelf<>(new NextJar(Map.of()), handler, StateHashCheck.REFUSE);
        start(next);

        await(fill(new Put("more", 1)));
        assertThat(check(next, snapshots)).isEqualTo(new ReplayVerdict(A, 36, 0, 0, 3, 0, null));
    }

    @Test
    void shouldSayBetweenWhichEventsHandlersAndHistoryPart() {
        start(shelf(StateHashTest::honest));
        fillJar(35);

        ReplayVerdict verdict = check(shelf(StateHashTest::changed), snapshots);

        assertThat(verdict.agrees()).isFalse();
        assertThat(verdict.agreeing()).isEqualTo(20);
        assertThat(verdict.disagreement())
                .returns(30L, ReplayVerdict.Disagreement::sequenceNumber)
                .returns(0L, ReplayVerdict.Disagreement::unstable);
        assertThat(verdict.report()).contains("is one of 21 to 30", "hash in the journal", "persistenceId=jar/a");
    }

    @Test
    void shouldNarrowDownWithSnapshots() {
        Shelf<Jar> actor = shelf(StateHashTest::honest);
        actor.snapshotEvery = 7;
        start(actor);
        fillJar(35);
        assertThat(snapshots.sequenceNumbers(A)).containsExactly(35L, 28L);

        ReplayVerdict verdict = check(shelf(StateHashTest::changed), snapshots);

        assertThat(verdict.report()).contains("is one of 21 to 28", "reason=snapshot");
        assertThat(check(shelf(StateHashTest::honest), snapshots).comparedCount())
                .isEqualTo(5);
    }

    @Test
    void shouldNameTheEventThatAHandlerAnswersInTwoWays() {
        start(shelf(StateHashTest::honest));
        fillJar(35);
        AtomicLong clock = new AtomicLong();

        ReplayVerdict verdict = check(
                shelf((jar, put) -> put.kind().equals("kind 24")
                        ? jar.with(put.kind(), clock.incrementAndGet() + 7)
                        : honest(jar, put)),
                snapshots);

        assertThat(verdict.disagreement())
                .returns(30L, ReplayVerdict.Disagreement::sequenceNumber)
                .returns(25L, ReplayVerdict.Disagreement::unstable);
        assertThat(verdict.report()).contains("an event that its handler answers in two ways is 25");
    }

    @Test
    void shouldRefuseAnActorThatReadsAClock() {
        AtomicLong clock = new AtomicLong();
        BiFunction<Jar, Put, Jar> reading = (jar, put) -> jar.with("read at", clock.incrementAndGet());
        start(shelf(reading));
        fillJar(12);

        start(shelf(reading));

        assertThat(failure(fill(new Put("more", 1)), ActorFailedException.class))
                .hasCauseInstanceOf(StateMismatchException.class)
                .hasMessageContainingAll("sequenceNumber=10", "sequenceNumberAgreeing=0");
    }

    @Test
    void shouldNameTheEventThatAHandlerThrowsAt() {
        start(shelf(StateHashTest::honest));
        fillJar(35);

        ReplayVerdict verdict = check(
                shelf((jar, put) -> {
                    if (put.kind().equals("kind 24")) {
                        throw new IllegalStateException("no such kind");
                    }
                    return honest(jar, put);
                }),
                snapshots);

        assertThat(verdict.disagreement()).returns(25L, ReplayVerdict.Disagreement::sequenceNumber);
        assertThat(verdict.report()).contains("handler threw java.lang.IllegalStateException: no such kind");
    }

    @Test
    void shouldCheckWhatACompactionHasLeft() {
        Shelf<Jar> actor = shelf(StateHashTest::honest);
        actor.snapshotEvery = 12;
        start(actor);
        fillJar(35);
        assertThat(snapshots.sequenceNumbers(A)).containsExactly(24L, 12L);
        journal.compactBelow(A, 20);

        ReplayVerdict verdict = check(shelf(StateHashTest::honest), snapshots);

        assertThat(verdict.agrees()).isTrue();
        assertThat(verdict.startedFrom()).isEqualTo(24);
        assertThat(verdict.comparedCount()).as("the hash at 30").isEqualTo(1);
        assertThat(verdict.incomparableCount()).as("those before the start").isPositive();
        assertThatThrownBy(() -> check(shelf(StateHashTest::honest), FixedSnapshots.of()))
                .isInstanceOf(HistoryCompactedException.class);
    }

    @Test
    void shouldKeepTheLayoutOfAHashForEver() {
        ByteBuffer metadata = new HashPoint(0x0102L, 0x0304L, -2).toMetadata();

        byte[] bytes = new byte[metadata.remaining()];
        metadata.duplicate().get(bytes);
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("061800" + "0201000000000000" + "0403000000000000" + "feffffffffffffff");
        assertThat(HashPoint.find(metadata)).isEqualTo(new HashPoint(0x0102L, 0x0304L, -2));
        ByteBuffer wrong = ByteBuffer.allocate(64);
        RecordMetadata.put(wrong, RecordMetadata.STATE_HASH, "short");
        assertThatThrownBy(() -> HashPoint.find(wrong.flip())).isInstanceOf(CorruptJournalException.class);
    }
}
