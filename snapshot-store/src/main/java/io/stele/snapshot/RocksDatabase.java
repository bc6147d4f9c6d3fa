package io.stele.snapshot;

import io.stele.spi.SnapshotException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/**
 * One open RocksDB directory and every native object that belongs to it.
 *
 * <p>RocksDB's Java objects are pointers, and using one after it was freed takes the process down. So none of them leaves
 * this class but to a visitor, for the length of one call, and every call holds the shared side of a latch whose exclusive
 * side is needed to free anything. After {@link #close} each call throws.
 *
 * <pre>
 *   put, get, visit, commit ──shared──&gt; [ latch ] &lt;──exclusive── close
 * </pre>
 *
 * <h2>Durability</h2>
 * Changes of {@link Family#SNAPSHOTS} go through RocksDB's log, unsynced, and survive {@code kill -9}. Changes of
 * {@link Family#INDEX} do not, and survive a crash only after {@link #flush}. A flush writes the family's changes to a synced
 * table file with checksums, so what was flushed never depends on the log again.
 *
 * <h2>Memory</h2>
 * One cache holds blocks, indexes and filters, and is charged for unwritten changes as well: together about
 * {@link SnapshotStoreOptions#memoryBytes()}. A running compaction takes some tens of MiB more for a while.
 *
 * <p>Any thread, except that a {@link Batch} belongs to one.
 */
final class RocksDatabase {

    /** The column families. The names stand in every directory: append only. */
    enum Family {
        SNAPSHOTS("snapshots", 1, CompressionType.ZSTD_COMPRESSION),
        INDEX("index", 2, CompressionType.LZ4_COMPRESSION);

        final String storedName;
        final int place;
        final CompressionType oldest;

        /**
         * The place is that among the opened families, of which RocksDB's own, unused "default" is the first. The compression
         * is that of the last level: snapshots are read once, index entries again and again.
         */
        Family(String storedName, int place, CompressionType oldest) {
            this.storedName = storedName;
            this.place = place;
            this.oldest = oldest;
        }
    }

    /** Sees one entry, at which the iterator stands; must not move it. Returns whether to go on. */
    @FunctionalInterface
    interface Visitor {
        boolean onEntry(RocksIterator entry);
    }

    /** In which order a range is visited. */
    enum Order {
        ASCENDING,
        DESCENDING
    }

    private static final long WRITE_BUFFER_BYTES_MAX = 32L << 20;
    private static final long INFO_LOG_BYTES_MAX = 1L << 20;
    private static final int INFO_LOG_COUNT_MAX = 2;
    private static final long MANIFEST_BYTES_MAX = 4L << 20;
    private static final int CACHE_SHARD_BITS = 2;
    private static final double CACHE_SHARE_OF_INDEXES = 0.5;
    private static final int BACKGROUND_JOB_COUNT_MAX = 2;
    private static final long SNAPSHOT_BLOCK_BYTES = 16L << 10;
    private static final long INDEX_BLOCK_BYTES = 8L << 10;
    private static final double FILTER_BITS_PER_KEY = 10;

    private final SnapshotStoreOptions options;
    private final boolean readOnly;
    private final RocksDB rocks;
    private final List<ColumnFamilyHandle> families;
    private final WriteOptions logged;
    private final WriteOptions unlogged;
    private final FlushOptions awaited;
    private final Deque<AbstractNativeReference> handles;
    private final ThreadLocal<DirectRoom> keyRooms = ThreadLocal.withInitial(DirectRoom::new);
    private final Set<WriteBatch> batches = ConcurrentHashMap.newKeySet();

    private final ReentrantReadWriteLock latch = new ReentrantReadWriteLock();
    private final Set<Family> openFamilies = EnumSet.allOf(Family.class); // guarded by the latch

    private RocksDatabase(SnapshotStoreOptions options, boolean readOnly, WALRecoveryMode mode)
            throws RocksDBException {
        this.options = options;
        this.readOnly = readOnly;
        this.handles = new ArrayDeque<>();
        this.families = new ArrayList<>();
        boolean opened = false;
        try {
            this.logged = own(new WriteOptions());
            this.unlogged = own(new WriteOptions()).setDisableWAL(true);
            this.awaited = own(new FlushOptions()).setWaitForFlush(true);
            this.rocks = own(open(mode));
            opened = true;
        } finally {
            if (!opened) {
                free();
            }
        }
    }

    /**
     * Opens a directory that exists.
     *
     * @param mode what to do with a damaged log
     */
    static RocksDatabase open(SnapshotStoreOptions options, boolean readOnly, WALRecoveryMode mode)
            throws RocksDBException {
        NativeLibrary.load();
        return new RocksDatabase(options, readOnly, mode);
    }

