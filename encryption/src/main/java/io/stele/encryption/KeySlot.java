package io.stele.encryption;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One slot of the key file: 512 bytes, little-endian, so that a disk writes it as a whole.
 *
 * <pre>
 *     0    4   "STSK"
 *     4    1   kind: 1 HEADER, the first slot; 2 KEY; 3 FORGOTTEN; 4 UNUSED, what a power cut left without content
 *     5    1   format version, 1
 *     6    2   length of the subject
 *     8    8   key id, drawn at random; for FORGOTTEN that of the key that was destroyed, 0 if there was none
 *    16    8   when it was written, milliseconds since 1970
 *    24    8   for FORGOTTEN: the slot that the key was in, 0 if there was none
 *              for KEY: how many slots were on disk for sure when this one was written, 0 if that was not noted down
 *    32    2   length of the wrapped key
 *    34    2   0
 *    36        subject, UTF-8; for HEADER the store's id
 *              wrapped key; for HEADER the store's id, wrapped: what the master key is checked with;
 *              for FORGOTTEN, 8 bytes: how many slots were on disk for sure when this one was written
 *   508    4   CRC-32C of the 508 bytes before
 * </pre>
 *
 * <p>A slot of zeros held a key that was destroyed, and a slot of kind FORGOTTEN names it; or it is one that a power cut has left out.
 *
 * @param reference what is at 24
 * @param wrapped never compared
 */
@SuppressWarnings("ArrayRecordComponent")
record KeySlot(byte kind, String subject, long keyId, long timeMs, long reference, byte[] wrapped) {
    static final int BYTES = 512;
    static final byte HEADER = 1;
    static final byte KEY = 2;
    static final byte FORGOTTEN = 3;
    static final byte UNUSED = 4;
    static final int SUBJECT_BYTES_MAX = 255;

    private static final int MAGIC = 'S' | 'T' << 8 | 'S' << 16 | 'K' << 24;
    private static final byte VERSION = 1;
    private static final int CRC_AT = BYTES - 4;
    private static final int TEXT_AT = 36;

    static KeySlot key(String subject, long keyId, long timeMs, long durableCount, byte[] wrapped) {
        return new KeySlot(KEY, subject, keyId, timeMs, durableCount, wrapped);
    }

    static KeySlot forgotten(String subject, long keyId, long timeMs, long erasedSlot, long durableCount) {
        byte[] count = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(durableCount)
                .array();
        return new KeySlot(FORGOTTEN, subject, keyId, timeMs, erasedSlot, count);
    }

    static KeySlot unused() {
        return new KeySlot(UNUSED, "", 0, 0, 0, new byte[0]);
    }

    /** Returns how many slots were on disk for sure when this one was written; 0 if that was not noted down. */
    long durableCount() {
        return switch (kind) {
            case KEY -> reference;
            case FORGOTTEN ->
                wrapped.length == Long.BYTES
                        ? ByteBuffer.wrap(wrapped)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getLong()
                        : 0;
            default -> 0;
        };
    }

    ByteBuffer encode() {
        byte[] text = subject.getBytes(StandardCharsets.UTF_8);
        ByteBuffer slot = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        slot.putInt(MAGIC).put(kind).put(VERSION).putShort((short) text.length);
        slot.putLong(keyId).putLong(timeMs).putLong(reference);
        slot.putShort((short) wrapped.length).putShort((short) 0).put(text).put(wrapped);
        slot.putInt(CRC_AT, crcOf(slot));
        return slot.clear();
    }

    /** Reads a slot; null if it is none. */
    static @Nullable KeySlot decode(byte[] bytes) {
        ByteBuffer slot = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (slot.getInt(0) != MAGIC || slot.getInt(CRC_AT) != crcOf(slot) || slot.get(5) != VERSION) {
            return null;
        }
        int textBytes = slot.getShort(6) & 0xffff;
        int wrappedBytes = slot.getShort(32) & 0xffff;
        if (TEXT_AT + textBytes + wrappedBytes > CRC_AT) {
            return null;
        }
        String subject = new String(bytes, TEXT_AT, textBytes, StandardCharsets.UTF_8);
        int wrappedAt = TEXT_AT + textBytes;
        return new KeySlot(
                slot.get(4),
                subject,
                slot.getLong(8),
                slot.getLong(16),
                slot.getLong(24),
                Arrays.copyOfRange(bytes, wrappedAt, wrappedAt + wrappedBytes));
    }

    /** Returns whether a slot that is none looks as if it had never been written to its end. */
    static boolean isTorn(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getInt(CRC_AT) == 0;
    }

    private static int crcOf(ByteBuffer slot) {
        CRC32C crc = new CRC32C();
        crc.update(slot.duplicate().position(0).limit(CRC_AT));
        return (int) crc.getValue();
    }
}
