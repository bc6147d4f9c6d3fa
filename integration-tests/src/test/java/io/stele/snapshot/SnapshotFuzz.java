package io.stele.snapshot;

import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.StateHash;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** Throws hostile bytes at the decoder of snapshots; with an odd first byte behind checksums and lengths that are right. */
public final class SnapshotFuzz {
    private static final PersistenceId ID = new PersistenceId("fuzzed", "x");
    private static final byte[] KEY = SnapshotLayout.key(ID, 7);
    private static final int HEADER_BYTES = 64;

    private SnapshotFuzz() {}

    /** Decodes one. */
    public static void snapshot(byte[] data) {
        byte[] value = data.length == 0 ? data : Arrays.copyOfRange(data, 1, data.length);
        if (data.length > 0 && (data[0] & 1) == 1) {
            value = Arrays.copyOf(value, Math.max(SnapshotLayout.OVERHEAD_BYTES, value.length));
            repair(value, (data[0] & 2) == 0);
        }
        try {
            Snapshot snapshot = SnapshotLayout.decode(ID, KEY, value);
            int bytes = snapshot.payload().remaining() + snapshot.attachment().remaining();
            if (bytes > value.length || snapshot.sequenceNumber() != 7) {
                throw new IllegalStateException("snapshot is larger than what it was decoded from: bytes=" + bytes);
            }
        } catch (SnapshotLayout.DamagedException e) {
            if (String.valueOf(e.getMessage()).isBlank()) {
                throw new IllegalStateException("error does not say what is wrong", e);
            }
        }
    }

    private static void repair(byte[] value, boolean lengthsToo) {
        ByteBuffer fields = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        fields.putInt(0, 'S' | 'T' << 8 | 'S' << 16 | 'N' << 24)
                .put(4, (byte) (1 + (value[4] & 1)))
                .put(5, (byte) 0);
        fields.putLong(8, 7);
        int room = value.length - SnapshotLayout.OVERHEAD_BYTES;
        if (lengthsToo) {
            int name = Math.min(room, value[56] & 0x1f);
            int attachment = Math.min(room - name, value[52] & 0x1f);
            int payload = room - name - attachment;
            fields.putInt(48, payload).putInt(52, attachment).putShort(56, (short) name);
            fields.putLong(32, StateHash.of(fields.slice(HEADER_BYTES + name, payload)));
        }
        CRC32C crc = new CRC32C();
        crc.update(KEY);
        crc.update(value, 0, value.length - Integer.BYTES);
        fields.putInt(value.length - Integer.BYTES, (int) crc.getValue());
    }

    /** Returns inputs to begin with. */
    public static List<byte[]> seeds() {
        ByteBuffer payload = ByteBuffer.wrap(new byte[] {1, 2, 3, 4});
        byte[] value = SnapshotLayout.encode(
                KEY,
                new Snapshot(ID, 7, 9, 1, new StoredType("state", 1), 5, payload, ByteBuffer.wrap(new byte[] {9})));
        byte[] right = new byte[value.length + 1];
        System.arraycopy(value, 0, right, 1, value.length);
        byte[] repaired = right.clone();
        repaired[0] = 1;
        byte[] lengths = right.clone();
        lengths[0] = 3;
        return List.of(right, repaired, lengths);
    }
}