    SnapshotStoreOptions options() {
        return options;
    }

    void put(Family family, byte[] key, byte[] value) throws RocksDBException {
        enter(family);
        try {
            requireWritable();
            rocks.put(handle(family), writeOptions(family), key, value);
        } finally {
            leave();
        }
    }

    /** As above, without a copy on the way. */
    void put(Family family, byte[] key, ByteBuffer directValue) throws RocksDBException {
        enter(family);
        try {
            requireWritable();
            ByteBuffer directKey = keyRooms.get().of(key.length).put(key).flip();
            rocks.put(handle(family), writeOptions(family), directKey, directValue);
        } finally {
            leave();
        }
    }

    byte @Nullable [] get(Family family, byte[] key) throws RocksDBException {
        enter(family);
        try {
            return rocks.get(handle(family), key);
        } finally {
            leave();
        }
    }

    /**
     * Visits a consistent view of the entries from {@code fromKey} inclusive to {@code toKey} exclusive, or to the end.
     *
     * @throws RocksDBException if it ended at something unreadable; what was visited before was readable
     */
    void visit(Family family, Order order, byte[] fromKey, byte @Nullable [] toKey, Visitor visitor)
            throws RocksDBException {
        enter(family);
        try (Slice lower = new Slice(fromKey);
                Slice upper = new Slice(toKey == null ? new byte[0] : toKey);
                ReadOptions range = new ReadOptions().setIterateLowerBound(lower)) {
            if (toKey != null) {
                range.setIterateUpperBound(upper);
            }
            visit(rocks.newIterator(handle(family), range), order, visitor);
        } finally {
            leave();
        }
    }

    private static void visit(RocksIterator opened, Order order, Visitor visitor) throws RocksDBException {
        try (RocksIterator entries = opened) {
            if (order == Order.ASCENDING) {
                entries.seekToFirst();
            } else {
                entries.seekToLast();
            }
            boolean goOn = true;
            while (goOn && entries.isValid()) {
                goOn = visitor.onEntry(entries);
                if (goOn && order == Order.ASCENDING) {
                    entries.next();
                } else if (goOn) {
                    entries.prev();
                }
            }
            entries.status();
        }
    }

    Batch newBatch(Family family) {
        enter(family);
        try {
            requireWritable();
            WriteBatch changes = new WriteBatch();
            batches.add(changes);
            return new Batch(family, changes);
        } finally {
            leave();
        }
    }

    /** Makes everything that this family holds survive a power cut. Does nothing if opened read-only. */
    void flush(Family family) throws RocksDBException {
        enter(family);
        try {
            flushOpen(family);
        } finally {
            leave();
        }
    }

    /** Makes {@code target}, which is absent, a directory that holds everything as it is now. Unchangeable files are shared. */
    void checkpoint(Path target) throws RocksDBException {
        enter(Family.SNAPSHOTS);
        try (Checkpoint checkpoint = Checkpoint.create(rocks)) {
            checkpoint.createCheckpoint(target.toString());
        } finally {
            leave();
        }
    }

    /**
     * Flushes one family and refuses its use from now on; with the last one everything is freed. Closing again does nothing.
     *
     * @throws RocksDBException if it could not be flushed; it is closed all the same
     */
    void close(Family family) throws RocksDBException {
        if (latch.getReadHoldCount() > 0) {
            throw new IllegalStateException("store cannot be closed from inside its own visitor");
        }
        latch.writeLock().lock();
        try {
            if (openFamilies.contains(family)) {
                flushOpen(family);
            }
        } finally {
            if (openFamilies.remove(family) && openFamilies.isEmpty()) {
                free();
            }
            latch.writeLock().unlock();
        }
    }

    /** Changes of one family that become visible together. Confined to its thread. */
    final class Batch implements AutoCloseable {
        private final Family family;
        private final WriteBatch changes;
        private final DirectRoom room = new DirectRoom();

        private Batch(Family family, WriteBatch changes) {
            this.family = family;
            this.changes = changes;
        }

        void put(byte[] key, byte[] value) throws RocksDBException {
            enter();
            try {
                changes.put(handle(family), key, value);
            } finally {
                leave();
            }
        }

        /** As above; both are copied once, to where RocksDB reads them, and keep their positions. */
        void put(ByteBuffer key, ByteBuffer value) throws RocksDBException {
            if (!DirectRoom.fits((long) key.remaining() + value.remaining())) {
                put(bytes(key), bytes(value));
                return;
            }
            enter();
            try {
                int keyBytes = key.remaining();
                ByteBuffer both = room.of(keyBytes + value.remaining())
                        .put(key.duplicate())
                        .put(value.duplicate())
                        .flip();
                changes.put(handle(family), both.duplicate().limit(keyBytes), both.position(keyBytes));
            } finally {
                leave();
            }
        }

