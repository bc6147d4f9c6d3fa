package io.stele.recovery;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredType;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;

/**
 * What becomes of an actor's timers, as it stands in the metadata of the actor's own records: beside the events of the command that
 * started or fired the timer, so that both are there after a crash or neither; in a note where there are no events.
 *
 * <pre>
 *   value of the metadata field {@link RecordMetadata#TIMERS}: changes, in their order, little-endian
 *
 *   gone      [ 0 ][ name length 2 ][ name, UTF-8 ]                       fired or cancelled
 *   started   [ 1 ][ name length 2 ][ name, UTF-8 ][ due, ms since 1970, 8 ]
 *             [ type version 2 ][ type length 2 ][ type, UTF-8 ][ length 4 ][ command ]       replaces one of that name
 * </pre>
 *
 * <p>A snapshot carries the timers that were left, laid out the same way, all of them started. The order of changes is all that
 * counts, and doing the last ones of an actor again changes nothing.
 */
public final class TimerNote {
    /** The most bytes that the changes of one command may take. */
    public static final int BYTES_MAX = 60_000;

    private static final byte GONE = 0;
    private static final byte STARTED = 1;

    private TimerNote() {}

    /** Appends that a timer was started. */
    public static void started(DurableTimer timer, ByteBuffer target) {
        target.put(STARTED);
        text(timer.name(), target);
        target.putLong(timer.dueMs()).putShort((short) timer.type().version());
        text(timer.type().name(), target);
        target.putInt(timer.command().remaining()).put(timer.command().duplicate());
    }

    /** Appends that a timer has fired or was cancelled. */
    public static void gone(String name, ByteBuffer target) {
        target.put(GONE);
        text(name, target);
    }

    /** Returns how many bytes {@link #started} takes, at most. */
    public static int sizeBytes(DurableTimer timer) {
        return sizeBytes(timer.name())
                + Long.BYTES
                + Short.BYTES
                + sizeBytes(timer.type().name())
                + Integer.BYTES
                + timer.command().remaining();
    }

    /** Returns how many bytes {@link #gone} takes, at most. */
    public static int sizeBytes(String name) {
        return 1 + Short.BYTES + 3 * name.length();
    }

    /** Encodes the timers that a snapshot is to carry. */
    public static ByteBuffer encode(Collection<DurableTimer> timers) {
        ByteBuffer target = ByteBuffer.allocate(
                        timers.stream().mapToInt(TimerNote::sizeBytes).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        timers.forEach(timer -> started(timer, target));
        return target.flip();
    }

    /**
     * Makes the changes that a record's metadata tells of, if any.
     *
     * @param timers those of the actor, by name
     * @throws CorruptJournalException if they are not laid out as they must be
     */
    public static void apply(PersistenceId persistenceId, ByteBuffer metadata, Map<String, DurableTimer> timers) {
        if (metadata.hasRemaining()) {
            ByteBuffer changes = RecordMetadata.find(metadata, RecordMetadata.TIMERS);
            if (changes != null) {
                applyAll(persistenceId, changes, timers);
            }
        }
    }

    /** Makes changes one after the other. Throws as {@link #apply} does. */
    public static void applyAll(PersistenceId persistenceId, ByteBuffer changes, Map<String, DurableTimer> timers) {
        ByteBuffer source = changes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (source.hasRemaining()) {
                byte kind = source.get();
                String name = text(source);
                if (kind == GONE) {
                    timers.remove(name);
                } else if (kind == STARTED) {
                    timers.put(name, started(persistenceId, name, source));
                } else {
                    throw new IllegalArgumentException("kind of change is not known: kind=" + kind);
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new CorruptJournalException(
                    "timers cannot be read: persistenceId=" + persistenceId + ", lengthBytes=" + changes.remaining()
                            + ", reason=" + e + "; nothing was changed on disk; run: stele verify",
                    e);
        }
    }

    private static DurableTimer started(PersistenceId persistenceId, String name, ByteBuffer source) {
        long dueMs = source.getLong();
        int version = source.getShort() & 0xffff;
        StoredType type = new StoredType(text(source), version);
        return new DurableTimer(persistenceId, name, dueMs, type, ByteBuffer.wrap(bytes(source, source.getInt())));
    }

    private static void text(String text, ByteBuffer target) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        target.putShort((short) bytes.length).put(bytes);
    }

    private static String text(ByteBuffer source) {
        return new String(bytes(source, source.getShort() & 0xffff), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer source, int lengthBytes) {
        if (lengthBytes < 0 || lengthBytes > source.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[lengthBytes];
        source.get(bytes);
        return bytes;
    }
}
