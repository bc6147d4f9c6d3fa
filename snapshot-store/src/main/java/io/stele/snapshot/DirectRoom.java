package io.stele.snapshot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Room outside the heap that RocksDB reads from without copying it first. Grows up to {@link #BYTES_MAX} and is used again and
 * again; what is larger goes over the heap. Confined to its thread; freed when it is forgotten.
 */
final class DirectRoom {
    static final int BYTES_MAX = 256 << 10;

    private static final int BYTES_MIN = 1 << 10;

    private ByteBuffer room = ByteBuffer.allocateDirect(BYTES_MIN);

    static boolean fits(long sizeBytes) {
        return sizeBytes <= BYTES_MAX;
    }

    /** Returns that much room, little-endian, from position 0 to the limit; what was in it before is of no more use. */
    ByteBuffer of(int sizeBytes) {
        if (room.capacity() < sizeBytes) {
            room = ByteBuffer.allocateDirect(Integer.highestOneBit(sizeBytes - 1) << 1);
        }
        return room.clear().limit(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
