package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.codec.RecordCodec;
import io.stele.codec.StoredName;
import io.stele.spi.Durability;
import io.stele.spi.HistoryCompactedException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.StoredType;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemorySnapshotStore;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of snapshots when the class of the state changes, and when the events are no longer there to make up for them. */
final class EvolvedSnapshotTest {
    private static final PersistenceId A = new PersistenceId("tally", "a");

    private InMemoryJournal journal = InMemoryJournal.open();
    private final InMemorySnapshotStore snapshots = InMemorySnapshotStore.open();
    private @Nullable ActorSystem system;

    record Add(long amount) implements Command<Long> {}

    record Added(long amount) {}

    /** The state as the first program knew it. */
    @StoredName("tally-state")
    record Sum(long sum) {}

    /** The state of the second program: the count is new, and only the events know it. */
    @StoredName("tally-state")
    record SumAndCount(long sum, long count) {}

    /** A third one, which cannot read what the first has written. */
    @StoredName("tally-state")
    record Flag(boolean sum) {}

    abstract static class Tally<S> extends PersistentActor<Added, S> {
        final List<Long> applied = new CopyOnWriteArrayList<>();

        Tally() {
            super("tally");
        }

        abstract S add(S state, long amount);

        abstract long answer(S state);

        @Override
        protected void commands(CommandHandlers<Added, S> on) {
            on.on(Add.class, (state, add) -> persist(new Added(add.amount())).thenReply(this::answer));
        }

        @Override
        protected S onEvent(S state, Added added) {
            applied.add(added.amount());
            return add(state, added.amount());
        }

        @Override
        protected List<Class<?>> storedTypes() {
            return List.of(Added.class, initialState().getClass());
        }

        @Override
        protected int snapshotEvery() {
            return 2;
        }
    }

    static final class First extends Tally<Sum> {
        @Override
        protected Sum initialState() {
            return new Sum(0);
        }

        @Override
        Sum add(Sum state, long amount) {
            return new Sum(state.sum() + amount);
        }

        @Override
        long answer(Sum state) {
            return state.sum();
        }
    }

    static final class Second extends Tally<SumAndCount> {
        private final boolean usesEvolved;

        Second(boolean usesEvolved) {
            this.usesEvolved = usesEvolved;
        }

        @Override
        protected SumAndCount initialState() {
            return new SumAndCount(0, 0);
        }

        @Override
        SumAndCount add(SumAndCount state, long amount) {
            return new SumAndCount(state.sum() + amount, state.count() + 1);
        }

        @Override
        long answer(SumAndCount state) {
            return state.sum() * 1_000 + state.count();
        }

        @Override
        protected boolean usesEvolvedSnapshots() {
            return usesEvolved;
        }
    }

    static final class Third extends Tally<Flag> {
        @Override
        protected Flag initialState() {
            return new Flag(false);
        }

        @Override
        Flag add(Flag state, long amount) {
            return new Flag(true);
        }

        @Override
        long answer(Flag state) {
            return state.sum() ? 1 : 0;
        }
    }

    /** Ends the program that runs, and starts the next one on what it has left. */
    private void start(Tally<?> actor) {
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

    private CompletionStage<Long> add(Class<? extends PersistentActor<?, ?>> type, long amount) {
        assert system != null : "started";
        return system.entity(type, "a").ask(new Add(amount));
    }

    /** The first program adds 1, 2, 3, 4, 5, and leaves snapshots at 2 and 4. */
    private void runFirst() {
        start(new First());
        for (long amount = 1; amount <= 5; amount++) {
            await(add(First.class, amount));
            long sequenceNumber = amount - amount % 2;
            eventually(
                    "snapshot " + sequenceNumber,
                    () -> sequenceNumber == 0 || snapshots.sequenceNumbers(A).contains(sequenceNumber));
        }
    }

    @AfterEach
    void close() {
        if (system != null) {
            system.close();
        }
        journal.close();
    }

    @Test
    void shouldTellTheShapeOfTheStateInEverySnapshot() {
        runFirst();

        Snapshot snapshot = snapshots.load(A, 4).orElseThrow();

        assertThat(snapshot.schemaFingerprint())
                .isNotZero()
                .isEqualTo(RecordCodec.of(Sum.class).fingerprint(new StoredType("tally-state", 1)));
    }

    @Test
    void shouldStartFromASnapshotOfTheSameShape() {
        runFirst();
        First again = new First();
        start(again);

        assertThat(await(add(First.class, 6))).isEqualTo(21);
        assertThat(again.applied).containsExactly(5L, 6L);
    }

    @Test
    void shouldReplayWhatTheCodecCannotKnow() {
        runFirst();
        Second second = new Second(false);
        start(second);

        assertThat(await(add(Second.class, 6))).as("six events were counted").isEqualTo(21_006);
        assertThat(second.applied).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void shouldReadAnotherShapeByRuleIfTheActorSaysSo() {
        runFirst();
        Second second = new Second(true);
        start(second);

        assertThat(await(add(Second.class, 6))).as("two events were counted").isEqualTo(21_002);
        assertThat(second.applied).containsExactly(5L, 6L);
    }

    @Test
    void shouldReadAnotherShapeByRuleWhereTheEventsWereCompacted() {
        runFirst();
        journal.compactBelow(A, 5);
        Second second = new Second(false);
        start(second);

        assertThat(await(add(Second.class, 6))).isEqualTo(21_002);
        assertThat(second.applied).containsExactly(5L, 6L);
    }

    @Test
    void shouldRefuseWhenTheJournalWasCompactedBeyondEveryUsableSnapshot() {
        runFirst();
        journal.compactBelow(A, 5);
        start(new Third());

        ActorFailedException refused = failure(add(Third.class, 6), ActorFailedException.class);

        assertThat(refused)
                .hasCauseInstanceOf(HistoryCompactedException.class)
                .hasMessageContainingAll("persistenceId=tally/a", "fromSequenceNumber=1", "firstSequenceNumber=5");
    }

    @Test
    @Fault("F21")
    void shouldRefuseWhenTheSnapshotThatCompactionReliedOnIsDamagedOrGone() {
        runFirst();
        journal.compactBelow(A, 5);
        snapshots.damage(A, 4);
        start(new First());
        assertThat(failure(add(First.class, 6), ActorFailedException.class))
                .as("the older one does not reach far enough")
                .hasCauseInstanceOf(HistoryCompactedException.class)
                .hasMessageContainingAll("fromSequenceNumber=3", "firstSequenceNumber=5");

        snapshots.prune(A, 0);

        assertThat(failure(add(First.class, 6), ActorFailedException.class))
                .hasCauseInstanceOf(HistoryCompactedException.class)
                .hasMessageContainingAll("fromSequenceNumber=1", "firstSequenceNumber=5");
    }
}
