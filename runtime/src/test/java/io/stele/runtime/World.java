package io.stele.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.codec.RecordCodec;
import io.stele.spi.Durability;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemoryJournalOptions;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import io.stele.testkit.InMemorySnapshotStore;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** One system on stores in memory, which can crash and come back. */
final class World implements AutoCloseable {
    private static final long PATIENCE_MS = 20_000;

    InMemoryJournal journal;
    InMemorySnapshotStore snapshots = InMemorySnapshotStore.open();
    Ledger ledger;
    ActorSystem system;

    World(SyncMode mode, Ledger.Settings settings) {
        journal = InMemoryJournal.open(InMemoryJournalOptions.standard().withSyncMode(mode));
        ledger = new Ledger(settings);
        system = start();
    }

    World(SyncMode mode) {
        this(mode, Ledger.Settings.standard());
    }

    World() {
        this(SyncMode.ON_REQUEST);
    }

    private ActorSystem start() {
        ActorSystem started = ActorSystem.builder()
                .journal(journal)
                .snapshots(snapshots)
                .codec(RecordCodec.of())
                .workerCount(2)
                .closeTimeout(java.time.Duration.ofMillis(500))
                .build();
        ledger = new Ledger(ledger.settings);
        started.register(ledger);
        return started;
    }

    /** Ends everything without closing it, and starts again on what the crash spares. */
    void crash(Durability survives) {
        journal = journal.crash(survives);
        snapshots = snapshots.crash(survives);
        ActorSystem before = system;
        system = start();
        before.close();
    }

    EntityRef ledger(String id) {
        return system.entity(Ledger.class, id);
    }

    void sync() {
        journal.syncAll();
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no reply within " + PATIENCE_MS + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Returns what a stage failed with, which must be of class {@code type}. */
    static <X extends Throwable> X failure(CompletionStage<?> stage, Class<X> type) {
        try {
            Object reply = await(stage);
            throw new AssertionError("expected a failure, got " + reply);
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(type);
            return type.cast(java.util.Objects.requireNonNull(e.getCause()));
        }
    }

    static void join(Thread thread) {
        try {
            thread.join(PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(thread.isAlive()).as(thread.getName() + " is still alive").isFalse();
    }

    static void eventually(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        system.close();
        journal.close();
    }
}
