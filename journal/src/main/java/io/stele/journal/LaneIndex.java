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

    private final PositionIndex positions;
    private final LaneIndexer indexer;
    private final Map<PersistenceId, Head> recent = new ConcurrentHashMap<>();

    /** Opens the index and makes it complete up to where the lane ends. O(bytes behind the checkpoint). */
    LaneIndex(LaneSetup setup, IndexStore store, LaneTail tail) {
        positions = new PositionIndex(store, setup.lane(), setup.manifest().journalId());
        indexer = new LaneIndexer(setup, positions);
        indexer.requireFit(tail);
        indexer.run(tail.position());
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
