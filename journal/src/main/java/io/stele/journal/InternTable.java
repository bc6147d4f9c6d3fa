package io.stele.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
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

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
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
     * Returns the object for {@code length} bytes and the number that belongs to them.
     *
     * @param at at least 8: what stands in front of a short name is read, though not used
     * @param length at least 1
     * @throws RuntimeException whatever the factory throws; the table is as it was
     */
    T get(byte[] buffer, int at, int length, int tag) {
        Entry<T> entry = latest;
        if (entry != null && entry.isLatest(buffer, at, length, tag)) {
            return entry.value;
        }
        long hash = hash(buffer, at, length, tag);
        int home = (int) (hash >>> shift);
        for (int i = 0; i < PROBES; i++) {
            entry = entries[home + i & mask];
            if (entry == null) {
                return insert(home + i & mask, hash, buffer, at, length, tag);
            }
            if (entry.hash == hash && entry.matches(buffer, at, length, tag)) {
                latest = entry;
                return entry.value;
            }
        }
        return insert(home, hash, buffer, at, length, tag);
    }

    private T insert(int slot, long hash, byte[] buffer, int at, int length, int tag) {
        byte[] bytes = Arrays.copyOfRange(buffer, at, at + length);
        Entry<T> entry = new Entry<>(bytes, buffer, at, tag, hash, factory.make(bytes, tag));
        entries[slot] = entry;
        latest = entry;
        return entry.value;
    }

    private static long hash(byte[] buffer, int at, int length, int tag) {
        long hash = (length + 31L * tag) * MIX;
        int words = wordCount(length);
        for (int i = 0; i < words; i++) {
            hash = (Long.rotateLeft(hash, 29) ^ word(buffer, at, length, i)) * MIX;
        }
        return hash;
    }

    private static int wordCount(int length) {
        return (length + Long.BYTES - 1) / Long.BYTES;
    }

    /**
     * Returns eight of the bytes. The last word overlaps the one before it rather than reading beyond the end; a name that is
     * shorter than a word is read together with what stands before it, which is shifted out.
     */
    private static long word(byte[] buffer, int at, int length, int index) {
        if (length >= Long.BYTES) {
            return (long) LONG.get(buffer, at + Math.min(index * Long.BYTES, length - Long.BYTES));
        }
        return (long) LONG.get(buffer, at + length - Long.BYTES) >>> (Long.SIZE - Byte.SIZE * length);
    }

    /** The first two words lie in the object itself: most names end there, and a miss in the cache is what a look-up costs. */
    private static final class Entry<T> {
        private final long hash;
        private final long first;
        private final long second;
        private final int length;
        private final int tag;
        private final T value;
        private final long[] words;
        private final byte[] bytes;

        Entry(byte[] bytes, byte[] buffer, int at, int tag, long hash, T value) {
            this.bytes = bytes;
            this.length = bytes.length;
            this.words = new long[wordCount(length)];
            for (int i = 0; i < words.length; i++) {
                words[i] = word(buffer, at, length, i);
            }
            this.first = words[0];
            this.second = words.length > 1 ? words[1] : 0;
            this.tag = tag;
            this.hash = hash;
            this.value = value;
        }

        /**
         * As {@link #matches}, for an object that is in the cache. Through an intrinsic: the JIT gives up on the var handle where it
         * stands deep inside other calls.
         */
        boolean isLatest(byte[] buffer, int at, int otherLength, int otherTag) {
            return length == otherLength
                    && tag == otherTag
                    && Arrays.equals(bytes, 0, length, buffer, at, at + otherLength);
        }

        boolean matches(byte[] buffer, int at, int otherLength, int otherTag) {
            if (length != otherLength || tag != otherTag || first != word(buffer, at, length, 0)) {
                return false;
            }
            return length <= Long.BYTES
                    || (second == word(buffer, at, length, 1) && (length <= 2 * Long.BYTES || matchesRest(buffer, at)));
        }

        private boolean matchesRest(byte[] buffer, int at) {
            for (int i = 2; i < words.length; i++) {
                if (words[i] != word(buffer, at, length, i)) {
                    return false;
                }
            }
            return true;
        }
    }
}
