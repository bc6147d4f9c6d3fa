package io.stele.runtime;

import io.stele.codec.RecordCodec;
import io.stele.spi.Clock;
import io.stele.spi.Durability;
import io.stele.spi.PersistenceId;
import io.stele.testkit.InMemoryIndexStore;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemoryJournalOptions;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import io.stele.testkit.InMemorySnapshotStore;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A system of probes on stores in memory, which can crash and come back, and whose event handler can be exchanged. */
final class ProbeWorld implements AutoCloseable {
    InMemoryJournal journal =
            InMemoryJournal.open(InMemoryJournalOptions.standard().withSyncMode(SyncMode.ON_REQUEST));
    InMemorySnapshotStore snapshots = InMemorySnapshotStore.open();
    InMemoryIndexStore index = InMemoryIndexStore.open();
    final AtomicInteger flushes = new AtomicInteger();
    volatile Consumer<Probe.Added> hook = added -> {};
    int permits = 2;
    int workers = 2;
    int snapshotEvery;
    long bytesPerSecond;
    Duration closeTimeout = Duration.ofSeconds(10);
    Clock clock = Clock.system();
    ActorSystem system;

    ProbeWorld(Consumer<ProbeWorld> settings) {
        settings.accept(this);
        system = start();
    }

    ProbeWorld() {
        this(world -> {});
    }

    private ActorSystem start() {
        ActorSystem started = ActorSystem.builder()
                .journal(journal)
                .snapshots(snapshots)
                .index(new CountingIndex(index, flushes))
                .codec(RecordCodec.of())
                .clock(clock)
                .workerCount(workers)
                .recoveryPermits(permits)
                .recoveryBytesPerSecond(bytesPerSecond)
                .closeTimeout(closeTimeout)
                .build();
        started.register(new Probe(added -> hook.accept(added), snapshotEvery));
        return started;
    }

    /** Ends everything without closing it, and starts again on what a power cut spares. */
    void crash() {
        journal = journal.crash(Durability.POWER_LOSS);
        snapshots = snapshots.crash(Durability.POWER_LOSS);
        index = index.crash();
        ActorSystem before = system;
        system = start();
        before.close();
    }

    /** Closes the system and starts another on the same stores. */
    void restart() {
        system.close();
        journal.close();
        journal = journal.reopen();
        system = start();
    }

    EntityRef probe(String id) {
        return system.entity(Probe.class, id);
    }

    Probe.Amounts ask(String id, Command<Probe.Amounts> command) {
        return World.await(probe(id).ask(command));
    }

    /** Takes an actor out of memory. */
    void unload(String id) {
        int countBefore = system.activeEntityCount();
        World.await(probe(id).ask(new Probe.Leave()));
        World.eventually(id + " has left memory", () -> system.activeEntityCount() < countBefore);
    }

    static PersistenceId id(String id) {
        return new PersistenceId("probe", id);
    }

    @Override
    public void close() {
        system.close();
        journal.close();
    }
}
