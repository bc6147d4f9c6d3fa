package io.stele.snapshot;

import io.stele.snapshot.RocksDatabase.Family;
import io.stele.snapshot.RocksDatabase.Order;
import io.stele.snapshot.SnapshotLayout.DamagedException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotException;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots in RocksDB. Opened by {@link RocksStores}; the layout is in docs/formats/snapshot.md.
 *
 * <p>A save copies the snapshot once, in O(size), and reaches the operating system before it returns. A load is one seek and
 * one read. What a load returns is independent of the store.
 *
 * <h2>Threads</h2>
 * Any thread may call any method at any time, {@link #close} included.
 *
 * <h2>Failure</h2>
 * Everything that is read back is checked against a checksum over the whole snapshot and its key. One that differs, or that a
 * newer version wrote, is passed over with a warning. After {@link #close} every method throws {@link SnapshotException}.
 */
public final class RocksSnapshotStore implements SnapshotStore {

    private static final Logger LOG = LoggerFactory.getLogger(RocksSnapshotStore.class);

    private final RocksDatabase database;
    private final ThreadLocal<DirectRoom> rooms = ThreadLocal.withInitial(DirectRoom::new);
    private final AtomicLong rejectedCount = new AtomicLong();

    RocksSnapshotStore(RocksDatabase database) {
        this.database = database;
    }

    @Override
    public void save(Snapshot snapshot) {
        requireFits(snapshot);
        byte[] key = SnapshotLayout.key(snapshot.persistenceId(), snapshot.sequenceNumber());
        try {
            if (DirectRoom.fits(SnapshotLayout.sizeBytes(snapshot))) {
                ByteBuffer value = rooms.get().of(SnapshotLayout.sizeBytes(snapshot));
                SnapshotLayout.encode(key, snapshot, value);
                database.put(Family.SNAPSHOTS, key, value);
            } else {
                database.put(Family.SNAPSHOTS, key, SnapshotLayout.encode(key, snapshot));
            }
        } catch (RocksDBException e) {
            throw failed("snapshot could not be saved", snapshot.persistenceId(), e, "earlier ones are untouched");
        }
    }

    @Override
    public Optional<Snapshot> load(PersistenceId persistenceId, long sequenceNumberMax) {
        if (sequenceNumberMax < 1) {
            return Optional.empty();
        }
        Search search = new Search(persistenceId);
        byte[] fromKey = SnapshotLayout.key(persistenceId, sequenceNumberMax);
        byte[] toKey = SnapshotLayout.keyEnd(persistenceId);
        try {
            database.visit(Family.SNAPSHOTS, Order.ASCENDING, fromKey, toKey, search::endsAt);
            return Optional.ofNullable(search.found);
        } catch (RocksDBException e) {
            return Optional.of(loadFromOldest(persistenceId, fromKey, toKey, e));
        }
    }

    /** Comes from the far side when the newest snapshots stand in a block that cannot be read. */
    private Snapshot loadFromOldest(
            PersistenceId persistenceId, byte[] fromKey, byte[] toKey, RocksDBException failure) {
        Search search = new Search(persistenceId);
        try {
            database.visit(Family.SNAPSHOTS, Order.DESCENDING, fromKey, toKey, search::passes);
        } catch (RocksDBException e) {
            failure.addSuppressed(e);
        }
        Snapshot found = search.found;
        if (found == null) {
            throw failed(
                    "snapshots cannot be read",
                    persistenceId,
                    failure,
                    "no event is lost by that, and recovery can replay from the journal; nothing was changed on disk");
        }
        reject(persistenceId, "every one newer than sequenceNumber=" + found.sequenceNumber(), failure);
        return found;
    }

    @Override
    public List<Long> sequenceNumbers(PersistenceId persistenceId) {
        List<Long> sequenceNumbers = new ArrayList<>();
        visitAll(persistenceId, entry -> sequenceNumbers.add(SnapshotLayout.sequenceNumber(entry.key())));
        return sequenceNumbers;
    }

    @Override
    public void prune(PersistenceId persistenceId, int keepCount) {
        if (keepCount < 0) {
            throw new IllegalArgumentException("keepCount must not be negative: keepCount=" + keepCount);
        }
        List<byte[]> keys = new ArrayList<>();
        visitAll(persistenceId, entry -> keys.add(entry.key()));
        if (keys.size() <= keepCount) {
            return;
        }
        try (RocksDatabase.Batch deletions = database.newBatch(Family.SNAPSHOTS)) {
            for (byte[] key : keys.subList(keepCount, keys.size())) {
                deletions.delete(key);
            }
            deletions.commit();
        } catch (RocksDBException e) {
            throw failed("snapshots could not be pruned", persistenceId, e, "all of them are still there");
        }
    }

    @Override
    public long rejectedCount() {
        return rejectedCount.get();
    }

    @Override
    public void flush() {
        try {
            database.flush(Family.SNAPSHOTS);
        } catch (RocksDBException e) {
            throw notFlushed(e);
        }
    }

    @Override
    public void close() {
        try {
            database.close(Family.SNAPSHOTS);
        } catch (RocksDBException e) {
            throw notFlushed(e);
        }
    }

    /** Every one, including those that {@link #load} would pass over. Newest first. */
    private void visitAll(PersistenceId persistenceId, RocksDatabase.Visitor visitor) {
        byte[] fromKey = SnapshotLayout.key(persistenceId, Long.MAX_VALUE);
        try {
            database.visit(Family.SNAPSHOTS, Order.ASCENDING, fromKey, SnapshotLayout.keyEnd(persistenceId), visitor);
        } catch (RocksDBException e) {
            throw failed("snapshots could not be listed", persistenceId, e, "nothing was changed");
        }
    }

    private void requireFits(Snapshot snapshot) {
        long sizeBytes =
                (long) snapshot.payload().remaining() + snapshot.attachment().remaining();
        int sizeBytesMax = database.options().snapshotBytesMax();
        if (sizeBytes > sizeBytesMax) {
            throw new SnapshotException("snapshot is too large: persistenceId="
                    + snapshot.persistenceId().encoded() + ", sequenceNumber=" + snapshot.sequenceNumber()
                    + ", sizeBytes=" + sizeBytes + ", snapshotBytesMax=" + sizeBytesMax
                    + "; nothing was saved, earlier ones are untouched");
        }
        int nameBytes = snapshot.type().name().getBytes(StandardCharsets.UTF_8).length;
        if (nameBytes > StoredType.NAME_BYTES_MAX) {
            throw new SnapshotException("snapshot has too long a type name: persistenceId="
                    + snapshot.persistenceId().encoded() + ", nameBytes=" + nameBytes + ", nameBytesMax="
                    + StoredType.NAME_BYTES_MAX + "; nothing was saved, earlier ones are untouched");
        }
    }

    private void reject(PersistenceId persistenceId, String which, Exception why) {
        rejectedCount.incrementAndGet();
        LOG.warn(
                "snapshot is damaged and was passed over: persistenceId={}, {}, {}, directory={}; nothing was changed on disk",
                persistenceId.encoded(),
                which,
                why.getMessage(),
                database.options().directory());
    }

    private SnapshotException failed(String what, PersistenceId persistenceId, RocksDBException cause, String left) {
        return new SnapshotException(
                what + ": persistenceId=" + persistenceId.encoded() + ", directory="
                        + database.options().directory() + ", reason=" + cause.getMessage() + "; " + left,
                cause);
    }

    private SnapshotException notFlushed(RocksDBException cause) {
        return new SnapshotException(
                "snapshots could not be flushed: directory="
                        + database.options().directory() + ", reason="
                        + cause.getMessage()
                        + "; those saved since the last flush may not survive a power cut, no event is lost by that",
                cause);
    }

    /** The newest snapshot that is whole, so far. */
    private final class Search {
        private final PersistenceId persistenceId;
        private @Nullable Snapshot found;

        Search(PersistenceId persistenceId) {
            this.persistenceId = persistenceId;
        }

        /** Goes on, from newer to older, until a whole one is found. */
        boolean endsAt(RocksIterator entry) {
            return !passes(entry) || found == null;
        }

        /** Goes on in any case, from older to newer. */
        boolean passes(RocksIterator entry) {
            byte[] key = entry.key();
            try {
                found = SnapshotLayout.decode(persistenceId, key, entry.value());
            } catch (DamagedException e) {
                reject(persistenceId, "sequenceNumber=" + SnapshotLayout.sequenceNumber(key), e);
            }
            return true;
        }
    }
}
