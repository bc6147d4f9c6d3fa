package io.stele.benchmarks;

import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.DurabilityListener;
import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A real journal with its real index, as {@code Stele} would open them, and what measuring it takes.
 *
 * <h2>Threads</h2>
 * Each {@link Writer} belongs to one thread. One thread at a time may wait for durability.
 */
final class BenchJournal implements DurabilityListener, AutoCloseable {
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int POLLS_WITHOUT_FILLING = 3;
    private static final int LOOKS = 5_000;
    private static final long TIMESTAMP_MS = 1_800_000_000_000L;

    private final Path directory;
    private final RocksStores stores;
    private final EventJournal journal;
    private volatile @Nullable Thread waiter;
    private int writers;

    private BenchJournal(Path directory, RocksStores stores, EventJournal journal) {
        this.directory = directory;
        this.stores = stores;
        this.journal = journal;
        journal.listener(this);
    }

    /** Opens or creates a journal, with its index in {@code indexDirectory}. */
    static BenchJournal open(JournalOptions options, Path indexDirectory) {
        RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(indexDirectory));
        return new BenchJournal(
                options.directory(), stores, ChronicleJournal.open(options, stores.index(), Clock.system()));
    }

    /** Takes over what is open already. */
    static BenchJournal of(JournalOptions options, RocksStores stores, EventJournal journal) {
        return new BenchJournal(options.directory(), stores, journal);
    }

    /** Opens or creates a journal below {@code directory}. */
    static BenchJournal open(Path directory, UnaryOperator<JournalOptions> change) {
        return open(change.apply(JournalOptions.of(directory.resolve("journal"))), directory.resolve("index"));
    }

    EventJournal journal() {
        return journal;
    }

    Path laneDirectory(int lane) {
        return directory.resolve("lane-" + lane);
    }

    /** Returns a new actor whose events go to {@code lane}. */
    Writer writer(int lane) {
        PersistenceId id;
        do {
            id = new PersistenceId("account", String.format("%08d", ++writers));
        } while (journal.lane(id) != lane);
        return new Writer(journal, journal.open(id));
    }

    /** Returns how long the record of one event is: what a raw queue must append to do the same work. */
    int recordBytes(Writer writer) {
        long shortest = Long.MAX_VALUE;
        long before = writer.append();
        for (int i = 0; i < 8; i++) { // an index page of Chronicle's may come in between
            long position = writer.append();
            shortest = Math.min(shortest, position - before);
            before = position;
        }
        return (int) shortest - RawQueue.DOCUMENT_HEADER_BYTES;
    }

    /** Asks for a force, and waits until a position is on disk: looks for about as long as a force takes, then parks. */
    void awaitDurable(int lane, long position) {
        journal.requestSync(lane);
        for (int i = 0; i < LOOKS && journal.durablePosition(lane) < position; i++) {
            Thread.onSpinWait();
        }
        if (journal.durablePosition(lane) < position) {
            park(lane, position);
        }
    }

    private void park(int lane, long position) {
        waiter = Thread.currentThread();
        while (journal.durablePosition(lane) < position) {
            JournalException failure = journal.failure(lane);
            if (failure != null) {
                throw new JournalException("lane has failed while a benchmark waited: lane=" + lane, failure);
            }
            LockSupport.park(this);
        }
        waiter = null;
    }

    /** Waits until what was appended is on disk and segments are in reserve, so that a round starts in quiet. */
    void settle(Writer... written) throws IOException {
        for (Writer writer : written) {
            awaitDurable(writer.lane(), writer.lastPosition());
        }
        int quiet = 0;
        while (quiet < POLLS_WITHOUT_FILLING) {
            LockSupport.parkNanos(POLL_NS);
            quiet = isFilling() ? 0 : quiet + 1;
        }
    }

    @Override
    public void onDurable(int lane, long durablePosition) {
        wake();
    }

    @Override
    public void onFailed(int lane, JournalException cause) {
        wake();
    }

    @Override
    public void close() {
        try {
            journal.close();
        } catch (Exception e) {
            throw new IllegalStateException("journal could not be closed: directory=" + directory, e);
        } finally {
            stores.close();
        }
    }

    private void wake() {
        Thread parked = waiter;
        if (parked != null) {
            LockSupport.unpark(parked);
        }
    }

    private boolean isFilling() throws IOException {
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            Path lanes = laneDirectory(lane);
            if (Files.isDirectory(lanes)) {
                try (DirectoryStream<Path> filling = Files.newDirectoryStream(lanes, "*.filling")) {
                    if (filling.iterator().hasNext()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** One actor that appends. Encodes, checks and appends; allocates nothing. */
    static final class Writer {
        private final EventJournal journal;
        private final EventStream stream;
        private final EventBatch batch;

        private Writer(EventJournal journal, EventStream stream) {
            this.journal = journal;
            this.stream = stream;
            batch = journal.newBatch();
        }

        int lane() {
            return stream.lane();
        }

        PersistenceId persistenceId() {
            return stream.persistenceId();
        }

        long lastPosition() {
            return stream.lastPosition();
        }

        /** Appends one event. */
        long append() {
            return append(1);
        }

        /** Appends {@code count} events as one record. */
        long append(int count) {
            batch.begin(TIMESTAMP_MS);
            for (int i = 0; i < count; i++) {
                batch.add(BenchEvent.CODEC, BenchEvent.ONE);
            }
            return journal.append(stream, stream.lastSequenceNumber() + 1, batch);
        }
    }
}
