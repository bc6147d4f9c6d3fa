package io.stele;

import io.micrometer.core.instrument.MeterRegistry;
import io.stele.codec.RecordCodec;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.recovery.CompactionHistory;
import io.stele.recovery.CompactionRules;
import io.stele.recovery.CompactionSchedule;
import io.stele.recovery.Compactor;
import io.stele.recovery.LegalHolds;
import io.stele.recovery.SnapshotWitness;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.ActorSystemBuilder;
import io.stele.runtime.PersistentActor;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.IndexStore;
import io.stele.spi.PayloadCodec;
import io.stele.spi.SnapshotStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How a data directory is opened. Confined to one thread; used once. */
public final class SteleBuilder {
    private final List<PersistentActor<?, ?>> actors = new ArrayList<>();
    private final List<AutoCloseable> owned = new ArrayList<>();
    private JournalOptions journalOptions;
    private SnapshotStoreOptions snapshotOptions;
    private PayloadCodec codec = RecordCodec.of();
    private Clock clock = Clock.system();
    private final Path directory;
    private UnaryOperator<CompactionRules> compactionRules = UnaryOperator.identity();
    private Consumer<Compactor> compactorReceiver = compactor -> {};
    private UnaryOperator<ActorSystemBuilder> systemChange = builder -> builder;
    private @Nullable CompactionSchedule schedule;
    private boolean takesLostSnapshots;
    private @Nullable MeterRegistry metrics;
    private int workerCount = Math.max(2, Runtime.getRuntime().availableProcessors());

    SteleBuilder(Path directory) {
        this.directory = directory;
        journalOptions = JournalOptions.of(Stele.journalDirectory(directory));
        snapshotOptions = SnapshotStoreOptions.of(Stele.snapshotDirectory(directory));
    }

    /**
     * Changes how the journal is laid out and how often it reaches the disk.
     *
     * <pre>
     *   Stele.builder(directory).journal(options -&gt; options.withLaneCount(8)).open()
     * </pre>
     */
    public SteleBuilder journal(UnaryOperator<JournalOptions> change) {
        journalOptions = change.apply(journalOptions);
        return this;
    }

    /** Changes how snapshots are kept. */
    public SteleBuilder snapshots(UnaryOperator<SnapshotStoreOptions> change) {
        snapshotOptions = change.apply(snapshotOptions);
        return this;
    }

    /** Sets how values become bytes. Default: {@link RecordCodec}. */
    public SteleBuilder codec(PayloadCodec value) {
        codec = value;
        return this;
    }

    /** Sets where time comes from. Default: the machine. */
    public SteleBuilder clock(Clock value) {
        clock = value;
        return this;
    }

    /** Sets how many threads run actors, at least 1. Default: one per processor, at least 2. */
    public SteleBuilder workerCount(int value) {
        workerCount = value;
        return this;
    }

    /**
     * Asks for the means to compact the journal while the system is open. Nothing is compacted unless somebody tells it to.
     *
     * @param rules changes the rules, which by default keep nothing that a snapshot covers, but for what is under legal hold
     * @param receiver is given the compactor when the directory has been opened; it works until the system is closed
     */
    public SteleBuilder compaction(UnaryOperator<CompactionRules> rules, Consumer<Compactor> receiver) {
        compactionRules = rules;
        compactorReceiver = receiver;
        return this;
    }

    /**
     * Opens a directory whose snapshots were lost, or replaced by an older copy, although its journal was compacted because of them.
     * Actors whose events went with them answer with the reason, each for itself, and keep what is left of their history; all others
     * serve as ever. No actor begins again from nothing. Does nothing where no snapshot is missing.
     */
    public SteleBuilder withoutLostSnapshots() {
        takesLostSnapshots = true;
        return this;
    }

    /**
     * Compacts the journal by itself while the system is open, by the rules of {@link #compaction} or else the default ones. Default: it is
     * not done.
     */
    public SteleBuilder compactEvery(CompactionSchedule value) {
        schedule = value;
        return this;
    }

