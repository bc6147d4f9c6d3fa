package io.stele.journal;

import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the histories of one lane's actors end, and where their records stand.
 *
 * <pre>
 *   records:    [ …  indexed … ]|checkpoint|[ … not yet … ]
 *   heads from:  PositionIndex               streams that are open, and "recent": those that were closed
 * </pre>
 *
 * <p>Any thread may ask; one at a time may make the index follow the writer.
 */
final class LaneIndex {
    /** How far the index may be behind the writer while its segment grows. */
    private static final long LAG_BYTES_MAX = 1 << 20;
    /** How many actors an opening remembers, some 40 MB. */
    private static final int HEADS_MAX = 1 << 18;

    private final PositionIndex positions;
    private final LaneIndexer indexer;
    private final Map<PersistenceId, Head> recent = new ConcurrentHashMap<>();

    /**
     * Opens the index. What is behind its checkpoint is read once: who has a record there, and where the last one is, is enough to open
     * any actor, and costs a tenth of writing it into the index, which follows later. Only if there are too many actors to remember is
     * it made complete at once. O(bytes behind the checkpoint).
     */
    LaneIndex(LaneSetup setup, IndexStore store, LaneTail tail) {
        positions = new PositionIndex(store, setup.lane(), setup.manifest().journalId());
        indexer = new LaneIndexer(setup, positions);
        indexer.requireFit(tail);
        if (!rememberTail(setup, tail.position())) {
            indexer.run(tail.position());
        }
    }

    private boolean rememberTail(LaneSetup setup, long lastPosition) {
        if (lastPosition <= indexer.checkpointPosition()) {
            return true;
        }
        try (LaneReader reader = new LaneReader(
                setup.options().directory(), setup.manifest(), setup.lane(), () -> lastPosition, LaneReader.STRICT)) {
            reader.seekAfter(indexer.checkpointPosition());
            RecordView record = reader.record();
            while (reader.lastPosition() < lastPosition && reader.next()) {
                if (record.kind() == RecordLayout.KIND_EVENTS) {
                    recent.put(record.persistenceId(), new Head(record.lastSequenceNumber(), record.position()));
                }
                if (recent.size() > HEADS_MAX) {
                    recent.clear();
                    return false;
                }
            }
        }
        return true;
    }

    /** Returns where the history of an actor ends whose stream is not open. */
    Head head(PersistenceId persistenceId, byte[] id) {
        Head head = recent.get(persistenceId);
        if (head == null) {
            head = positions.head(id);
        }
        return head == null ? Head.NONE : head;
    }

    /** Remembers where the history of an actor ends whose stream is being closed. */
    void remember(PersistenceId persistenceId, Head head) {
        if (head.position() > indexer.checkpointPosition()) {
            recent.put(persistenceId, head);
        } else {
            recent.remove(persistenceId); // an older one may be there until the index has tidied up
        }
    }

    /** Returns up to which position {@link #positions} knows everything. */
    long checkpointPosition() {
        return indexer.checkpointPosition();
    }

    /** Returns the index itself, for reading. */
    PositionIndex positions() {
        return positions;
    }

    /** Forgets records of an actor that ended before {@code keepFrom} and were compacted. */
    void forget(byte[] id, long keepFrom) {
        positions.forget(id, keepFrom);
    }

    /** Makes what was forgotten stay so. */
    void flush() {
        positions.flush();
    }

    /**
     * Indexes up to {@code durablePosition} if enough has been written since the last time.
     *
     * @return whether it was more than a whole segment behind
     */
    boolean follow(long durablePosition) {
        long checkpoint = indexer.checkpointPosition();
        if (durablePosition - checkpoint <= LAG_BYTES_MAX) { // across segments it is far more than any lag
            return false;
        }
        complete(durablePosition);
        return checkpoint != 0 && RecordLayout.segmentOf(durablePosition) > RecordLayout.segmentOf(checkpoint) + 1;
    }

    /** Indexes up to {@code durablePosition}. */
    void complete(long durablePosition) {
        indexer.run(durablePosition);
        long checkpoint = indexer.checkpointPosition();
        recent.values().removeIf(head -> head.position() <= checkpoint);
    }
}
