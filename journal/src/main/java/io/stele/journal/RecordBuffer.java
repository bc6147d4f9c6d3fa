package io.stele.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Where a record is put together before a lane takes it, in its final layout: see {@link RecordLayout}.
 *
 * <pre>
 *   0                      BODY_AT                  end
 *   [ … header ][ id      ][ metadata, events, zeros ][ chain ][ crc ]
 *     ^ at
 * </pre>
 *
 * <p>The body is written first, as long as nobody knows whose it is; the header and the id are put in front of it, ending
 * where it starts. So the body is never moved, and the lane copies the record once.
 *
 * <p>Confined to one thread at a time. Allocates only when it grows.
 */
final class RecordBuffer {
    /** Room for the header and the longest id, which ends here. */
    static final int BODY_AT = 304;

    private static final int BYTES_FIRST = 4096;

    private final CRC32C crc = new CRC32C();
    private final int bytesMax;
    private ByteBuffer bytes;
    private int at;
    private int end;

    /**
     * Starts empty.
     *
     * @param recordBytesMax how long a record may become
     */
    RecordBuffer(int recordBytesMax) {
        bytesMax = BODY_AT + recordBytesMax;
        bytes = allocate(Math.min(BYTES_FIRST, bytesMax));
    }

    /** Returns the buffer itself; another one after {@link #grow}. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Returns where the record starts, once it is {@link #finish finished}. */
    int at() {
        return at;
    }

    /** Returns the length of the finished record. */
    int lengthBytes() {
        return end - at;
    }

    /** Returns where the body must end, so that padding and trailer find room: in this buffer as it is now. */
    int bodyEndMax() {
        return bytes.capacity() - RecordLayout.TRAILER_BYTES - 3;
    }

    /**
     * Doubles the buffer, keeping its content up to {@code bodyEnd}.
     *
     * @return false if it is as large as it may become
     */
    boolean grow(int bodyEnd) {
        if (bytes.capacity() == bytesMax) {
            return false;
        }
        ByteBuffer larger = allocate((int) Math.min(2L * bytes.capacity(), bytesMax));
        larger.put(BODY_AT, bytes, BODY_AT, bodyEnd - BODY_AT);
        bytes = larger;
        return true;
    }

    /**
     * Puts id and header in front of the body, and checks off everything but the trailer.
     *
     * @param id of the actor; empty for control records
     * @param bodyEnd where the body ends
     */
    void finish(RecordHeader header, byte[] id, int bodyEnd) {
        at = BODY_AT - id.length - RecordLayout.HEADER_BYTES;
        int padded = bodyEnd;
        while ((padded - at & 3) != 0) {
            bytes.put(padded++, (byte) 0);
        }
        end = padded + RecordLayout.TRAILER_BYTES;
        header.write(bytes, at, lengthBytes(), id.length);
        bytes.put(BODY_AT - id.length, id);
        crc.reset();
        crc.update(bytes.limit(end - RecordLayout.TRAILER_BYTES).position(at));
        bytes.clear();
    }

    /**
     * Completes the record with the checksum of the one before it. The only part that must wait for the lane's turn: eight
     * bytes.
     *
     * @return the checksum of this record
     */
    int chain(int previousCrc) {
        int chainAt = end - RecordLayout.TRAILER_BYTES;
        bytes.putInt(chainAt, previousCrc);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            crc.update(previousCrc >>> shift);
        }
        int own = (int) crc.getValue();
        bytes.putInt(chainAt + Integer.BYTES, own);
        return own;
    }

    private static ByteBuffer allocate(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
