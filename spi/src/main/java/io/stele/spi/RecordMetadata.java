package io.stele.spi;

import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How the metadata of a batch is laid out: fields in any order, each at most once, little-endian.
 *
 * <pre>
 *   [ key 1 B ][ length 2 B ][ value, length B ]  …
 *
 *   key 1  command id       UTF-8: the deduplication id of the command that led to the batch
 *   key 2  reply type       UTF-8 name, then 2 B version; empty name: the reply was null
 *   key 3  reply            encoded as the reply type says
 *   key 4  trace context    W3C traceparent, ASCII
 *   key 5  tags             UTF-8, separated by 0x00
 *   key 6  state hash       of the actor's state: the last sequence number in it 8 B, the schema fingerprint of its type 8 B,
 *                           the StateHash of its canonical encoding 8 B
 *   key 8  skip             an event that replay is to leave out: its sequence number 8 B, then who decided that and why,
 *                           UTF-8, separated by 0x00
 *   key 9  timers           what becomes of the actor's durable timers: see TimerNote in the module recovery
 * </pre>
 *
 * <p>Readers pass over keys that they do not know. All methods are pure functions of their arguments.
 */
public final class RecordMetadata {

    /** The deduplication id of the command. */
    public static final byte COMMAND_ID = 1;

    /** The stored type of the reply. */
    public static final byte REPLY_TYPE = 2;

    /** The encoded reply. */
    public static final byte REPLY = 3;

    /** The W3C trace context. */
    public static final byte TRACE_CONTEXT = 4;

    /** The tags. */
    public static final byte TAGS = 5;

    /** The hash of the state after an earlier event of the same actor, in a note behind it. */
    public static final byte STATE_HASH = 6;

    /** A decision to leave an event out, in a note behind it. */
    public static final byte SKIP = 8;

    /** Durable timers that were started, cancelled, or have fired. */
    public static final byte TIMERS = 9;

    private static final int HEADER_BYTES = 3;

    private RecordMetadata() {}

    /**
     * Appends a field to {@code target}.
     *
     * @throws JournalException if the value is longer than 65,535 bytes
     * @throws BufferOverflowException if the target has too little room; it is as it was
     */
    public static void put(ByteBuffer target, byte key, ByteBuffer value) {
        int lengthBytes = value.remaining();
        if (lengthBytes > 0xffff) {
            throw new JournalException(
                    "metadata is too long: key=" + key + ", lengthBytes=" + lengthBytes + ", lengthBytesMax=65535");
        }
        if (target.remaining() < sizeBytes(lengthBytes)) {
            throw new BufferOverflowException();
        }
        ByteOrder order = target.order();
        target.order(ByteOrder.LITTLE_ENDIAN)
                .put(key)
                .putShort((short) lengthBytes)
                .put(value.duplicate());
        target.order(order);
    }

    /** Appends a text field to {@code target}. Throws as {@link #put(ByteBuffer, byte, ByteBuffer)} does. */
    public static void put(ByteBuffer target, byte key, String value) {
        put(target, key, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Finds a field; null if it is absent.
     *
     * @param metadata from position to limit; left as it is
     * @return a little-endian view of the value
     * @throws CorruptJournalException if the metadata is not laid out as it must be
     */
    public static @Nullable ByteBuffer find(ByteBuffer metadata, byte key) {
        ByteBuffer rest = metadata.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (rest.hasRemaining()) {
                byte found = rest.get();
                int lengthBytes = rest.getShort() & 0xffff;
                if (lengthBytes > rest.remaining()) {
                    throw new BufferUnderflowException();
                }
                if (found == key) {
                    return rest.slice(rest.position(), lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
                }
                rest.position(rest.position() + lengthBytes);
            }
        } catch (BufferUnderflowException e) {
            throw new CorruptJournalException("metadata ends inside a field: lengthBytes=" + metadata.remaining(), e);
        }
        return null;
    }

    /** Finds a text field; null if it is absent. Throws as {@link #find} does. */
    public static @Nullable String findText(ByteBuffer metadata, byte key) {
        ByteBuffer value = find(metadata, key);
        return value == null ? null : StandardCharsets.UTF_8.decode(value).toString();
    }

    /** Returns how many bytes a field with a value of {@code lengthBytes} takes. */
    public static int sizeBytes(int lengthBytes) {
        return HEADER_BYTES + lengthBytes;
    }
}
