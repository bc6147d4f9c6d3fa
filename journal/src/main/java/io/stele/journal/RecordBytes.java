package io.stele.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Bytes that were read from a segment, and what gives access to them: words for those who check records, and two views, made
 * once, for those who are handed parts of one.
 *
 * <p>An array, because a mapped file that shrinks kills the JVM, and because the JIT sees through an array. Confined to one thread
 * at a time.
 */
final class RecordBytes {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final byte[] ZEROS = new byte[16 << 10];

    static final RecordBytes EMPTY = new RecordBytes(0);

    /** The bytes. */
    final byte[] array;
    /** Writable, from the first byte to the last: for whoever reads a file. */
    final ByteBuffer target;
    /** Read-only, for {@link RecordView#payload}. */
    final ByteBuffer payload;
    /** Read-only, for {@link RecordView#metadata}. */
    final ByteBuffer metadata;

    RecordBytes(int capacity) {
        this(new byte[capacity]);
    }

    RecordBytes(byte[] array) {
        this.array = array;
        target = ByteBuffer.wrap(array);
        payload = view();
        metadata = view();
    }

    /** Returns where the first byte is that is not zero, from {@code from} on; {@code to} if there is none. Many bytes at a time. */
    int skipZeros(int from, int to) {
        return skipZeros(array, from, to);
    }

    /** As {@link #skipZeros(int, int)}, in any array. */
    static int skipZeros(byte[] array, int from, int to) {
        int at = from;
        while (at < to) {
            int length = Math.min(ZEROS.length, to - at);
            int differs = Arrays.mismatch(array, at, at + length, ZEROS, 0, length);
            if (differs >= 0) {
                return at + differs;
            }
            at += length;
        }
        return to;
    }

    int capacity() {
        return array.length;
    }

    byte getByte(int at) {
        return array[at];
    }

    int getInt(int at) {
        return (int) INT.get(array, at);
    }

    long getLong(int at) {
        return (long) LONG.get(array, at);
    }

    private ByteBuffer view() {
        return ByteBuffer.wrap(array).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
