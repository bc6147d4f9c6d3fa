package io.stele.testkit;

import io.stele.spi.EventBatch;
import io.stele.spi.JournalException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.StoredType;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Collects the events of one effect. Confined to one thread at a time. */
final class InMemoryBatch implements EventBatch {
    private static final int CAPACITY_FIRST = 256;

    private final int payloadBytesMax;
    private final List<StoredType> types = new ArrayList<>();
    private final List<Integer> endsBytes = new ArrayList<>();
    private ByteBuffer bytes;
    private byte[] metadata = new byte[0];
    private long timestampMs;

    InMemoryBatch(int payloadBytesMax) {
        this.payloadBytesMax = payloadBytesMax;
        this.bytes = allocate(Math.min(CAPACITY_FIRST, payloadBytesMax));
    }

    @Override
    public void begin(long nowMs) {
        types.clear();
        endsBytes.clear();
        bytes.clear();
        metadata = new byte[0];
        timestampMs = nowMs;
    }

    @Override
    public void metadata(ByteBuffer source) {
        if (!types.isEmpty()) {
            throw new IllegalStateException("metadata must precede the first event: eventCount=" + types.size());
        }
        int lengthBytes = source.remaining();
        if (lengthBytes > METADATA_BYTES_MAX || lengthBytes > payloadBytesMax) {
            throw new JournalException("metadata is too long: lengthBytes=" + lengthBytes + ", lengthBytesMax="
                    + Math.min(METADATA_BYTES_MAX, payloadBytesMax));
        }
        metadata = new byte[lengthBytes];
        source.duplicate().get(metadata);
    }

    @Override
    public void add(PayloadCodec codec, Object event) {
        requireRoomForOneMore();
        StoredType type = codec.typeOf(event);
        int start = bytes.position();
        boolean encoded = false;
        try {
            while (!encoded) {
                encoded = encode(codec, event);
            }
        } finally {
            if (!encoded) {
                bytes.position(start);
            }
        }
        finishEvent(type);
    }

    @Override
    public void add(StoredType type, ByteBuffer payload) {
        requireRoomForOneMore();
        while (payload.remaining() > limitBytes() - bytes.position()) {
            grow();
        }
        bytes.put(payload.duplicate());
        finishEvent(type);
    }

    @Override
    public int eventCount() {
        return types.size();
    }

    @Override
    public int sizeBytes() {
        return metadata.length + bytes.position();
    }

    boolean isEmpty() {
        return types.isEmpty() && metadata.length == 0;
    }

    /** Copies what was collected into a record that never changes again. */
    InMemoryRecord toRecord(InMemoryStream stream, long firstSequenceNumber, long position, long epoch) {
        byte[] payloads = new byte[bytes.position()];
        bytes.duplicate().flip().get(payloads);
        return new InMemoryRecord(
                new InMemoryRecord.Place(stream.persistenceId(), firstSequenceNumber, position, epoch, timestampMs),
                List.copyOf(types),
                endsBytes.stream().mapToInt(Integer::intValue).toArray(),
                payloads,
                metadata);
    }

    private boolean encode(PayloadCodec codec, Object event) {
        ByteBuffer target = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        target.limit(limitBytes());
        try {
            codec.encode(event, target);
        } catch (BufferOverflowException e) {
            grow();
            return false;
        }
        bytes.position(target.position());
        return true;
    }

    private void finishEvent(StoredType type) {
        types.add(type);
        endsBytes.add(bytes.position());
    }

    private void requireRoomForOneMore() {
        if (types.size() == EVENT_COUNT_MAX) {
            throw new JournalException("batch has too many events: eventCountMax=" + EVENT_COUNT_MAX);
        }
    }

    /** Returns how far the buffer may be filled: to its capacity, or to what the metadata leaves of the batch's limit. */
    private int limitBytes() {
        return Math.min(bytes.capacity(), payloadBytesMax - metadata.length);
    }

    private void grow() {
        int wholeBytesMax = payloadBytesMax - metadata.length;
        if (bytes.capacity() >= wholeBytesMax) {
            throw new JournalException("batch is too large: sizeBytes=" + sizeBytes()
                    + " without the event, payloadBytesMax=" + payloadBytesMax);
        }
        int capacity = (int) Math.min(2L * bytes.capacity(), wholeBytesMax);
        bytes = allocate(capacity).put(bytes.duplicate().flip());
    }

    private static ByteBuffer allocate(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
