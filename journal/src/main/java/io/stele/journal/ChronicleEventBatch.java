package io.stele.journal;

import io.stele.spi.EventBatch;
import io.stele.spi.JournalException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.StoredType;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Events encoded straight into the record that a lane will copy.
 *
 * <p>Confined to one thread at a time. Allocates when its buffer grows, and for every type that it has not seen before.
 */
final class ChronicleEventBatch implements EventBatch {
    /** Names of types are remembered in UTF-8, up to this many. */
    private static final int TYPE_COUNT_MAX = 256;

    private final int payloadBytesMax;
    private final RecordBuffer record;
    private final RecordHeader header = new RecordHeader();
    private final Map<StoredType, byte[]> typeNames = new HashMap<>();
    private ByteBuffer target;
    private int bodyEnd = RecordBuffer.BODY_AT;
    private int metadataBytes;
    private int eventCount;
    private int payloadBytes;
    private @Nullable StoredType lastType;
    private byte[] lastTypeName = {};

    ChronicleEventBatch(int payloadBytesMax, int recordBytesMax) {
        this.payloadBytesMax = payloadBytesMax;
        record = new RecordBuffer(recordBytesMax);
        target = record.newView();
        header.kind = RecordLayout.KIND_EVENTS;
    }

    @Override
    public void begin(long timestampMs) {
        header.timestampMs = timestampMs;
        bodyEnd = RecordBuffer.BODY_AT;
        metadataBytes = 0;
        eventCount = 0;
        payloadBytes = 0;
    }

    @Override
    public void metadata(ByteBuffer metadata) {
        if (eventCount != 0) {
            throw new IllegalStateException("metadata must precede the first event: eventCount=" + eventCount);
        }
        int lengthBytes = metadata.remaining();
        int lengthBytesMax = Math.min(METADATA_BYTES_MAX, payloadBytesMax);
        if (lengthBytes > lengthBytesMax) {
            throw new JournalException(
                    "metadata is too long: lengthBytes=" + lengthBytes + ", lengthBytesMax=" + lengthBytesMax);
        }
        reserve(RecordBuffer.BODY_AT, lengthBytes);
        metadata.get(metadata.position(), record.bytes(), RecordBuffer.BODY_AT, lengthBytes);
        metadataBytes = lengthBytes;
        bodyEnd = RecordBuffer.BODY_AT + lengthBytes;
    }

    @Override
    public void add(PayloadCodec codec, Object event) {
        requireRoomForOneMore();
        StoredType type = codec.typeOf(event);
        byte[] name = nameOf(type);
        int payloadAt = payloadAt(name);
        int lengthBytes = encode(codec, event, payloadAt);
        while (lengthBytes < 0) {
            grow();
            lengthBytes = encode(codec, event, payloadAt);
        }
        finishEvent(type, name, lengthBytes);
    }

    @Override
    public void add(StoredType type, ByteBuffer payload) {
        requireRoomForOneMore();
        byte[] name = nameOf(type);
        int payloadAt = payloadAt(name);
        int lengthBytes = payload.remaining();
        if (lengthBytes > payloadBytesMax - sizeBytes()) {
            throw tooLarge();
        }
        reserve(payloadAt, lengthBytes);
        payload.get(payload.position(), record.bytes(), payloadAt, lengthBytes);
        finishEvent(type, name, lengthBytes);
    }

    @Override
    public int eventCount() {
        return eventCount;
    }

    @Override
    public int sizeBytes() {
        return metadataBytes + payloadBytes;
    }

    boolean isEmpty() {
        return eventCount == 0 && metadataBytes == 0;
    }

    /** Completes the record but for its trailer. The batch may be finished again for another stream. */
    RecordBuffer finish(byte[] id, long sequenceNumber, long previousPosition, long epoch) {
        header.epoch = epoch;
        header.sequenceNumber = sequenceNumber;
        header.previousPosition = previousPosition;
        header.eventCount = eventCount;
        header.metadataBytes = metadataBytes;
        record.finish(header, id, bodyEnd);
        return record;
    }

    /** Returns how many bytes the codec wrote, or −1 if it found too little room. */
    private int encode(PayloadCodec codec, Object event, int payloadAt) {
        int limit = (int) Math.min(record.bodyEndMax(), (long) payloadAt + payloadBytesMax - sizeBytes());
        if (payloadAt > limit) {
            return -1;
        }
        target.limit(limit).position(payloadAt);
        try {
            codec.encode(event, target);
        } catch (BufferOverflowException e) {
            return -1;
        }
        return target.position() - payloadAt;
    }

    private void finishEvent(StoredType type, byte[] name, int lengthBytes) {
        record.eventHead(bodyEnd, name.length, type.version(), lengthBytes);
        System.arraycopy(name, 0, record.bytes(), bodyEnd + RecordLayout.EVENT_HEADER_BYTES, name.length);
        bodyEnd = payloadAt(name) + lengthBytes;
        payloadBytes += lengthBytes;
        eventCount++;
    }

    private int payloadAt(byte[] name) {
        return bodyEnd + RecordLayout.EVENT_HEADER_BYTES + name.length;
    }

    private void requireRoomForOneMore() {
        if (eventCount == EVENT_COUNT_MAX) {
            throw new JournalException("batch has too many events: eventCountMax=" + EVENT_COUNT_MAX);
        }
    }

    private void reserve(int at, int lengthBytes) {
        while ((long) at + lengthBytes > record.bodyEndMax()) {
            grow();
        }
    }

    private void grow() {
        boolean payloadMayGrow = record.bodyEndMax() < (long) bodyEnd + payloadBytesMax - sizeBytes() + 4096;
        if (!payloadMayGrow || !record.grow(bodyEnd)) {
            throw tooLarge();
        }
        target = record.newView();
    }

    private JournalException tooLarge() {
        return new JournalException("batch is too large: sizeBytes=" + sizeBytes() + " without the event, eventCount="
                + eventCount + ", payloadBytesMax=" + payloadBytesMax);
    }

    @SuppressWarnings("ReferenceEquality") // the same type nearly always; another one is looked up
    private byte[] nameOf(StoredType type) {
        if (type != lastType) {
            byte[] name = typeNames.get(type);
            if (name == null) {
                name = type.name().getBytes(StandardCharsets.UTF_8);
                requireNameLength(type, name);
                remember(type, name);
            }
            lastType = type;
            lastTypeName = name;
        }
        return lastTypeName;
    }

    private void remember(StoredType type, byte[] name) {
        if (typeNames.size() == TYPE_COUNT_MAX) {
            typeNames.clear();
        }
        typeNames.put(type, name);
    }

    private static void requireNameLength(StoredType type, byte[] name) {
        if (name.length > StoredType.NAME_BYTES_MAX) {
            throw new JournalException("type name is too long: name=" + type.name() + ", lengthBytes=" + name.length
                    + ", lengthBytesMax=" + StoredType.NAME_BYTES_MAX);
        }
    }
}