    /** Has the system close {@code store}, the keys of an encrypted directory for instance, after everything of its own. */
    public SteleBuilder owns(AutoCloseable store) {
        owned.add(store);
        return this;
    }

    /**
     * Has everything that is counted shown in {@code registry}: actors, journal, snapshots, recovery, compaction. What there is, and
     * what it costs, is in docs/metrics.md. Default: nothing is counted.
     */
    public SteleBuilder metrics(MeterRegistry registry) {
        metrics = registry;
        return this;
    }

    /**
     * Changes how actors are run and recovered.
     *
     * <pre>
     *   Stele.builder(directory).system(builder -&gt; builder.recoveryPermits(2)).open()
     * </pre>
     */
    public SteleBuilder system(UnaryOperator<ActorSystemBuilder> change) {
        systemChange = change;
        return this;
    }

    /** Makes a kind of actor known that has no constructor without arguments. */
    public SteleBuilder register(PersistentActor<?, ?> actor) {
        actors.add(actor);
        return this;
    }

    /**
     * Opens the directory. Throws as {@link Stele#open} does; then nothing is left open.
     *
     * @throws io.stele.recovery.SnapshotsOutdatedException if the journal was compacted because of snapshots that are not there
     */
    public ActorSystem open() {
        Stores stores = new Stores();
        Compactions compactions = null;
        boolean opened = false;
        EncryptionMarker.require(directory, codec);
        try {
            ChronicleJournal journal = ChronicleJournal.open(journalOptions, new IndexOnDemand(stores::index), clock);
            stores.journal = journal;
            EncryptionMarker.require(directory, codec);
            EncryptionMarker.write(directory, codec);
            requireSnapshots(journal, stores.rocks().snapshots());
            compactions = compactions(journal, stores.rocks().snapshots());
            ActorSystemBuilder builder = ActorSystem.builder()
                    .compactor(compactions.compactor())
                    .journal(journal)
                    .snapshots(stores.rocks().snapshots())
                    .index(stores.index())
                    .codec(codec)
                    .clock(clock)
                    .workerCount(workerCount)
                    .closesAtExit(true)
                    .owns(compactions)
                    .owns(journal)
                    .owns(stores.rocks());
            owned.forEach(builder::owns);
            if (metrics != null) {
                builder.metrics(metrics);
            }
            ActorSystem system = systemChange.apply(builder).build();
            actors.forEach(system::register);
            compactorReceiver.accept(compactions.compactor());
            opened = true;
            return system;
        } finally {
            if (!opened) {
                if (compactions != null) {
                    compactions.close();
                }
                stores.close();
            }
        }
    }

    private void requireSnapshots(ChronicleJournal journal, SnapshotStore snapshots) {
        if (takesLostSnapshots) {
            SnapshotWitness.requireOrLost(journal, snapshots);
        } else {
            SnapshotWitness.require(journal, snapshots);
        }
    }

    private Compactions compactions(ChronicleJournal journal, SnapshotStore snapshots) {
        CompactionRules rules =
                compactionRules.apply(CompactionRules.of(LegalHolds.of(Stele.legalHoldsFile(directory))));
        CompactionHistory history = CompactionHistory.of(Stele.compactionHistoryFile(directory));
        Compactor compactor = new Compactor(journal, snapshots, rules, history, clock);
        return new Compactions(compactor, rules.holds(), history, schedule, clock);
    }

    /** What was opened so far; RocksDB when the journal, or somebody after it, asks for it. */
    private final class Stores {
        private @Nullable RocksStores opened;
        private @Nullable ChronicleJournal journal;

        synchronized IndexStore index() {
            return rocks().index();
        }

        synchronized RocksStores rocks() {
            RocksStores stores = opened;
            if (stores == null) {
                stores = RocksStores.open(snapshotOptions);
                opened = stores;
            }
            return stores;
        }

        void close() {
            ChronicleJournal begun = journal;
            if (begun != null) {
                begun.close();
            }
            RocksStores stores = opened;
            if (stores != null) {
                stores.close();
            }
        }
    }
}
