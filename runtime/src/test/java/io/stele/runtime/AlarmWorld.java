package io.stele.runtime;

import io.stele.codec.RecordCodec;
import io.stele.spi.Durability;
import io.stele.spi.PersistenceId;
import io.stele.testkit.InMemoryIndexStore;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemorySnapshotStore;
import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A system of alarms that runs by turns, on stores in memory, and crashes when it is told to. */
final class AlarmWorld {
    final ManualClock clock = ManualClock.start();
    InMemoryJournal journal = InMemoryJournal.open();
    InMemorySnapshotStore snapshots = InMemorySnapshotStore.open();
    InMemoryIndexStore index = InMemoryIndexStore.open();
    private final int snapshotEvery;
    private final long seed;
    SeededTurns turns;
    ActorSystem system;
    Alarm alarm;

    AlarmWorld(int snapshotEvery, long seed) {
        this.snapshotEvery = snapshotEvery;
        this.seed = seed;
        alarm = new Alarm(snapshotEvery);
        turns = SeededTurns.of(seed);
        system = start();
        register();
    }

    AlarmWorld() {
        this(0, 1);
    }

    private ActorSystem start() {
        turns = SeededTurns.of(seed);
        return ActorSystem.builder()
                .journal(journal)
                .snapshots(snapshots)
                .index(index)
                .codec(RecordCodec.of())
                .clock(clock)
                .turns(turns)
                .build();
    }

    void register() {
        alarm = new Alarm(snapshotEvery);
        system.register(alarm);
    }

    /** Ends everything, and starts on what is left, without registering anything. */
    void crashWithoutRegistering(Durability survives) {
        journal = journal.crash(survives);
        snapshots = snapshots.crash(survives);
        index = index.crash();
        system = start();
    }

    void crash(Durability survives) {
        crashWithoutRegistering(survives);
        register();
    }

    /** Closes in good order, and starts again. */
    void restart() {
        system.close();
        journal.close();
        journal = journal.reopen();
        snapshots = snapshots.reopen();
        index = index.reopen();
        system = start();
        register();
    }

    /** Gives a command and returns its reply, which must come at once. */
    <R> R tell(String id, Command<R> command) {
        CompletableFuture<R> reply = system.entity(Alarm.class, id).ask(command).toCompletableFuture();
        turns.runUntilIdle();
        return reply.join();
    }

    void pass(long ms) {
        clock.advance(Duration.ofMillis(ms));
        turns.tick();
    }

    /** Looks at what an actor's history says, without touching the actor. */
    Alarm.Rings rings(String id) {
        TimeTravel past = new TimeTravel(journal, snapshots, codec(), clock);
        past.register(new Alarm(snapshotEvery));
        return past.stateAt(Alarm.class, id, io.stele.recovery.Moment.LATEST).state();
    }

    private @Nullable RecordCodec codec;

    private RecordCodec codec() {
        RecordCodec known = codec;
        if (known == null) {
            known = RecordCodec.of();
            codec = known;
        }
        return known;
    }

    static PersistenceId id(String id) {
        return new PersistenceId("alarm", id);
    }
}
