package io.stele.runtime;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredType;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The newest command ids of one actor, with the encoded replies that they got.
 *
 * <p>An id enters with the command's events, its reply right after. Both are in the journal, so the window is rebuilt by replay;
 * snapshots carry it along:
 *
 * <pre>
 *   count 4 B, then per entry, oldest first:
 *   [ sequence number 8 B ][ id length 2 B ][ id ][ has reply 1 B ]
 *   if it has: [ type length 2 B ][ type ][ type version 2 B ][ reply length 4 B ][ reply ]      little-endian
 * </pre>
 *
 * <p>Not thread-safe: confined to its actor. {@link #entries()} may be handed to another thread.
 */
final class DeduplicationWindow {
    private final int capacity;
    private final Map<String, Entry> byId = new LinkedHashMap<>();

    DeduplicationWindow(int capacity) {
        this.capacity = capacity;
    }

    @Nullable Entry find(String commandId) {
        return byId.get(commandId);
    }

    /** Remembers an id whose reply is not known yet, or sets its reply. Forgets the oldest beyond the capacity. */
    void put(Entry entry) {
        byId.put(entry.commandId, entry);
        if (byId.size() > capacity) {
            Iterator<Entry> oldest = byId.values().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    List<Entry> entries() {
        return List.copyOf(byId.values());
    }

    /** Takes the id and the reply out of a note, if it has them. */
    void onNote(long sequenceNumber, ByteBuffer metadata) {
        String commandId = RecordMetadata.findText(metadata, RecordMetadata.COMMAND_ID);
        ByteBuffer replyType = RecordMetadata.find(metadata, RecordMetadata.REPLY_TYPE);
        ByteBuffer reply = RecordMetadata.find(metadata, RecordMetadata.REPLY);
        if (commandId == null || replyType == null || reply == null) {
            return;
        }
        put(new Entry(commandId, sequenceNumber, readType(replyType), copy(reply, reply.remaining())));
    }

    static ByteBuffer encode(List<Entry> entries) {
        int sizeBytes = 4;
        for (Entry entry : entries) {
            sizeBytes += entry.sizeBytesMax();
        }
        ByteBuffer target = ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
        target.putInt(entries.size());
        entries.forEach(entry -> entry.write(target));
        return target.flip();
    }

    void decode(ByteBuffer attachment) {
        ByteBuffer source = attachment.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (!source.hasRemaining()) {
            return;
        }
        try {
            int count = source.getInt();
            for (int i = 0; i < count; i++) {
                put(Entry.read(source));
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new CorruptJournalException(
                    "deduplication window of a snapshot ends too early: lengthBytes=" + attachment.remaining(), e);
        }
    }

    /** The layout of {@link RecordMetadata#REPLY_TYPE}: name, then two bytes of version. */
    static ByteBuffer writeType(StoredType type) {
        byte[] name = type.name().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(name.length + 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(name)
                .putShort((short) type.version())
                .flip();
    }

    private static StoredType readType(ByteBuffer source) {
        String name = text(source, source.remaining() - 2);
        return new StoredType(name, source.getShort() & 0xffff);
    }

    private static String text(ByteBuffer source, int lengthBytes) {
        return new String(copy(source, lengthBytes), StandardCharsets.UTF_8);
    }

    private static byte[] copy(ByteBuffer source, int lengthBytes) {
        if (lengthBytes < 0 || lengthBytes > source.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[lengthBytes];
        source.get(bytes);
        return bytes;
    }

    /**
     * One command that was carried out.
     *
     * @param commandId its id
     * @param sequenceNumber the last event it led to
     * @param type what its reply is stored as; null while the reply is not known
     * @param reply its encoded reply; null while it is not known
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(
            String commandId, long sequenceNumber, @Nullable StoredType type, byte @Nullable [] reply) {

        int sizeBytesMax() {
            int replyBytes =
                    type == null || reply == null ? 0 : 8 + 3 * type.name().length() + reply.length;
            return 8 + 2 + 3 * commandId.length() + 1 + replyBytes;
        }

        void write(ByteBuffer target) {
            target.putLong(sequenceNumber);
            writeText(target, commandId);
            target.put((byte) (reply == null ? 0 : 1));
            if (type != null && reply != null) {
                writeText(target, type.name());
                target.putShort((short) type.version()).putInt(reply.length).put(reply);
            }
        }

        static Entry read(ByteBuffer source) {
            long sequenceNumber = source.getLong();
            String commandId = text(source, source.getShort() & 0xffff);
            if (source.get() == 0) {
                return new Entry(commandId, sequenceNumber, null, null);
            }
            String typeName = text(source, source.getShort() & 0xffff);
            StoredType type = new StoredType(typeName, source.getShort() & 0xffff);
            return new Entry(commandId, sequenceNumber, type, copy(source, source.getInt()));
        }

        private static void writeText(ByteBuffer target, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            target.putShort((short) bytes.length).put(bytes);
        }
    }
}
