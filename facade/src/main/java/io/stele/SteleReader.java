package io.stele;

import io.stele.codec.RecordCodec;
import io.stele.journal.JournalInspector;
import io.stele.journal.JournalSummary;
import io.stele.journal.ReadOnlyJournal;
import io.stele.journal.ScanProgress;
import io.stele.recovery.DurableTimer;
import io.stele.recovery.Moment;
import io.stele.recovery.RecoveryPlan;
import io.stele.recovery.RecoveryRates;
import io.stele.runtime.PastState;
import io.stele.runtime.PersistentActor;
import io.stele.runtime.Quarantine;
import io.stele.runtime.Quarantined;
import io.stele.runtime.Recoveries;
import io.stele.runtime.TimeTravel;
import io.stele.runtime.TimerHistory;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.IndexStore;
import io.stele.spi.OpeningReport;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.SnapshotStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A data directory that is only looked at: it takes no lock and writes nothing, so it may belong to another process, which goes on, or
 * to nobody any more. Opened by {@link Stele#openReadOnly}.
 *
 * <pre>
 *   try (SteleReader reader = Stele.openReadOnly(Path.of("data"))) {
 *       Account before = reader.stateAt(BankAccount.class, "42", Moment.after(17)).state();
 *   }
 * </pre>
 *
 * <p>Snapshots and the index are seen as they were when it was opened, events as they are.
 *
 * <h2>Threads</h2>
 * Any thread; each call works on the thread that calls.
 */
public final class SteleReader implements AutoCloseable {
    private final @Nullable RocksStores stores;
    private final ReadOnlyJournal journal;
    private final TimeTravel past;
    private final JournalInspector inspector;

    private SteleReader(Path directory, PayloadCodec codec, @Nullable RocksStores stores) {
        this.stores = stores;
        inspector = JournalInspector.open(Stele.journalDirectory(directory));
        IndexStore index = stores == null ? null : stores.index();
        SnapshotStore snapshots = stores == null ? NoSnapshots.INSTANCE : stores.snapshots();
        journal = ReadOnlyJournal.open(Stele.journalDirectory(directory), index);
        past = new TimeTravel(journal, snapshots, codec, Clock.system());
    }

    static SteleReader open(Path directory) {
        return open(directory, RecordCodec.of());
    }

    static SteleReader open(Path directory, PayloadCodec codec) {
        Path snapshots = Stele.snapshotDirectory(directory);
        RocksStores stores =
                RocksStores.isAt(snapshots) ? RocksStores.openReadOnly(SnapshotStoreOptions.of(snapshots)) : null;
        boolean opened = false;
        try {
            SteleReader reader = new SteleReader(directory, codec, stores);
            opened = true;
            return reader;
        } finally {
            if (!opened && stores != null) {
                stores.close();
            }
        }
    }

    /** Makes a kind of actor known that has no constructor without arguments. */
    public void register(PersistentActor<?, ?> actor) {
        past.register(actor);
    }

    /**
     * Works out what an actor's state was at a moment; its initial state if it had no event then. Costs a scan of what the index does
     * not know of the actor's lane, the nearest snapshot, and the events behind it.
     *
     * @param type the kind of actor
     * @param <S> state
     * @throws io.stele.recovery.PoisonEventException if an event before the moment cannot be applied
     * @throws io.stele.spi.JournalException if the history cannot be read
     */
    public <S> PastState<S> stateAt(Class<? extends PersistentActor<?, S>> type, String entityId, Moment moment) {
        return past.stateAt(type, entityId, moment);
    }

    /**
     * Works out what it would take to recover actors. Reads the whole journal once, and looks the newest snapshot of every one of those
     * actors up.
     *
     * @param which of all actors
     * @param permits how many recover at once, at least 1
     * @param bytesPerSecond the budget; 0 for none
     */
    public RecoveryPlan plan(Predicate<PersistenceId> which, int permits, long bytesPerSecond) {
        RecoveryRates rates = stores == null ? RecoveryRates.NONE : Recoveries.readRates(stores.index());
        RecoveryPlan.Builder plan = RecoveryPlan.builder(permits, bytesPerSecond, rates);
        for (JournalSummary.Actor actor : inspector.summarize(ScanProgress.NONE).actors()) {
            if (which.test(actor.persistenceId())) {
                plan.add(new RecoveryPlan.Actor(
                        actor.persistenceId(),
                        actor.lastSequenceNumber(),
                        newestSnapshot(actor.persistenceId()),
                        actor.bytes()));
            }
        }
        return plan.build();
    }

    private long newestSnapshot(PersistenceId persistenceId) {
        List<Long> numbers = stores == null ? List.of() : stores.snapshots().sequenceNumbers(persistenceId);
        return numbers.isEmpty() ? 0 : numbers.get(0);
    }

    /** Returns what the last opening of the journal found, repaired and took; empty if that is not known. */
    public Optional<OpeningReport> lastOpening() {
        return inspector.lastOpening();
    }

    /**
     * Lists the durable timers of all actors, the earliest first, as they stand in the journal. Reads the whole journal once, and of every
     * actor the newest snapshot and the history behind it.
     *
     * @throws io.stele.spi.JournalException if a history cannot be read
     */
    public List<DurableTimer> timers() {
        SnapshotStore snapshots = stores == null ? NoSnapshots.INSTANCE : stores.snapshots();
        List<DurableTimer> found = new ArrayList<>();
        for (JournalSummary.Actor actor : inspector.summarize(ScanProgress.NONE).actors()) {
            found.addAll(TimerHistory.read(journal, snapshots, actor.persistenceId()));
        }
        found.sort(Comparator.comparingLong(DurableTimer::dueMs));
        return found;
    }

    /** Returns who is in quarantine, by persistence id. */
    public List<Quarantined> quarantined() {
        return stores == null ? List.of() : Quarantine.read(stores.index());
    }

    /** Gives the snapshots back. Closing twice does nothing. */
    @Override
    public void close() {
        if (stores != null) {
            stores.close();
        }
    }
}
