package io.stele.snapshot;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.StateHash;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * How one snapshot is laid out: a key and a value.
 *
 * <p>The key. A persistence id has no control characters, so the zero ends it. The complement of the sequence number sorts
 * newest first: a load is one forward seek, and the next older snapshot is the next key.
 * <pre>
 *   +----------------------------+------+--------------------------------+
 *   | encoded persistence id     | 0x00 | ~sequenceNumber, big-endian    |
 *   | UTF-8, 3 to 255 B          | 1 B  | 8 B                            |
 *   +----------------------------+------+--------------------------------+
 * </pre>
 *
 * <p>The value. Little-endian.
 * <pre>
 *    0  4 B  magic "STSN"
 *    4  1 B  format version, 2; in version 1, which is still read, fingerprint and writer version are 0
 *    5  1 B  flags, 0; a reader passes over a snapshot with a flag that it does not know
 *    6  2 B  version of the state's type, unsigned
 *    8  8 B  sequence number, the same as in the key
 *   16  8 B  position of that event's record in its lane
 *   24  8 B  timestamp, milliseconds since 1970
 *   32  8 B  state hash: CRC-32C of the payload in the high half, CRC-32 in the low half
 *   40  8 B  schema fingerprint of the state's type, 0 if not known
 *   48  4 B  payload length
 *   52  4 B  attachment length
 *   56  2 B  type name length
 *   58  4 B  version of the writer: major 1 B, minor 1 B, patch 2 B
 *   62  2 B  reserved, 0
 *   64       type name, UTF-8 | payload | attachment
 *    n  4 B  CRC-32C of the key, then of everything in the value before this field
 * </pre>
 *
 * <p>The checksum covers the key, so a value that turns up under another key is damaged.
 */
final class SnapshotLayout {

    static final int FORMAT_VERSION = 2;

    /** Which Stele writes: 0.1.0. For reports alone, nothing depends on it. */
    static final int WRITER_VERSION = 0 | 1 << 8;

    /** What a snapshot takes beside its payload, attachment and type name. */
    static final int OVERHEAD_BYTES = 68;

    private static final int MAGIC = 'S' | 'T' << 8 | 'S' << 16 | 'N' << 24;
    private static final int HEADER_BYTES = 64;
    private static final int CHECKSUM_BYTES = 4;

    private static final int FORMAT_VERSION_AT = 4;
    private static final int FLAGS_AT = 5;
    private static final int TYPE_VERSION_AT = 6;
    private static final int SEQUENCE_NUMBER_AT = 8;
    private static final int POSITION_AT = 16;
    private static final int TIMESTAMP_AT = 24;
    private static final int STATE_HASH_AT = 32;
    private static final int FINGERPRINT_AT = 40;
    private static final int PAYLOAD_LENGTH_AT = 48;
    private static final int ATTACHMENT_LENGTH_AT = 52;
    private static final int TYPE_LENGTH_AT = 56;
    private static final int WRITER_VERSION_AT = 58;
    private static final int RESERVED_AT = 62;

    private SnapshotLayout() {}

    /** Says why a value is not the snapshot that its key promises. */
    static final class DamagedException extends Exception {
        DamagedException(String message) {
            super(message);
        }
    }

    /** Returns the key of one snapshot; also the place from which those at or below {@code sequenceNumber} follow. */
    static byte[] key(PersistenceId persistenceId, long sequenceNumber) {
        byte[] id = persistenceId.encodedBytes();
        byte[] key = new byte[id.length + 1 + Long.BYTES];
        ByteBuffer.wrap(key).put(id).put((byte) 0).putLong(~sequenceNumber);
        return key;
    }

    /** Returns the first key after all those of {@code persistenceId}. */
    static byte[] keyEnd(PersistenceId persistenceId) {
        byte[] id = persistenceId.encodedBytes();
        byte[] key = new byte[id.length + 1];
        ByteBuffer.wrap(key).put(id).put((byte) 1);
        return key;
    }

    static long sequenceNumber(byte[] key) {
        return ~ByteBuffer.wrap(key).getLong(key.length - Long.BYTES);
    }

    static byte[] encode(byte[] key, Snapshot snapshot) {
        byte[] value = new byte[sizeBytes(snapshot)];
        encode(key, snapshot, wrap(value));
        return value;
    }

    static int sizeBytes(Snapshot snapshot) {
        return OVERHEAD_BYTES
                + snapshot.type().name().getBytes(StandardCharsets.UTF_8).length
                + snapshot.payload().remaining()
                + snapshot.attachment().remaining();
    }

