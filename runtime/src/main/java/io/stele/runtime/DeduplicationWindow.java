package io.stele.runtime;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredType;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
 *   [ sequence number 8 B ][ id length 2 B ][ id ][ value count 1 B ], then per value:
 *   [ type length 2 B ][ type ][ type version 2 B ][ length 4 B ][ value ]                      little-endian
 *
 *   0 values: the reply could not be stored    1: the reply    2: it was lost, so the states before and after the command
 * </pre>
 *
 * <p>Not thread-safe: confined to its actor. {@link #entries()} may be handed to another thread.
 */
final class DeduplicationWindow {
    private final int capacity;
    /** Made with the first id: most actors have none. */
    private Map<String, Entry> byId = Map.of();

    DeduplicationWindow(int capacity) {
        this.capacity = capacity;
    }

    @Nullable Entry find(String commandId) {
        return byId.get(commandId);
    }

    /** Remembers an id whose reply is not known yet, or sets its reply. Forgets the oldest beyond the capacity. */
    void put(Entry entry) {
        if (byId.isEmpty()) {
            byId = new LinkedHashMap<>();
        }
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

    /**
     * Takes the id and the reply out of a note, if it has them.
     *
     * @return the id; null if the note is about something else
     */
    @Nullable String onNote(long sequenceNumber, ByteBuffer metadata) {
        String commandId = RecordMetadata.findText(metadata, RecordMetadata.COMMAND_ID);
        ByteBuffer replyType = RecordMetadata.find(metadata, RecordMetadata.REPLY_TYPE);
        ByteBuffer reply = RecordMetadata.find(metadata, RecordMetadata.REPLY);
        if (commandId == null || replyType == null || reply == null) {
            return null;
        }
        Value value = new Value(readType(replyType), copy(reply, reply.remaining()));
        put(new Entry(commandId, sequenceNumber, value, null));
        return commandId;
    }

    /** Encodes entries as a snapshot carries them. On any thread. */
    static ByteBuffer encode(List<Entry> entries, PayloadCodec codec) {
        List<List<Value>> values = new ArrayList<>();
        int sizeBytes = 4;
        for (Entry entry : entries) {
            List<Value> own = entry.values(codec);
            values.add(own);
            sizeBytes += 8 + 2 + 3 * entry.commandId.length() + 1;
            for (Value value : own) {
                sizeBytes += 8 + 3 * value.type.name().length() + value.bytes.length;
            }
        }
        ByteBuffer target = ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
        target.putInt(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            target.putLong(entries.get(i).sequenceNumber);
            writeText(target, entries.get(i).commandId);
            target.put((byte) values.get(i).size());
            values.get(i).forEach(value -> value.write(target));
        }
        return target.flip();
    }

    /**
     * Takes over what a snapshot carried.
     *
     * @return what it carried behind that
     */
    ByteBuffer decode(ByteBuffer attachment, PayloadCodec codec) {
        ByteBuffer source = attachment.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (!source.hasRemaining()) {
            return source;
        }
        try {
            int count = source.getInt();
            for (int i = 0; i < count; i++) {
                put(read(source, codec));
            }
            return source;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new CorruptJournalException(
                    "deduplication window of a snapshot ends too early: lengthBytes=" + attachment.remaining(), e);
        }
    }

    /** Returns what a snapshot carried behind the window. */
    static ByteBuffer behind(ByteBuffer attachment) {
        ByteBuffer source = attachment.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (!source.hasRemaining()) {
            return source;
        }
        try {
            for (int left = source.getInt(); left > 0; left--) {
                source.getLong();
                text(source, source.getShort() & 0xffff);
                for (int values = source.get(); values > 0; values--) {
                    Value.read(source);
                }
            }
            return source;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new CorruptJournalException(
                    "deduplication window of a snapshot ends too early: lengthBytes=" + attachment.remaining(), e);
        }
    }

    private static Entry read(ByteBuffer source, PayloadCodec codec) {
        long sequenceNumber = source.getLong();
        String commandId = text(source, source.getShort() & 0xffff);
        int valueCount = source.get();
        if (valueCount == 0) {
            return new Entry(commandId, sequenceNumber, null, null);
        }
        Value first = Value.read(source);
        if (valueCount == 1) {
            return new Entry(commandId, sequenceNumber, first, null);
        }
        Value second = Value.read(source);
        return new Entry(commandId, sequenceNumber, null, new Lost(first.decode(codec), second.decode(codec)));
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

    private static void writeText(ByteBuffer target, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        target.putShort((short) bytes.length).put(bytes);
    }

    /**
     * One command that was carried out.
     *
     * @param commandId its id
     * @param sequenceNumber the last event it led to
     * @param reply its reply; null if it is not known
     * @param lost what a reply that a crash swallowed can be worked out from; null if none was
     */
    record Entry(
            String commandId,
            long sequenceNumber,
            @Nullable Value reply,
            @Nullable Lost lost) {

        private List<Value> values(PayloadCodec codec) {
            if (reply != null) {
                return List.of(reply);
            }
            return lost == null ? List.of() : List.of(Value.of(codec, lost.before), Value.of(codec, lost.after));
        }
    }

    /**
     * The states around a command whose reply was lost.
     *
     * @param before the state that the command met
     * @param after the state that its events led to
     */
    record Lost(Object before, Object after) {}

    /**
     * Something encoded.
     *
     * @param type what it is stored as
     * @param bytes the encoded form; left as they are
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Value(StoredType type, byte[] bytes) {

        static Value of(PayloadCodec codec, Object value) {
            return new Value(codec.typeOf(value), Encoding.encode(codec, value));
        }

        Object decode(PayloadCodec codec) {
            return codec.decode(type, ByteBuffer.wrap(bytes));
        }

        void write(ByteBuffer target) {
            writeText(target, type.name());
            target.putShort((short) type.version()).putInt(bytes.length).put(bytes);
        }

        static Value read(ByteBuffer source) {
            String typeName = text(source, source.getShort() & 0xffff);
            StoredType type = new StoredType(typeName, source.getShort() & 0xffff);
            return new Value(type, copy(source, source.getInt()));
        }
    }
}
