package io.stele.snapshot;

import java.nio.file.Path;

/**
 * Where snapshots and the index are kept, and how much memory that may take.
 *
 * @param directory one RocksDB directory for both; created if absent, with its parents
 * @param memoryBytes native memory for cached blocks and unwritten changes together, 8 MiB to 64 GiB; outside the Java heap
 * @param snapshotBytesMax the largest snapshot that is accepted, payload and attachment together, 1 KiB to 1 GiB
 */
public record SnapshotStoreOptions(Path directory, long memoryBytes, int snapshotBytesMax) {

    /** Least accepted {@link #memoryBytes()}. */
    public static final long MEMORY_BYTES_MIN = 8L << 20;

    /** Most accepted {@link #memoryBytes()}. */
    public static final long MEMORY_BYTES_MAX = 64L << 30;

    /** What {@link #of} takes for {@link #memoryBytes()}. */
    public static final long MEMORY_BYTES_DEFAULT = 64L << 20;

    /** What {@link #of} takes for {@link #snapshotBytesMax()}. */
    public static final int SNAPSHOT_BYTES_MAX_DEFAULT = 256 << 20;

    private static final int SNAPSHOT_BYTES_MAX_LEAST = 1 << 10;
    private static final int SNAPSHOT_BYTES_MAX_MOST = 1 << 30;

    /** Checks both ranges. */
    public SnapshotStoreOptions {
        if (memoryBytes < MEMORY_BYTES_MIN || memoryBytes > MEMORY_BYTES_MAX) {
            throw new IllegalArgumentException("memoryBytes is out of range: memoryBytes=" + memoryBytes
                    + ", memoryBytesMin=" + MEMORY_BYTES_MIN + ", memoryBytesMax=" + MEMORY_BYTES_MAX);
        }
        if (snapshotBytesMax < SNAPSHOT_BYTES_MAX_LEAST || snapshotBytesMax > SNAPSHOT_BYTES_MAX_MOST) {
            throw new IllegalArgumentException("snapshotBytesMax is out of range: snapshotBytesMax=" + snapshotBytesMax
                    + ", least=" + SNAPSHOT_BYTES_MAX_LEAST + ", most=" + SNAPSHOT_BYTES_MAX_MOST);
        }
    }

    /** Returns the defaults for {@code directory}: 64 MiB of memory, snapshots of up to 256 MiB. */
    public static SnapshotStoreOptions of(Path directory) {
        return new SnapshotStoreOptions(directory, MEMORY_BYTES_DEFAULT, SNAPSHOT_BYTES_MAX_DEFAULT);
    }

    /** Returns a copy with another {@link #memoryBytes()}. */
    public SnapshotStoreOptions withMemoryBytes(long newMemoryBytes) {
        return new SnapshotStoreOptions(directory, newMemoryBytes, snapshotBytesMax);
    }

    /** Returns a copy with another {@link #snapshotBytesMax()}. */
    public SnapshotStoreOptions withSnapshotBytesMax(int newSnapshotBytesMax) {
        return new SnapshotStoreOptions(directory, memoryBytes, newSnapshotBytesMax);
    }
}
