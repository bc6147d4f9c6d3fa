package io.stele.snapshot;

import io.stele.snapshot.RocksDatabase.Family;
import io.stele.snapshot.RocksDatabase.Order;
import io.stele.spi.IndexStore;
import io.stele.spi.SnapshotException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * An index in RocksDB, beside the snapshots. Opened by {@link RocksStores}.
 *
 * <p>Commits stay in memory until {@link #flush}, {@link #close}, or RocksDB needs the room: a {@code kill -9} loses those
 * since then, always the newest, always whole ones.
 *
 * <h2>Threads</h2>
 * Any thread may call any method at any time, {@link #close} included, but not from inside a visitor. Each writer belongs to
 * one thread.
 *
 * <h2>Failure</h2>
 * Every method throws {@link SnapshotException} if RocksDB cannot do it, and after {@link #close}. Nothing is lost by that
 * which the journal does not have.
 */
public final class RocksIndexStore implements IndexStore {

    private final RocksDatabase database;

    RocksIndexStore(RocksDatabase database) {
        this.database = database;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        try {
            return database.get(Family.INDEX, key);
        } catch (RocksDBException e) {
            throw failed("index could not be read", e);
        }
    }

    @Override
    public void scan(byte[] fromKey, Visitor visitor) {
        try {
            database.visit(
                    Family.INDEX,
                    Order.ASCENDING,
                    fromKey,
                    null,
                    entry -> visitor.onEntry(readOnly(entry.key()), readOnly(entry.value())));
        } catch (RocksDBException e) {
            throw failed("index could not be scanned", e);
        }
    }

    @Override
    public Writer newWriter() {
        return new RocksWriter(database.newBatch(Family.INDEX));
    }

    @Override
    public void flush() {
        try {
            database.flush(Family.INDEX);
        } catch (RocksDBException e) {
            throw failed("index could not be flushed", e);
        }
    }

    @Override
    public void close() {
        try {
            database.close(Family.INDEX);
        } catch (RocksDBException e) {
            throw failed("index could not be flushed", e);
        }
    }

    private static ByteBuffer readOnly(byte[] bytes) {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    private SnapshotException failed(String what, RocksDBException cause) {
        return new SnapshotException(
                what + ": directory=" + database.options().directory() + ", reason=" + cause.getMessage()
                        + "; no event is lost by that, the index can be rebuilt from the journal",
                cause);
    }

    private final class RocksWriter implements Writer {

        private final RocksDatabase.Batch changes;

        RocksWriter(RocksDatabase.Batch changes) {
            this.changes = changes;
        }

        @Override
        public void put(ByteBuffer key, ByteBuffer value) {
            try {
                changes.put(key, value);
            } catch (RocksDBException e) {
                throw failed("index could not be changed", e);
            }
        }

        @Override
        public void deleteRange(byte[] fromKey, byte[] toKey) {
            if (Arrays.compareUnsigned(fromKey, toKey) >= 0) {
                return; // RocksDB would refuse the commit
            }
            try {
                changes.deleteRange(fromKey, toKey);
            } catch (RocksDBException e) {
                throw failed("index could not be changed", e);
            }
        }

        @Override
        public void commit() {
            try {
                changes.commit();
            } catch (RocksDBException e) {
                throw failed("index changes could not be committed", e);
            }
        }

        @Override
        public void close() {
            changes.close();
        }
    }
}
