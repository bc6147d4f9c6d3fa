package io.stele.actortestkit;

import io.stele.codec.RecordCodec;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.EntityRef;
import io.stele.runtime.PersistentActor;
import io.stele.runtime.SeededTurns;
import io.stele.runtime.SnapshotPolicy;
import io.stele.spi.Durability;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.testkit.InMemoryIndexStore;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemorySnapshotStore;
import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One persistent actor under test: what has happened to it, what it is told, what comes of that.
 *
 * <pre>
 *   ActorScenario.of(new BankAccount())
 *           .given(new Deposited(500))
 *           .when(new Withdraw(null, 200))
 *           .thenEvents(new Withdrawn(200))
 *           .thenReply(new Balance(300, 2))
 *           .thenState(new Account(300, 2));
 * </pre>
 *
 * <p>The actor runs in a system of its own, on a journal in memory. Events and states go through the codec every time. After every
 * command the history is replayed from its beginning, and again from every snapshot that was taken on the way; unless all of them
 * come to the state that the living actor has, the step fails, whatever it is asked for. So an event handler that depends on
 * anything but state and event is found out, and so is a value that does not come back as it was stored.
 *
 * <h2>Threads</h2>
 * Everything runs on the thread of the test, and time stands still until {@link #clock()} is moved. Nothing needs closing.
 *
 * @param <E> events
 * @param <S> state
 */
public final class ActorScenario<E, S> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long SEED = 1;

    final PersistentActor<E, S> actor;
    final PersistenceId persistenceId;
    final RecordCodec codec = RecordCodec.of();
    KeptSnapshots snapshots = new KeptSnapshots(InMemorySnapshotStore.open());
    private final ManualClock clock = ManualClock.start();
    private InMemoryJournal journal = InMemoryJournal.open();
    private InMemoryIndexStore index = InMemoryIndexStore.open();
    private SeededTurns turns = SeededTurns.of(SEED);
    private ActorSystem system;
    private boolean begun;

    private ActorScenario(PersistentActor<E, S> actor) {
        this.actor = actor;
        persistenceId = new PersistenceId(actor.entityType(), "scenario");
        system = start();
    }

    /**
     * Starts with an actor to which nothing has happened yet. Its id is {@code scenario}.
     *
     * @param <E> events
     * @param <S> state
     */
    public static <E, S> ActorScenario<E, S> of(PersistentActor<E, S> actor) {
        return new ActorScenario<>(actor);
    }

    private ActorSystem start() {
        ActorSystem started = ActorSystem.builder()
                .journal(journal)
                .snapshots(snapshots)
                .index(index)
                .codec(codec)
                .clock(clock)
                .turns(turns)
                .snapshotPolicy(SnapshotPolicy.every(1))
                .build();
        started.register(actor);
        return started;
    }

    /**
     * Lets these events have happened, each by a command of its own.
     *
     * @throws IllegalStateException if a command was given before
     */
    @SafeVarargs
    public final ActorScenario<E, S> given(E... events) {
        if (begun) {
            throw new IllegalStateException("what is given comes before the first command");
        }
        EventBatch batch = journal.newBatch();
        try (EventStream stream = journal.open(persistenceId)) {
            for (E event : events) {
                batch.begin(clock.epochMs());
                batch.add(codec, event);
                journal.append(stream, stream.lastSequenceNumber() + 1, batch);
            }
        }
        journal.syncAll();
        return this;
    }

    /**
     * Gives the actor a command, and carries out everything that follows from it.
     *
     * @param <R> its reply
     * @throws AssertionError if there is no reply within ten seconds, or a replay comes to another state than the actor has
     */
    public <R> Outcome<E, S, R> when(Command<R> command) {
        begun = true;
        long before = lastSequenceNumber();
        CompletableFuture<R> reply = ref().ask(command).toCompletableFuture();
        await(reply, command);
        return Outcome.of(this, command.toString(), before, reply);
    }

    /** Lets time pass, and carries out what is due by then. The outcome has no reply. */
    public Outcome<E, S, Void> whenTimePasses(Duration duration) {
        begun = true;
        long before = lastSequenceNumber();
        clock.advance(duration);
        turns.tick();
        return Outcome.of(this, duration + " pass", before, CompletableFuture.completedFuture(null));
    }

    /**
     * Kills the system, and starts another on what that leaves. {@link Durability#POWER_LOSS} leaves less than
     * {@link Durability#PROCESS_CRASH}.
     */
    public ActorScenario<E, S> crash(Durability survives) {
        begun = true;
        journal = journal.crash(survives);
        snapshots = new KeptSnapshots(snapshots.store().crash(survives));
        index = index.crash();
        turns = SeededTurns.of(SEED);
        system = start();
        turns.tick();
        return this;
    }

    /** Lets the next append fail: its command learns that the outcome is unknown, and the lane takes no more until a {@link #crash}. */
    public ActorScenario<E, S> failNextAppend() {
        journal.failAppendAt(1);
        return this;
    }

    /** Returns the clock that the actor sees. */
    public ManualClock clock() {
        return clock;
    }

    /** Returns the journal, which takes faults: see {@link InMemoryJournal}. Another one after a crash. */
    public InMemoryJournal journal() {
        return journal;
    }

    /** Returns where snapshots go, which takes faults: see {@link InMemorySnapshotStore}. Another one after a crash. */
    public InMemorySnapshotStore snapshots() {
        return snapshots.store();
    }

    /** Returns the system that the actor lives in. Another one after a crash. */
    public ActorSystem system() {
        return system;
    }

    /** Returns the actor's address. Another one after a crash. */
    @SuppressWarnings("unchecked")
    public EntityRef ref() {
        return system.entity((Class<? extends PersistentActor<?, ?>>) actor.getClass(), persistenceId.entityId());
    }

    /** Carries out whatever is ready: for what the test has sent to actors itself. */
    public ActorScenario<E, S> run() {
        turns.runUntilIdle();
        return this;
    }

    long lastSequenceNumber() {
        long[] last = {0};
        journal.replay(persistenceId, 1, Long.MAX_VALUE, stored -> last[0] = stored.sequenceNumber());
        return last[0];
    }

    private void await(CompletionStage<?> reply, Command<?> command) {
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        turns.runUntilIdle();
        while (!reply.toCompletableFuture().isDone()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new AssertionError(
                        "no reply within " + PATIENCE + ", was the command put back? command=" + command);
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
            turns.runUntilIdle();
        }
        turns.runUntilIdle();
    }
}
