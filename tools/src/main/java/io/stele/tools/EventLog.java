package io.stele.tools;

import io.stele.spi.EventReader;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The events and notes of one actor, copied into memory, to be replayed as often as wanted. Written by one thread; then any thread may
 * replay.
 */
final class EventLog {
    static final int HEAD_BYTES = 4 * Long.BYTES + 5 * Integer.BYTES;
    private static final int NOTE = -1;

    private final PersistenceId id;
    private final Map<StoredType, Integer> typeIndexes = new HashMap<>();
    private final List<StoredType> types = new ArrayList<>();
    private ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
    private long eventCount;
    private long firstSequenceNumber;

    EventLog(PersistenceId id) {
        this.id = id;
    }

    void addEvent(StoredEvent event) {
        Integer index = typeIndexes.get(event.type());
        if (index == null) {
            index = types.size();
            types.add(event.type());
            typeIndexes.put(event.type(), index);
        }
        if (eventCount++ == 0) {
            firstSequenceNumber = event.sequenceNumber();
        }
        add(event, index, event.payload());
    }

    void addNote(StoredEvent note) {
        add(note, NOTE, ByteBuffer.allocate(0));
    }

    private void add(StoredEvent event, int typeIndex, ByteBuffer payload) {
        ByteBuffer metadata = event.metadata();
        int length = HEAD_BYTES + payload.remaining() + metadata.remaining();
        if (bytes.remaining() < length) {
            int capacity = Math.max(2 * bytes.capacity(), bytes.position() + length);
            bytes = ByteBuffer.wrap(
                            Arrays.copyOf(bytes.array(), capacity), bytes.position(), capacity - bytes.position())
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
        bytes.putLong(event.sequenceNumber())
                .putLong(event.position())
                .putLong(event.timestampMs())
                .putLong(event.epoch())
                .putInt(event.batchIndex())
                .putInt(event.batchCount())
                .putInt(typeIndex)
                .putInt(payload.remaining())
                .putInt(metadata.remaining())
                .put(payload.duplicate())
                .put(metadata.duplicate());
    }

    PersistenceId id() {
        return id;
    }

    long eventCount() {
        return eventCount;
    }

    long firstSequenceNumber() {
        return firstSequenceNumber;
    }

    int sizeBytes() {
        return bytes.position();
    }

    /** Replays what is in a range, as a journal does. */
    long replay(long from, long to, EventReader reader) {
        ByteBuffer source = bytes.duplicate().flip().order(ByteOrder.LITTLE_ENDIAN);
        View view = new View();
        long count = 0;
        while (source.hasRemaining()) {
            view.read(source);
            if (view.typeIndex == NOTE) {
                if (view.sequenceNumber >= from - 1 && view.sequenceNumber <= to) {
                    reader.onNote(view);
                }
            } else if (view.sequenceNumber >= from && view.sequenceNumber <= to) {
                reader.onEvent(view);
                count++;
            }
        }
        return count;
    }

    /** Moves over the records. */
    private final class View implements StoredEvent {
        private long sequenceNumber;
        private long position;
        private long timestampMs;
        private long epoch;
        private int batchIndex;
        private int batchCount;
        private int typeIndex;
        private ByteBuffer payload = ByteBuffer.allocate(0);
        private ByteBuffer metadata = payload;

        void read(ByteBuffer source) {
            sequenceNumber = source.getLong();
            position = source.getLong();
            timestampMs = source.getLong();
            epoch = source.getLong();
            batchIndex = source.getInt();
            batchCount = source.getInt();
            typeIndex = source.getInt();
            int payloadBytes = source.getInt();
            int metadataBytes = source.getInt();
            payload = slice(source, payloadBytes);
            metadata = slice(source, metadataBytes);
        }

        private ByteBuffer slice(ByteBuffer source, int lengthBytes) {
            ByteBuffer slice = source.slice(source.position(), lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
            source.position(source.position() + lengthBytes);
            return slice;
        }

        @Override
        public PersistenceId persistenceId() {
            return id;
        }

        @Override
        public long sequenceNumber() {
            return sequenceNumber;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public long timestampMs() {
            return timestampMs;
        }

        @Override
        public long epoch() {
            return epoch;
        }

        @Override
        public int batchIndex() {
            return batchIndex;
        }

        @Override
        public int batchCount() {
            return batchCount;
        }

        @Override
        public StoredType type() {
            return types.get(typeIndex);
        }

        @Override
        public ByteBuffer payload() {
            return payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public ByteBuffer metadata() {
            return metadata.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
