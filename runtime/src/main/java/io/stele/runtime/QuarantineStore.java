package io.stele.runtime;

import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in quarantine, beside the position index.
 *
 * <pre>
 *   key     [ 0xff ][ 0xff ][ 'q' ][ persistence id, UTF-8 ]
 *   value   [ format 1 = 1 ][ sequence number 8 ][ position 8 ][ timestamp 8 ][ since 8 ][ epoch 8 ]
 *           [ type version 2 ][ type length 2 ][ type, UTF-8 ][ cause length 2 ][ cause, UTF-8 ]
 * </pre>
 *
 * <p>Big-endian. No key of the position index begins with two bytes 0xff: the second one is never above 0x7f there.
 *
 * <p>A cache: an entry that is lost, or cannot be read, costs one more recovery that fails. Any thread.
 */
final class QuarantineStore {
    private static final Logger LOG = LoggerFactory.getLogger(QuarantineStore.class);
    private static final byte[] PREFIX = {(byte) 0xff, (byte) 0xff, 'q'};
    private static final byte FORMAT = 1;
    private static final int FIXED_BYTES = 1 + 5 * Long.BYTES + 3 * Short.BYTES;

    private final IndexStore store;

    QuarantineStore(IndexStore store) {
        this.store = store;
    }

    /** Reads all entries, at most {@code countMax}. */
    List<Quarantined> load(int countMax) {
        List<Quarantined> found = new ArrayList<>();
        store.scan(PREFIX, (key, value) -> {
            if (!startsWithPrefix(key)) {
                return false;
            }
            Quarantined entry = read(key, value);
            if (entry != null) {
                found.add(entry);
            }
            return found.size() < countMax;
        });
        return found;
    }

    void put(Quarantined entry) {
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.put(ByteBuffer.wrap(key(entry.persistenceId())), write(entry));
            writer.commit();
        }
    }

    void remove(PersistenceId persistenceId) {
        byte[] from = key(persistenceId);
        byte[] to = java.util.Arrays.copyOf(from, from.length + 1);
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.deleteRange(from, to);
            writer.commit();
        }
    }

    void flush() {
        store.flush();
    }

    private static ByteBuffer write(Quarantined entry) {
        byte[] type = entry.type().name().getBytes(StandardCharsets.UTF_8);
        byte[] cause = entry.cause().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(FIXED_BYTES + type.length + cause.length)
                .put(FORMAT)
                .putLong(entry.sequenceNumber())
                .putLong(entry.position())
                .putLong(entry.timestampMs())
                .putLong(entry.sinceMs())
                .putLong(entry.epoch())
                .putShort((short) entry.type().version())
                .putShort((short) type.length)
                .put(type)
                .putShort((short) cause.length)
                .put(cause)
                .flip();
    }

    private static @Nullable Quarantined read(ByteBuffer key, ByteBuffer value) {
        ByteBuffer id = key.slice(key.position() + PREFIX.length, key.remaining() - PREFIX.length);
        String encoded = StandardCharsets.UTF_8.decode(id).toString();
        ByteBuffer source = value.slice();
        try {
            if (source.get() != FORMAT) {
                throw new IllegalArgumentException("format is not known");
            }
            long sequenceNumber = source.getLong();
            long position = source.getLong();
            long timestampMs = source.getLong();
            long sinceMs = source.getLong();
            long epoch = source.getLong();
            int version = source.getShort() & 0xffff;
            StoredType type = new StoredType(text(source), version);
            return new Quarantined(
                    PersistenceId.parse(encoded),
                    sequenceNumber,
                    position,
                    timestampMs,
                    type,
                    text(source),
                    sinceMs,
                    epoch);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            LOG.warn(
                    "entry of the quarantine cannot be read, its actor will be tried again: persistenceId={}, reason={}",
                    encoded,
                    e.toString());
            return null;
        }
    }

    private static String text(ByteBuffer source) {
        byte[] bytes = new byte[source.getShort() & 0xffff];
        source.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] key(PersistenceId persistenceId) {
        byte[] id = persistenceId.encodedBytes();
        return ByteBuffer.allocate(PREFIX.length + id.length)
                .put(PREFIX)
                .put(id)
                .array();
    }

    private static boolean startsWithPrefix(ByteBuffer key) {
        return key.remaining() > PREFIX.length
                && key.slice(key.position(), PREFIX.length).equals(ByteBuffer.wrap(PREFIX));
    }
}
