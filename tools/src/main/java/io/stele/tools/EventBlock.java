package io.stele.tools;

import io.stele.spi.EventReader;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Events and notes, copied one behind the other, so that another thread can work on them while the journal is read on. Filled by one
 * thread, then handed over; used again.
 *
 * <pre>
 *   record i   ids[i], types[i] (null: a note), numbers[8 i …]: number, position, time, epoch, lane, index | count, payload | metadata bytes
 *   bytes      [ payload 0 ][ metadata 0 ][ payload 1 ][ metadata 1 ] …
 * </pre>
 */
final class EventBlock {
    static final int BYTES_MAX = 512 << 10;
    static final int COUNT_MAX = 8 << 10;
    private static final int NUMBERS = 7;

    private PersistenceId[] ids = new PersistenceId[1024];
    private @Nullable StoredType[] types = new @Nullable StoredType[1024];
    private long[] numbers = new long[1024 * NUMBERS];
    private byte[] bytes = new byte[BYTES_MAX];
    private int count;
    private int length;

    void clear() {
        count = 0;
        length = 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    boolean isFull() {
        return count >= COUNT_MAX || length >= BYTES_MAX;
    }

    void addEvent(StoredEvent event, int lane) {
        ByteBuffer payload = event.payload();
        int payloadBytes = payload.remaining();
        copy(payload, payloadBytes);
        add(event, event.type(), lane, payloadBytes);
    }

    void addNote(StoredEvent note, int lane) {
        add(note, null, lane, 0);
    }

    private void add(StoredEvent event, @Nullable StoredType type, int lane, int payloadBytes) {
        ByteBuffer metadata = event.metadata();
        int metadataBytes = metadata.remaining();
        copy(metadata, metadataBytes);
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
            types = Arrays.copyOf(types, 2 * count);
            numbers = Arrays.copyOf(numbers, 2 * numbers.length);
        }
        ids[count] = event.persistenceId();
        types[count] = type;
        int at = count++ * NUMBERS;
        numbers[at] = event.sequenceNumber();
        numbers[at + 1] = event.position();
        numbers[at + 2] = event.timestampMs();
        numbers[at + 3] = event.epoch();
        numbers[at + 4] = lane;
        numbers[at + 5] = (long) event.batchIndex() << 32 | event.batchCount();
        numbers[at + 6] = (long) payloadBytes << 32 | metadataBytes;
    }

    private void copy(ByteBuffer source, int sourceBytes) {
        if (bytes.length - length < sourceBytes) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + sourceBytes));
        }
        source.get(source.position(), bytes, length, sourceBytes);
        length += sourceBytes;
    }

    /** Hands all of it to a reader, in order. Any one thread at a time. */
    void read(Reader reader) {
        View view = new View();
        while (view.next()) {
            reader.onLane(view.lane());
            if (types[view.index] == null) {
                reader.onNote(view);
            } else {
                reader.onEvent(view);
            }
        }
    }

    /** Is told of every record in which lane it lies, just before the record. */
    interface Reader extends EventReader {
        void onLane(int lane);
    }

    /** Moves over the records. */
    private final class View implements StoredEvent {
        private final ByteBuffer payload = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        private final ByteBuffer metadata = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        private int index = -1;
        private int end;
        private int at;

        boolean next() {
            if (++index == count) {
                return false;
            }
            at = end;
            end += (int) (number(6) >>> 32) + (int) number(6);
            return true;
        }

        private long number(int which) {
            return numbers[index * NUMBERS + which];
        }

        int lane() {
            return (int) number(4);
        }

        @Override
        public PersistenceId persistenceId() {
            return ids[index];
        }

        @Override
        public long sequenceNumber() {
            return number(0);
        }

        @Override
        public long position() {
            return number(1);
        }

        @Override
        public long timestampMs() {
            return number(2);
        }

        @Override
        public long epoch() {
            return number(3);
        }

        @Override
        public int batchIndex() {
            return (int) (number(5) >>> 32);
        }

        @Override
        public int batchCount() {
            return (int) number(5);
        }

        @Override
        public StoredType type() {
            StoredType type = types[index];
            if (type == null) {
                throw new IllegalStateException("a note has no type");
            }
            return type;
        }

        @Override
        public ByteBuffer payload() {
            return payload.clear().limit(at + (int) (number(6) >>> 32)).position(at);
        }

        @Override
        public ByteBuffer metadata() {
            return metadata.clear().limit(end).position(at + (int) (number(6) >>> 32));
        }
    }
}
