package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the histories of one lane's actors end, and where their records stand.
 *
 * <pre>
 *   records:    [ …  indexed … ]|checkpoint|[ … not yet … ]
 *   heads from:  PositionIndex               streams that are open, and "recent": those that were closed
 *                or HeadsFile, if that knows more
 * </pre>
 *
 * <p>Any thread may ask; one at a time may make the index follow the writer.
 */
final class LaneIndex {
    private static final Logger LOG = LoggerFactory.getLogger(LaneIndex.class);
    /** How far the index may be behind the writer while its segment grows. */
    private static final long LAG_BYTES_MAX = 1 << 20;
    /** How many actors an opening remembers, some 40 MB. */
    private static final int HEADS_MAX = 1 << 18;

    private final LaneSetup setup;
    private final IndexStore store;
    private final PositionIndex positions;
    private final LaneIndexer indexer;
    private final Map<PersistenceId, Head> recent = new ConcurrentHashMap<>();
    /** What the last close has left, as long as the index does not know as much. */
    private volatile @Nullable HeadsFile left;

    /**
     * Opens the index. What is behind its checkpoint is read once: who has a record there, and where the last one is, is enough to open
     * any actor, and costs a tenth of writing it into the index, which follows later. Only if there are too many actors to remember is
     * it made complete at once. O(bytes behind the checkpoint).
     */
    LaneIndex(LaneSetup setup, IndexStore store, LaneTail tail) {
        this.setup = setup;
        this.store = store;
        positions = new PositionIndex(store, setup.lane(), setup.manifest().journalId());
        indexer = new LaneIndexer(setup, positions);
        indexer.requireFit(tail);
        HeadsFile found = leftHeads(tail);
        left = found;
        long from = found == null
                ? indexer.checkpointPosition()
                : found.checkpoint().position();
        if (!rememberTail(from, tail.position())) {
            complete(tail.position());
        }
    }

    /** Returns what the last close has left if that is newer than the index, or in place of one that is lost; null if it is not. */
    private @Nullable HeadsFile leftHeads(LaneTail tail) {
        long indexed = indexer.checkpointPosition();
        HeadsFile found = indexed < tail.position() ? HeadsFile.read(setup) : null;
        return found != null && found.checkpoint().position() > indexed && indexer.fits(found.checkpoint(), tail)
                ? found
                : null;
    }

    /** Leaves behind where every actor's history ends, once the index is complete; not if that would take long. */
    void leaveHeads() {
        Map<PersistenceId, Head> heads = new HashMap<>();
        if (IndexHeads.walkAtMost(store, setup.lane(), HeadsFile.INDEX_ENTRIES_MAX, heads::put)) {
            new HeadsFile(indexer.checkpoint(), heads).write(setup);
        }
    }

    private boolean rememberTail(long from, long lastPosition) {
        if (lastPosition <= from) {
            return true;
        }
        TailHeads heads = new TailHeads();
        try (LaneReader reader = newReader(lastPosition)) {
            reader.seekAfter(from);
            RecordView record = reader.record();
            while (heads.count() <= HEADS_MAX && reader.lastPosition() < lastPosition && reader.next()) {
                if (record.kind() == RecordLayout.KIND_EVENTS) {
                    heads.add(record);
                }
            }
        }
        if (heads.count() > HEADS_MAX) {
            return false;
        }
        heads.forEach(
                (id, head) -> recent.merge(id, head, (one, other) -> one.position() > other.position() ? one : other));
        return true;
    }

    /**
     * Returns where the history of an actor ends whose stream is not open. What the index says is compared with the record that it
     * names: a wrong number here would number events twice. An index that cannot be read, or is wrong, costs a scan of the lane.
     *
     * @param records of this lane; not in use by anyone else
     */
    Head head(PersistenceId persistenceId, byte[] id, RecordFetcher records) {
        Head head = recent.get(persistenceId);
        if (head != null) {
            return head;
        }
        HeadsFile closed = left;
        long knownTo =
                closed == null ? checkpointPosition() : closed.checkpoint().position();
        if (knownTo == 0) {
            return Head.NONE;
        }
        SteleException cause;
        try {
            head = closed == null ? positions.head(id) : closed.heads().get(persistenceId);
            if (head == null || stands(head, knownTo, id, records)) {
                return head == null ? Head.NONE : head;
            }
            cause = new SteleException("the record that it names is another one: position=" + head.position());
        } catch (SteleException e) {
            cause = e;
        }
        LOG.warn(
                "position index is damaged, so the lane is read instead; nothing is lost: lane={}, persistenceId={}, cause={}",
                setup.lane(),
                persistenceId,
                cause.toString());
        return scan(id, knownTo, cause);
    }

    /** Returns whether what an index says of an actor's end is what the lane holds there. */
    static boolean stands(Head head, long checkpointPosition, byte[] id, RecordFetcher records) {
        if (head.position() < 1 || head.position() > checkpointPosition) {
            return false;
        }
        RecordView record = records.find(head.position());
        return record != null && record.isOf(id) && record.lastSequenceNumber() == head.sequenceNumber();
    }

    /**
     * Finds the actor's last record up to a position. O(lane).
     *
     * @param cause why; thrown if the lane cannot be read either and it was the lane's own fault
     */
    private Head scan(byte[] id, long lastPosition, SteleException cause) {
        Head found = Head.NONE;
        try (LaneReader reader = newReader(lastPosition)) {
            reader.seekAfter(0);
            RecordView record = reader.record();
            while (reader.lastPosition() < lastPosition && reader.next()) {
                if (record.kind() == RecordLayout.KIND_EVENTS && record.isOf(id)) {
                    found = new Head(record.lastSequenceNumber(), record.position());
                }
            }
        } catch (CorruptJournalException e) {
            throw cause instanceof CorruptJournalException own ? own : e;
        }
        return found;
    }

    private LaneReader newReader(long lastPosition) {
        return new LaneReader(
                setup.options().directory(), setup.manifest(), setup.lane(), () -> lastPosition, LaneReader.STRICT);
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
        HeadsFile closed = left;
        if (closed != null && checkpoint >= closed.checkpoint().position()) {
            left = null; // before "recent" forgets what is newer than this
        }
        recent.values().removeIf(head -> head.position() <= checkpoint);
    }
}
