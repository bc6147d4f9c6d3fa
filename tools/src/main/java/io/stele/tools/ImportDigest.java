package io.stele.tools;

import io.stele.spi.EventReader;
import io.stele.spi.StoredEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A number that two histories share if every event of the one is in the other with the same bytes: the sum over all events of a hash
 * of actor, number, time, type and payload. The order between actors does not count. Confined to one thread.
 */
final class ImportDigest implements EventReader {
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer numbers = ByteBuffer.allocate(2 * Long.BYTES);
    private long sum;

    static long of(DataDirectory directory) {
        ImportDigest digest = new ImportDigest();
        for (int lane = 0; lane < directory.journal().laneCount(); lane++) {
            long unused = directory.journal().read(lane, 0, Long.MAX_VALUE, digest, DataDirectory.PASS_OVER);
        }
        return digest.sum;
    }

    @Override
    public void onEvent(StoredEvent event) {
        add(
                event.persistenceId().encoded(),
                event.sequenceNumber(),
                event.timestampMs(),
                event.type().toString(),
                event.payload());
    }

    void add(String actor, long number, long timestampMs, String type, ByteBuffer payload) {
        crc.reset();
        crc.update(actor.getBytes(StandardCharsets.UTF_8));
        crc.update(numbers.clear().putLong(number).putLong(timestampMs).flip());
        crc.update(type.getBytes(StandardCharsets.UTF_8));
        crc.update(payload.duplicate());
        long hash = crc.getValue();
        sum += hash * hash + number * 0x9e3779b97f4a7c15L;
    }

    long sum() {
        return sum;
    }
}
