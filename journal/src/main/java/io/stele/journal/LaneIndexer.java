package io.stele.journal;

import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Carries durable records of one lane into its {@link PositionIndex}, behind the writer. Confined to one thread at a time.
 */
final class LaneIndexer {
    /** Actors whose chunks are kept open at once; beyond that they are written early. */
    private static final int ACTORS_MAX = 100_000;

    private final LaneSetup setup;
    private final PositionIndex index;
    private final LaneReader reader;
    private final Map<PersistenceId, Chunk> chunks = new HashMap<>();
    private volatile PositionIndex.Checkpoint checkpoint;
    private long segment;
    private long target;

    LaneIndexer(LaneSetup setup, PositionIndex index) {
        this.setup = setup;
        this.index = index;
        checkpoint = index.checkpoint();
        reader = new LaneReader(
                setup.options().directory(), setup.manifest(), setup.lane(), () -> target, LaneReader.STRICT);
    }

    /** Returns up to which position everything is indexed. A volatile read. */
    long checkpointPosition() {
        return checkpoint.position();
    }

    /**
     * Drops the index if it does not belong to what the lane holds now: to an older or newer copy of it, say.
     *
     * @param tail where the lane ends
     */
    void requireFit(LaneTail tail) {
        long position = checkpoint.position();
        if (position == 0) {
            index.clear();
            return;
        }
        if (!fits(checkpoint, tail)) {
            index.clear();
            checkpoint = PositionIndex.Checkpoint.NONE;
        }
    }

    /** Returns whether the lane holds the very record that a checkpoint names. */
    boolean fits(PositionIndex.Checkpoint expected, LaneTail tail) {
        long position = expected.position();
        return position > 0
                && position <= tail.position()
                && RecordLayout.segmentOf(position) >= tail.firstSegment()
                && standsThere(expected);
    }

    /** Returns up to where everything is indexed, and what the record there is. A volatile read. */
    PositionIndex.Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Indexes everything up to {@code lastPosition}, which is durable, and moves the checkpoint there. O(bytes). */
    void run(long lastPosition) {
        if (lastPosition <= checkpoint.position()) {
            return;
        }
        target = lastPosition;
        long firstSegment = RecordLayout.segmentOf(checkpoint.position());
        try (IndexStore.Writer writer = index.newWriter()) {
            reader.seekAfter(checkpoint.position());
            while (reader.lastPosition() < lastPosition && reader.next()) {
                add(writer, reader.record());
            }
            writeAll(writer);
            PositionIndex.Checkpoint next = new PositionIndex.Checkpoint(reader.lastPosition(), reader.lastCrc());
            index.putCheckpoint(writer, next);
            writer.commit();
            if (RecordLayout.segmentOf(next.position()) != firstSegment) {
                index.flush();
            }
            checkpoint = next;
        } finally {
            chunks.clear();
            reader.close();
        }
    }

    private boolean standsThere(PositionIndex.Checkpoint expected) {
        try (SegmentReader reader = SegmentReader.open(
                setup.segment(RecordLayout.segmentOf(expected.position())),
                RecordLayout.segmentOf(expected.position()),
                new ReadBuffers(4096))) {
            RecordView view = new RecordView();
            return reader.readAt(RecordLayout.offsetOf(expected.position()), view) == SegmentReader.Outcome.RECORD
                    && view.crc() == expected.crc();
        }
    }

    private void add(IndexStore.Writer writer, RecordView record) {
        if (RecordLayout.segmentOf(record.position()) != segment || chunks.size() >= ACTORS_MAX) {
            writeAll(writer);
            segment = RecordLayout.segmentOf(record.position());
        }
        if (record.kind() != RecordLayout.KIND_EVENTS) {
            return;
        }
        Chunk chunk = chunks.computeIfAbsent(record.persistenceId(), Chunk::new);
        if (chunk.count == PositionIndex.CHUNK_RECORDS_MAX) {
            chunk.write(writer, index);
        }
        chunk.add(record);
    }

    private void writeAll(IndexStore.Writer writer) {
        for (Chunk chunk : chunks.values()) {
            chunk.write(writer, index);
            index.putHead(writer, chunk.id, new Head(chunk.lastSequenceNumber, chunk.lastPosition));
        }
        chunks.clear();
    }

    /** The records of one actor that were met since its last chunk was written. */
    private static final class Chunk {
        private static final int VALUE_BYTES_MAX = Long.BYTES + PositionIndex.CHUNK_RECORDS_MAX * 8;

        private final byte[] id;
        private ByteBuffer value = ByteBuffer.allocate(24);
        private int count;
        private long lastSequenceNumber;
        private long lastPosition;

        Chunk(PersistenceId persistenceId) {
            id = persistenceId.encodedBytes();
        }

        void add(RecordView record) {
            if (value.remaining() < 16) {
                value = ByteBuffer.allocate(Math.min(2 * value.capacity(), VALUE_BYTES_MAX + 16))
                        .put(value.flip());
            }
            if (count == 0) {
                value.putLong(record.position());
            } else {
                PositionIndex.putVarint(value, (record.position() - lastPosition) >>> 2);
            }
            PositionIndex.putVarint(value, record.batchCount());
            lastPosition = record.position();
            lastSequenceNumber = record.lastSequenceNumber();
            count++;
        }

        void write(IndexStore.Writer writer, PositionIndex index) {
            index.putChunk(writer, id, lastSequenceNumber, lastPosition, value.flip());
            value.clear();
            count = 0;
        }
    }
}
