package io.stele.testkit;

import io.stele.spi.Durability;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotException;
import io.stele.spi.SnapshotStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A {@link SnapshotStore} in memory that keeps copies, and loses or damages them when it is told to. Any thread: calls take
 * turns.
 */
public final class InMemorySnapshotStore implements SnapshotStore {
    private final Map<PersistenceId, NavigableMap<Long, Stored>> stored;
    private Map<PersistenceId, NavigableMap<Long, Stored>> durable;
    private long rejectedCount;
    private long savesUntilFailure;
    private long loadsUntilFailure;
    private boolean closed;

    /** A snapshot with bytes of its own. */
    private record Stored(Snapshot snapshot, boolean damaged) {}

    private InMemorySnapshotStore(Map<PersistenceId, NavigableMap<Long, Stored>> stored) {
        this.stored = stored;
        this.durable = copyOf(stored);
    }

    /** Returns a new, empty store. */
    public static InMemorySnapshotStore open() {
        return new InMemorySnapshotStore(new HashMap<>());
    }

    /** Closes this store if it is open, and returns one that holds what it held. */
    public synchronized InMemorySnapshotStore reopen() {
        close();
        return new InMemorySnapshotStore(copyOf(durable));
    }

    /**
     * Ends this store without closing it, and returns what is left: everything that was saved after a crash of the process, the
     * state of the last {@link #flush} after a power cut.
     *
     * @param survives what the crash spares
     */
    public synchronized InMemorySnapshotStore crash(Durability survives) {
        closed = true;
        return new InMemorySnapshotStore(copyOf(survives == Durability.POWER_LOSS ? durable : stored));
    }

    /** Lets the {@code n}-th save from now fail, 1 for the next. */
    public synchronized void failSaveAt(long n) {
        if (n < 1) {
            throw new IllegalArgumentException("faults are counted from 1, the next one: n=" + n);
        }
        savesUntilFailure = n;
    }

    /** Lets the {@code n}-th load from now fail, 1 for the next, as a store does that cannot be read. */
    public synchronized void failLoadAt(long n) {
        if (n < 1) {
            throw new IllegalArgumentException("faults are counted from 1, the next one: n=" + n);
        }
        loadsUntilFailure = n;
    }

    /**
     * Makes one snapshot unreadable.
     *
     * @throws IllegalArgumentException if there is no such snapshot
     */
    public synchronized void damage(PersistenceId persistenceId, long sequenceNumber) {
        Stored found = snapshotsOf(persistenceId).get(sequenceNumber);
        if (found == null) {
            throw new IllegalArgumentException("there is no such snapshot: persistenceId=" + persistenceId.encoded()
                    + ", sequenceNumber=" + sequenceNumber);
        }
        snapshotsOf(persistenceId).put(sequenceNumber, new Stored(found.snapshot(), true));
    }

    @Override
    public synchronized void save(Snapshot snapshot) {
        requireOpen();
        if (savesUntilFailure > 0 && --savesUntilFailure == 0) {
            throw new SnapshotException("snapshot could not be saved, earlier ones are untouched: persistenceId="
                    + snapshot.persistenceId().encoded() + ", sequenceNumber=" + snapshot.sequenceNumber()
                    + ", cause=injected");
        }
        stored.computeIfAbsent(snapshot.persistenceId(), id -> new TreeMap<>())
                .put(snapshot.sequenceNumber(), new Stored(copyOf(snapshot), false));
    }

    @Override
    public synchronized Optional<Snapshot> load(PersistenceId persistenceId, long sequenceNumberMax) {
        requireOpen();
        if (loadsUntilFailure > 0 && --loadsUntilFailure == 0) {
            throw new SnapshotException("snapshot could not be loaded: persistenceId=" + persistenceId.encoded()
                    + ", sequenceNumberMax=" + sequenceNumberMax + ", cause=injected");
        }
        for (Stored found : snapshotsOf(persistenceId)
                .headMap(sequenceNumberMax, true)
                .descendingMap()
                .values()) {
            if (!found.damaged()) {
                return Optional.of(copyOf(found.snapshot()));
            }
            rejectedCount++;
        }
        return Optional.empty();
    }

    @Override
    public synchronized List<Long> sequenceNumbers(PersistenceId persistenceId) {
        requireOpen();
        return List.copyOf(snapshotsOf(persistenceId).descendingKeySet());
    }

    @Override
    public synchronized void prune(PersistenceId persistenceId, int keepCount) {
        requireOpen();
        if (keepCount < 0) {
            throw new IllegalArgumentException("keepCount must be at least 0: keepCount=" + keepCount);
        }
        NavigableMap<Long, Stored> snapshots = snapshotsOf(persistenceId);
        while (snapshots.size() > keepCount) {
            snapshots.pollFirstEntry();
        }
    }

    @Override
    public synchronized long rejectedCount() {
        return rejectedCount;
    }

    @Override
    public synchronized void flush() {
        requireOpen();
        durable = copyOf(stored);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            flush();
            closed = true;
        }
    }

    private NavigableMap<Long, Stored> snapshotsOf(PersistenceId persistenceId) {
        return stored.getOrDefault(persistenceId, new TreeMap<>());
    }

    private void requireOpen() {
        if (closed) {
            throw new SnapshotException("snapshot store is closed");
        }
    }

    private static Map<PersistenceId, NavigableMap<Long, Stored>> copyOf(
            Map<PersistenceId, NavigableMap<Long, Stored>> from) {
        Map<PersistenceId, NavigableMap<Long, Stored>> copy = new HashMap<>();
        from.forEach((persistenceId, snapshots) -> copy.put(persistenceId, new TreeMap<>(snapshots)));
        return copy;
    }

    private static Snapshot copyOf(Snapshot from) {
        return new Snapshot(
                from.persistenceId(),
                from.sequenceNumber(),
                from.position(),
                from.timestampMs(),
                from.type(),
                from.schemaFingerprint(),
                copyOf(from.payload()),
                copyOf(from.attachment()));
    }

    private static ByteBuffer copyOf(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.duplicate().get(bytes);
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