    /**
     * Encodes from position 0 on.
     *
     * @param fields little-endian, {@link #sizeBytes} long
     */
    static void encode(byte[] key, Snapshot snapshot, ByteBuffer fields) {
        byte[] name = snapshot.type().name().getBytes(StandardCharsets.UTF_8);
        int payloadBytes = snapshot.payload().remaining();
        int attachmentBytes = snapshot.attachment().remaining();
        int checksumAt = HEADER_BYTES + name.length + payloadBytes + attachmentBytes;
        fields.putInt(0, MAGIC)
                .put(FORMAT_VERSION_AT, (byte) FORMAT_VERSION)
                .put(FLAGS_AT, (byte) 0)
                .putShort(TYPE_VERSION_AT, (short) snapshot.type().version())
                .putLong(SEQUENCE_NUMBER_AT, snapshot.sequenceNumber())
                .putLong(POSITION_AT, snapshot.position())
                .putLong(TIMESTAMP_AT, snapshot.timestampMs())
                .putLong(STATE_HASH_AT, snapshot.stateHash())
                .putLong(FINGERPRINT_AT, snapshot.schemaFingerprint())
                .putInt(PAYLOAD_LENGTH_AT, payloadBytes)
                .putInt(ATTACHMENT_LENGTH_AT, attachmentBytes)
                .putShort(TYPE_LENGTH_AT, (short) name.length)
                .putInt(WRITER_VERSION_AT, WRITER_VERSION)
                .putShort(RESERVED_AT, (short) 0);
        fields.position(HEADER_BYTES)
                .put(name)
                .put(snapshot.payload().duplicate())
                .put(snapshot.attachment().duplicate());
        fields.putInt(checksumAt, checksum(key, fields.duplicate().position(0).limit(checksumAt)));
        fields.position(0);
    }

    /**
     * Checks everything, then takes the value apart. The snapshot's buffers are parts of {@code value}, little-endian.
     *
     * @throws DamagedException if the value is not exactly what was encoded under {@code key}
     */
    static Snapshot decode(PersistenceId persistenceId, byte[] key, byte[] value) throws DamagedException {
        require(value.length >= OVERHEAD_BYTES, "reason=too short, lengthBytes=", value.length);
        ByteBuffer fields = wrap(value);
        require(fields.getInt(0) == MAGIC, "reason=not a snapshot, magic=", fields.getInt(0));
        int formatVersion = fields.get(FORMAT_VERSION_AT);
        require(
                formatVersion == 1 || formatVersion == FORMAT_VERSION,
                "reason=unknown format, formatVersion=",
                formatVersion);
        int checksumAt = value.length - CHECKSUM_BYTES;
        int checksumComputed = checksum(key, part(fields, 0, checksumAt));
        require(fields.getInt(checksumAt) == checksumComputed, "reason=checksum differs, lengthBytes=", value.length);
        require(
                fields.get(FLAGS_AT) == 0,
                "reason=unknown flag, writerVersion=" + writerVersion(fields) + ", flags=",
                fields.get(FLAGS_AT));
        long sequenceNumber = fields.getLong(SEQUENCE_NUMBER_AT);
        require(sequenceNumber == sequenceNumber(key), "reason=stands under another key, storedAs=", sequenceNumber);

        int nameBytes = Short.toUnsignedInt(fields.getShort(TYPE_LENGTH_AT));
        int payloadBytes = fields.getInt(PAYLOAD_LENGTH_AT);
        int attachmentBytes = fields.getInt(ATTACHMENT_LENGTH_AT);
        long lengthBytes = (long) OVERHEAD_BYTES + nameBytes + payloadBytes + attachmentBytes;
        require(
                payloadBytes >= 0 && attachmentBytes >= 0 && lengthBytes == value.length,
                "reason=lengths disagree, lengthBytes=",
                lengthBytes);
        int payloadAt = HEADER_BYTES + nameBytes;
        long hash = StateHash.of(part(fields, payloadAt, payloadBytes));
        require(fields.getLong(STATE_HASH_AT) == hash, "reason=state hash differs, stateHashComputed=", hash);
        return new Snapshot(
                persistenceId,
                sequenceNumber,
                fields.getLong(POSITION_AT),
                fields.getLong(TIMESTAMP_AT),
                type(value, nameBytes, Short.toUnsignedInt(fields.getShort(TYPE_VERSION_AT))),
                fields.getLong(FINGERPRINT_AT),
                part(fields, payloadAt, payloadBytes),
                part(fields, payloadAt + payloadBytes, attachmentBytes));
    }

    private static StoredType type(byte[] value, int nameBytes, int version) throws DamagedException {
        String name = new String(value, HEADER_BYTES, nameBytes, StandardCharsets.UTF_8);
        try {
            return new StoredType(name, version);
        } catch (IllegalArgumentException e) {
            throw new DamagedException("reason=" + e.getMessage());
        }
    }

    private static ByteBuffer part(ByteBuffer fields, int at, int lengthBytes) {
        return fields.slice(at, lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer wrap(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int checksum(byte[] key, ByteBuffer covered) {
        Checksum crc = new CRC32C();
        crc.update(key, 0, key.length);
        crc.update(covered);
        return (int) crc.getValue();
    }

    /** Returns which Stele wrote it, such as {@code 0.1.0}; that of format version 1 did not say so. */
    private static String writerVersion(ByteBuffer fields) {
        return fields.get(WRITER_VERSION_AT) + "." + fields.get(WRITER_VERSION_AT + 1) + "."
                + fields.getShort(WRITER_VERSION_AT + 2);
    }

    private static void require(boolean holds, String reason, long fact) throws DamagedException {
        if (!holds) {
            throw new DamagedException(reason + fact);
        }
    }
}
