package io.stele.journal;

import io.stele.spi.IndexStore;
import io.stele.spi.SteleException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the records of each actor of one lane stand, up to a checkpoint. A cache: built from the lane, and built again if it is
 * lost or does not fit.
 *
 * <pre>
 *   key                                                        value
 *   [ lane 1 ][ 0x00 ]                                         [ journal id 16 ][ checkpoint 8 ][ crc of the record there 4 ]
 *   [ lane 1 ][ persistence id ][ 0x00 ][ last sequence        [ position of the first record 8 ][ its event count, varint ]
 *              number 8 ][ position of the last record 8 ]       then for each further one: [ distance / 4, varint ]
 *                                                                [ event count, varint ]
 *   [ lane 1 ][ persistence id ][ 0x01 ]                       [ last sequence number 8 ][ position of the last record 8 ]
 * </pre>
 *
 * <p>Big-endian, so that keys sort by number; persistence ids have no bytes below 0x20. A chunk holds at most {@link
 * #CHUNK_RECORDS_MAX} records of one segment. Because its key names its end, one look-up finds the chunk in which a sequence
 * number lies. Only durable records are in it, so that it never knows more than the lane after a power cut.
 *
 * <p>Any thread may read.
 */
final class PositionIndex {
    private static final Logger LOG = LoggerFactory.getLogger(PositionIndex.class);
    static final int CHUNK_RECORDS_MAX = 64;

    private static final int DENSE_BYTES = 1 << 10;
    private static final byte CHUNK = 0;
    private static final byte HEAD = 1;
    private static final int CHUNK_SUFFIX_BYTES = 1 + 2 * Long.BYTES;

    private final IndexStore store;
    private final byte lane;
    private final UUID journalId;

    PositionIndex(IndexStore store, int lane, UUID journalId) {
        this.store = store;
        this.lane = (byte) lane;
        this.journalId = journalId;
    }

    /** Up to where the lane is indexed. */
    record Checkpoint(long position, int crc) {
        static final Checkpoint NONE = new Checkpoint(0, 0);
    }

    /** Returns the checkpoint, {@link Checkpoint#NONE} if there is none of this journal, or none that can be read. */
    Checkpoint checkpoint() {
        byte[] value;
        try {
            value = store.get(checkpointKey());
        } catch (SteleException e) {
            LOG.warn(
                    "position index cannot be read, and is made anew; nothing is lost: lane={}, cause={}",
                    lane,
                    e.toString());
            return Checkpoint.NONE;
        }
        if (value == null || value.length != 28) {
            return Checkpoint.NONE;
        }
        ByteBuffer source = ByteBuffer.wrap(value);
        UUID owner = new UUID(source.getLong(), source.getLong());
        return owner.equals(journalId) ? new Checkpoint(source.getLong(), source.getInt()) : Checkpoint.NONE;
    }

    /**
     * Returns where the actor's history ends at or below the checkpoint; null if the index has nothing of it.
     *
     * @throws SteleException if the index is damaged there
     */
    @Nullable Head head(byte[] id) {
        byte[] value = store.get(headKey(id).array());
        if (value == null) {
            return null;
        }
        if (value.length != 2 * Long.BYTES) {
            throw new SteleException(
                    "index has no head where one should be: lane=" + lane + ", valueBytes=" + value.length);
        }
        ByteBuffer source = ByteBuffer.wrap(value);
        return new Head(source.getLong(), source.getLong());
    }

    /**
     * Fills {@code found} with the positions of some more of the actor's records, oldest first: from the chunk on in which the
     * number lies that it was started with, up to a chunk that goes beyond {@code toSequenceNumber}. More than what was asked for
     * may be there at both ends; nothing at and behind what cannot be read, or cannot be right.
     *
     * @return whether there may be more: then call again
     */
    boolean next(byte[] id, long toSequenceNumber, Positions found) {
        try {
            return scan(id, toSequenceNumber, found);
        } catch (SteleException e) {
            found.clear(); // a block of the store is damaged
            return false;
        }
    }

    private boolean scan(byte[] id, long toSequenceNumber, Positions found) {
        byte[] from = found.nextKey(lane, id);
        int prefixBytes = id.length + 2;
        found.clear();
        store.scan(from, (key, value) -> {
            int at = key.position();
            if (key.remaining() != from.length || !startsWith(key, from, prefixBytes)) {
                return false;
            }
            long lastSequenceNumber = bigEndian(key, at + prefixBytes);
            long lastPosition = bigEndian(key, at + prefixBytes + Long.BYTES);
            found.goOnBehind(lastSequenceNumber, lastPosition);
            try {
                found.addChunk(value, lastPosition);
            } catch (BufferUnderflowException e) {
                return false; // what is missing is found by the chain
            }
            found.isEnded = lastSequenceNumber > toSequenceNumber;
            return !found.isEnded && found.hasRoom();
        });
        return !found.isEnded && !found.hasRoom();
    }

    /** Forgets the whole lane. */
    void clear() {
        byte[] from = {lane};
        byte[] to = lane == (byte) 0xff ? new byte[] {lane, (byte) 0xff} : new byte[] {(byte) (lane + 1)};
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.deleteRange(from, to);
            writer.commit();
        }
    }

    /** Forgets the chunks of an actor that end before {@code keepFrom}. */
    void forget(byte[] id, long keepFrom) {
        byte[] prefix = chunkPrefix(id);
        byte[] to = ByteBuffer.allocate(prefix.length + Long.BYTES)
                .put(prefix)
                .putLong(keepFrom)
                .array();
        try (IndexStore.Writer writer = store.newWriter()) {
            writer.deleteRange(prefix, to);
            writer.commit();
        }
    }

    IndexStore.Writer newWriter() {
        return store.newWriter();
    }

    void flush() {
        store.flush();
    }

    void putChunk(IndexStore.Writer writer, byte[] id, long lastSequenceNumber, long lastPosition, ByteBuffer chunk) {
        byte[] prefix = chunkPrefix(id);
        ByteBuffer key = ByteBuffer.allocate(id.length + 1 + CHUNK_SUFFIX_BYTES)
                .put(prefix)
                .putLong(lastSequenceNumber)
                .putLong(lastPosition);
        writer.put(key.flip(), chunk);
    }

    void putHead(IndexStore.Writer writer, byte[] id, Head head) {
        ByteBuffer value = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(head.sequenceNumber())
                .putLong(head.position());
        writer.put(headKey(id), value.flip());
    }

    void putCheckpoint(IndexStore.Writer writer, Checkpoint checkpoint) {
        ByteBuffer value = ByteBuffer.allocate(28)
                .putLong(journalId.getMostSignificantBits())
                .putLong(journalId.getLeastSignificantBits())
                .putLong(checkpoint.position())
                .putInt(checkpoint.crc());
        writer.put(ByteBuffer.wrap(checkpointKey()), value.flip());
    }

    static void putVarint(ByteBuffer target, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            target.put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    static long varint(ByteBuffer source) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte part = source.get();
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new BufferUnderflowException();
    }

    private byte[] checkpointKey() {
        return new byte[] {lane, 0};
    }

    private ByteBuffer headKey(byte[] id) {
        return ByteBuffer.allocate(2 + id.length).put(lane).put(id).put(HEAD).flip();
    }

    private byte[] chunkPrefix(byte[] id) {
        return ByteBuffer.allocate(2 + id.length).put(lane).put(id).put(CHUNK).array();
    }

    private static boolean startsWith(ByteBuffer key, byte[] prefix, int prefixBytes) {
        int at = key.position();
        for (int i = 0; i < prefixBytes; i++) {
            if (key.get(at + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static long bigEndian(ByteBuffer source, int at) {
        long value = source.getLong(at);
        return source.order() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value);
    }

    /** Some positions of one actor, a bounded number at a time, and where to go on. Reused. */
    static final class Positions {
        private final long[] values;
        private int count;
        private long nextSequenceNumber;
        private long nextPosition;
        private boolean isEnded;

        /**
         * Makes an empty list.
         *
         * @param capacity at least {@link #CHUNK_RECORDS_MAX}
         */
        Positions(int capacity) {
            values = new long[capacity];
        }

        /** Begins at the chunk in which {@code sequenceNumber} lies. */
        void start(long sequenceNumber) {
            goOnBehind(sequenceNumber, -1);
            clear();
        }

        int count() {
            return count;
        }

        long position(int i) {
            return values[i];
        }

        /** Returns whether hardly anything but these records can lie between the first and the last of them. */
        boolean isDense() {
            return count > 1 && (values[count - 1] - values[0]) / count <= DENSE_BYTES;
        }

        /** Returns the positions themselves; only the first {@link #count()} mean something. */
        long[] values() {
            return values;
        }

        private void clear() {
            count = 0;
            isEnded = false;
        }

        private boolean hasRoom() {
            return count + CHUNK_RECORDS_MAX <= values.length;
        }

        private void goOnBehind(long sequenceNumber, long position) {
            nextSequenceNumber = sequenceNumber;
            nextPosition = position + 1;
        }

        private byte[] nextKey(byte lane, byte[] id) {
            return ByteBuffer.allocate(1 + id.length + CHUNK_SUFFIX_BYTES)
                    .put(lane)
                    .put(id)
                    .put(CHUNK)
                    .putLong(nextSequenceNumber)
                    .putLong(nextPosition)
                    .array();
        }

        /** Adds the positions of a chunk that ends with {@code lastPosition}, or none of them. */
        private void addChunk(ByteBuffer chunk, long lastPosition) {
            int kept = count;
            try {
                long position = bigEndian(chunk, chunk.position());
                chunk.position(chunk.position() + Long.BYTES);
                varint(chunk);
                add(position);
                while (chunk.hasRemaining()) {
                    position += varint(chunk) << 2;
                    varint(chunk);
                    add(position);
                }
                if (position != lastPosition
                        || RecordLayout.segmentOf(values[kept]) != RecordLayout.segmentOf(position)) {
                    throw new BufferUnderflowException();
                }
            } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
                count = kept;
                throw new BufferUnderflowException();
            }
        }

        /** Adds a position; within one segment they ascend. */
        private void add(long position) {
            boolean ascends = count == 0 || position > values[count - 1];
            if (count == values.length || position <= 0 || (position & 3) != 0 || !ascends) {
                throw new BufferUnderflowException();
            }
            values[count++] = position;
        }
    }
}
