package io.stele.runtime;

import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which actors have durable timers, and up to where of each lane that is known, beside the position index.
 *
 * <pre>
 *   key     [ 0xff ][ 0xff ][ 't' ][ 'a' ][ persistence id, UTF-8 ]      value   [ format 1 = 1 ][ earliest due, ms, 8 ]
 *   key     [ 0xff ][ 0xff ][ 't' ][ 'l' ][ lane 1 ]                     value   [ format 1 = 1 ][ position 8 ]
 * </pre>
 *
 * <p>Big-endian. Entries and positions are committed together, so that after a crash, which may take both back to an earlier commit,
 * a scan from the positions finds what the entries miss. An entry that is too early, or about no timer any more, costs one
 * recovery; none is too late.
 *
 * <p>Any thread.
 */
final class TimerIndex {
    private static final Logger LOG = LoggerFactory.getLogger(TimerIndex.class);
    private static final byte[] ACTORS = {(byte) 0xff, (byte) 0xff, 't', 'a'};
    private static final byte[] LANES = {(byte) 0xff, (byte) 0xff, 't', 'l'};
    private static final byte FORMAT = 1;
    private static final int VALUE_BYTES = 1 + Long.BYTES;

    private final @Nullable IndexStore store;

    /** One that forgets everything if there is no store. */
    TimerIndex(@Nullable IndexStore store) {
        this.store = store;
    }

    /** Reads which actors have timers, and when the earliest of each is due. */
    void load(ObjLongConsumer<PersistenceId> visitor) {
        if (store == null) {
            return;
        }
        store.scan(ACTORS, (key, value) -> {
            if (key.remaining() <= ACTORS.length
                    || !key.slice(key.position(), ACTORS.length).equals(ByteBuffer.wrap(ACTORS))) {
                return false;
            }
            ByteBuffer id = key.slice(key.position() + ACTORS.length, key.remaining() - ACTORS.length);
            String encoded = StandardCharsets.UTF_8.decode(id).toString();
            try {
                visitor.accept(PersistenceId.parse(encoded), Math.max(0, read(value.slice())));
            } catch (IllegalArgumentException e) {
                LOG.warn("entry of the timer index cannot be read: key={}, reason={}", encoded, e.getMessage());
            }
            return true;
        });
    }

    /** Returns up to which position of a lane the entries are complete; 0 if that is not known. */
    long position(int lane) {
        byte[] value = store == null ? null : store.get(laneKey(lane));
        return value == null ? 0 : Math.max(0, read(ByteBuffer.wrap(value)));
    }

    /**
     * Commits what has changed.
     *
     * @param dueMs the earliest time of each actor; {@link Long#MAX_VALUE} for one that has no timer any more
     * @param positions of every lane
     */
    void commit(Map<PersistenceId, Long> dueMs, long[] positions) {
        if (store == null) {
            return;
        }
        try (IndexStore.Writer writer = store.newWriter()) {
            dueMs.forEach((id, ms) -> {
                byte[] key = actorKey(id);
                if (ms == Long.MAX_VALUE) {
                    writer.deleteRange(key, Arrays.copyOf(key, key.length + 1));
                } else {
                    writer.put(ByteBuffer.wrap(key), value(ms));
                }
            });
            for (int lane = 0; lane < positions.length; lane++) {
                writer.put(ByteBuffer.wrap(laneKey(lane)), value(positions[lane]));
            }
            writer.commit();
        }
    }

    private static ByteBuffer value(long number) {
        return ByteBuffer.allocate(VALUE_BYTES).put(FORMAT).putLong(number).flip();
    }

    /** What cannot be read counts as the smallest number: a timer that is due, a lane that is to be scanned. */
    private static long read(ByteBuffer value) {
        try {
            return value.get() == FORMAT ? value.getLong() : 0;
        } catch (BufferUnderflowException e) {
            return 0;
        }
    }

    private static byte[] actorKey(PersistenceId persistenceId) {
        byte[] id = persistenceId.encodedBytes();
        return ByteBuffer.allocate(ACTORS.length + id.length)
                .put(ACTORS)
                .put(id)
                .array();
    }

    private static byte[] laneKey(int lane) {
        return ByteBuffer.allocate(LANES.length + 1).put(LANES).put((byte) lane).array();
    }
}
