package io.stele.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes that come again and again into the one object they stand for, so that reading a name allocates nothing once it
 * has been seen.
 *
 * <p>A cache of a fixed size: a name lies in one of a few neighbouring slots, and where those are taken it pushes another one
 * out. That costs time but is never wrong, since the bytes are compared before an object is handed out.
 *
 * <p>Confined to one thread.
 *
 * @param <T> what the bytes stand for
 */
final class InternTable<T> {

    /** Makes the object when its bytes are not in the table. */
    interface Factory<T> {
        T make(byte[] bytes, int tag);
    }

    private static final int PROBES = 8;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private final Factory<T> factory;
    private final @Nullable Entry<T>[] entries;
    private final int shift;
    private final int mask;
    private @Nullable Entry<T> latest;

    /**
     * Makes an empty table.
     *
     * @param slotBits the table has two to the power of this many slots
     */
    @SuppressWarnings({"unchecked", "rawtypes"})
    InternTable(int slotBits, Factory<T> factory) {
        this.factory = factory;
        this.entries = new Entry[1 << slotBits];
        this.shift = Long.SIZE - slotBits;
        this.mask = entries.length - 1;
    }

    /**
     * Returns the object for {@code length} bytes of a little-endian buffer and the number that belongs to them.
     *
     * @throws RuntimeException whatever the factory throws; the table is as it was
     */
    T get(ByteBuffer buffer, int at, int length, int tag) {
        Entry<T> entry = latest;
        if (entry != null && entry.matches(buffer, at, length, tag)) {
            return entry.value;
        }
        int home = slot(buffer, at, length, tag);
        for (int i = 0; i < PROBES; i++) {
            entry = entries[home + i & mask];
            if (entry == null) {
                return insert(home + i & mask, buffer, at, length, tag);
            }
            if (entry.matches(buffer, at, length, tag)) {
                latest = entry;
                return entry.value;
            }
        }
        return insert(home, buffer, at, length, tag);
    }

    private T insert(int slot, ByteBuffer buffer, int at, int length, int tag) {
        byte[] bytes = new byte[length];
        buffer.get(at, bytes);
        Entry<T> entry = new Entry<>(bytes, tag, factory.make(bytes, tag));
        entries[slot] = entry;
        latest = entry;
        return entry.value;
    }

    private int slot(ByteBuffer buffer, int at, int length, int tag) {
        long hash = (length + 31L * tag) * MIX;
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            hash = (Long.rotateLeft(hash, 29) ^ buffer.getLong(at + i)) * MIX;
        }
        for (; i < length; i++) {
            hash = (Long.rotateLeft(hash, 9) ^ buffer.get(at + i)) * MIX;
        }
        return (int) (hash >>> shift);
    }

    private static final class Entry<T> {
        private final ByteBuffer bytes;
        private final int length;
        private final int tag;
        private final T value;

        Entry(byte[] bytes, int tag, T value) {
            this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            this.length = bytes.length;
            this.tag = tag;
            this.value = value;
        }

        boolean matches(ByteBuffer buffer, int at, int otherLength, int otherTag) {
            if (length != otherLength || tag != otherTag) {
                return false;
            }
            int i = 0;
            for (; i + Long.BYTES <= length; i += Long.BYTES) {
                if (bytes.getLong(i) != buffer.getLong(at + i)) {
                    return false;
                }
            }
            for (; i < length; i++) {
                if (bytes.get(i) != buffer.get(at + i)) {
                    return false;
                }
            }
            return true;
        }
    }
}