        private static byte[] bytes(ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(buffer.position(), bytes);
            return bytes;
        }

        void delete(byte[] key) throws RocksDBException {
            enter();
            try {
                changes.delete(handle(family), key);
            } finally {
                leave();
            }
        }

        void deleteRange(byte[] fromKey, byte[] toKey) throws RocksDBException {
            enter();
            try {
                changes.deleteRange(handle(family), fromKey, toKey);
            } finally {
                leave();
            }
        }

        void commit() throws RocksDBException {
            enter();
            try {
                rocks.write(writeOptions(family), changes);
                changes.clear();
            } finally {
                leave();
            }
        }

        @Override
        public void close() {
            latch.readLock().lock();
            try {
                batches.remove(changes);
                changes.close();
            } finally {
                leave();
            }
        }

        private void enter() {
            RocksDatabase.this.enter(family);
            if (!changes.isOwningHandle()) {
                leave();
                throw new SnapshotException("writer is closed: directory=" + options.directory() + ", family="
                        + family.storedName + "; nothing was changed");
            }
        }
    }

    private void enter(Family family) {
        latch.readLock().lock();
        if (!openFamilies.contains(family)) {
            latch.readLock().unlock();
            throw new SnapshotException("store is closed: directory=" + options.directory() + ", family="
                    + family.storedName + "; nothing was changed");
        }
    }

    private void leave() {
        latch.readLock().unlock();
    }

    private void requireWritable() {
        if (readOnly) {
            throw new SnapshotException(
                    "store was opened read-only: directory=" + options.directory() + "; nothing was changed");
        }
    }

    private void flushOpen(Family family) throws RocksDBException {
        if (!readOnly) {
            rocks.flush(awaited, handle(family));
        }
    }

    private ColumnFamilyHandle handle(Family family) {
        return families.get(family.place);
    }

    private WriteOptions writeOptions(Family family) {
        return family == Family.SNAPSHOTS ? logged : unlogged;
    }

    private RocksDB open(WALRecoveryMode mode) throws RocksDBException {
        Cache cache = own(new LRUCache(options.memoryBytes(), CACHE_SHARD_BITS, false, CACHE_SHARE_OF_INDEXES));
        DBOptions database = databaseOptions(cache).setWalRecoveryMode(mode);
        List<ColumnFamilyDescriptor> descriptors = List.of(
                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, own(new ColumnFamilyOptions())),
                descriptor(Family.SNAPSHOTS, table(cache, SNAPSHOT_BLOCK_BYTES)),
                descriptor(
                        Family.INDEX,
                        table(cache, INDEX_BLOCK_BYTES).setFilterPolicy(own(new BloomFilter(FILTER_BITS_PER_KEY)))));
        String path = options.directory().toString();
        return readOnly
                ? RocksDB.openReadOnly(database, path, descriptors, families)
                : RocksDB.open(database, path, descriptors, families);
    }

    private DBOptions databaseOptions(Cache cache) {
        long unwrittenBytesMax = options.memoryBytes() / 2;
        return own(new DBOptions())
                .setCreateIfMissing(!readOnly)
                .setCreateMissingColumnFamilies(!readOnly)
                .setWriteBufferManager(own(new WriteBufferManager(unwrittenBytesMax, cache)))
                .setMaxTotalWalSize(unwrittenBytesMax)
                .setMaxBackgroundJobs(BACKGROUND_JOB_COUNT_MAX)
                .setMaxManifestFileSize(MANIFEST_BYTES_MAX)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(INFO_LOG_BYTES_MAX)
                .setKeepLogFileNum(INFO_LOG_COUNT_MAX)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    private ColumnFamilyDescriptor descriptor(Family family, BlockBasedTableConfig table) {
        ColumnFamilyOptions tuned = own(new ColumnFamilyOptions())
                .setTableFormatConfig(table)
                .setWriteBufferSize(Math.min(WRITE_BUFFER_BYTES_MAX, options.memoryBytes() / 4))
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setBottommostCompressionType(family.oldest);
        return new ColumnFamilyDescriptor(family.storedName.getBytes(StandardCharsets.UTF_8), tuned);
    }

    private static BlockBasedTableConfig table(Cache cache, long blockBytes) {
        return new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(blockBytes)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
    }

    private <T extends AbstractNativeReference> T own(T handle) {
        handles.push(handle);
        return handle;
    }

    /** Frees everything, newest first: the database before its options. */
    private void free() {
        batches.forEach(WriteBatch::close);
        while (!handles.isEmpty()) {
            handles.pop().close();
        }
    }
}
