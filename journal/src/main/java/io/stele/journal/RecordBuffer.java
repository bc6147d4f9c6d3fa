package io.stele.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BYTES_FIRST = 4096;

    private final CRC32C crc = new CRC32C();
    private final int bytesMax;
    private byte[] bytes;
    private int at;
    private int end;

    /**
     * Starts empty.
     *
     * @param recordBytesMax how long a record may become
     */
    RecordBuffer(int recordBytesMax) {
        bytesMax = BODY_AT + recordBytesMax;
        bytes = new byte[Math.min(BYTES_FIRST, bytesMax)];
    }

    /** Returns the bytes themselves; others after {@link #grow}. */
    byte[] bytes() {
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
        return bytes.length - RecordLayout.TRAILER_BYTES - 3;
    }

    /**
     * Doubles the buffer, keeping its content up to {@code bodyEnd}.
     *
     * @return false if it is as large as it may become
     */
    boolean grow(int bodyEnd) {
        if (bytes.length == bytesMax) {
            return false;
        }
        byte[] larger = new byte[(int) Math.min(2L * bytes.length, bytesMax)];
        System.arraycopy(bytes, BODY_AT, larger, BODY_AT, bodyEnd - BODY_AT);
        bytes = larger;
        return true;
    }

    /** Writes what stands before an event's type name; see {@link RecordLayout}. */
    void eventHead(int eventAt, int nameBytes, int version, int payloadBytes) {
        INT.set(bytes, eventAt + RecordLayout.EVENT_TYPE_LENGTH_AT, nameBytes | version << Short.SIZE);
        INT.set(bytes, eventAt + RecordLayout.EVENT_PAYLOAD_LENGTH_AT, payloadBytes);
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
            bytes[padded++] = 0;
        }
        end = padded + RecordLayout.TRAILER_BYTES;
        header.write(bytes, at, lengthBytes(), id.length);
        System.arraycopy(id, 0, bytes, BODY_AT - id.length, id.length);
        crc.reset();
        crc.update(bytes, at, end - RecordLayout.TRAILER_BYTES - at);
    }

    /**
     * Completes the record with the checksum of the one before it. The only part that must wait for the lane's turn: eight
     * bytes.
     *
     * @return the checksum of this record
     */
    int chain(int previousCrc) {
        int chainAt = end - RecordLayout.TRAILER_BYTES;
        INT.set(bytes, chainAt, previousCrc);
        crc.update(bytes, chainAt, Integer.BYTES);
        int own = (int) crc.getValue();
        INT.set(bytes, chainAt + Integer.BYTES, own);
        return own;
    }

    /** Returns a view of {@link #bytes()} for somebody else to write to: little-endian, with a position of its own. */
    ByteBuffer newView() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
