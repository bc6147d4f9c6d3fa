package io.stele.encryption;

import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How an encrypted payload is laid out, little-endian:
 *
 * <pre>
 *    0    4   8F 53 54 45: no payload of Stele's own codec begins with 8F
 *    4    1   format version, 1
 *    5    3   0
 *    8    8   key id
 *   16   12   nonce, drawn at random
 *   28    n   the payload, encrypted with AES-256-GCM
 *        16   tag
 * </pre>
 *
 * <p>Authenticated along with it, so that it can be read in no other place:
 *
 * <pre>
 *   [ format version 1 ][ key id 8 ][ length 2 ][ persistence id ][ length 2 ][ name of the stored type ][ version 2 ]
 * </pre>
 *
 * @param keyId which key
 * @param sealed nonce, encrypted payload, tag
 */
record SealedPayload(long keyId, ByteBuffer sealed) {
    static final int HEADER_BYTES = 16;
    static final int OVERHEAD_BYTES = HEADER_BYTES + 12 + 16;

    private static final int MAGIC = 0x8f | 'S' << 8 | 'T' << 16 | 'E' << 24;
    private static final byte VERSION = 1;

    /** Returns whether a payload is an encrypted one. */
    static boolean is(ByteBuffer payload) {
        return payload.remaining() >= 4
                && payload.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(payload.position()) == MAGIC;
    }

    /** Reads an encrypted payload; null if it is too short for one, or of another version. */
    static @Nullable SealedPayload read(ByteBuffer payload) {
        ByteBuffer source = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (source.remaining() < OVERHEAD_BYTES || source.get(4) != VERSION) {
            return null;
        }
        return new SealedPayload(source.getLong(8), source.slice(HEADER_BYTES, source.remaining() - HEADER_BYTES));
    }

    /** Writes one at the target's position, which has room for it. */
    static void write(long keyId, byte[] sealed, ByteBuffer target) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(MAGIC).put(VERSION).putLong(8, keyId);
        target.put(header.clear()).put(sealed);
    }

    /** Returns what is authenticated along with a payload. */
    static byte[] associatedData(long keyId, PersistenceId persistenceId, StoredType type) {
        byte[] id = persistenceId.encoded().getBytes(StandardCharsets.UTF_8);
        byte[] name = type.name().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + 8 + 2 + id.length + 2 + name.length + 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(VERSION)
                .putLong(keyId)
                .putShort((short) id.length)
                .put(id)
                .putShort((short) name.length)
                .put(name)
                .putShort((short) type.version())
                .array();
    }
}
