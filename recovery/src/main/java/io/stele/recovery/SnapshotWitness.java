package io.stele.recovery;

import io.stele.spi.CompactableJournal;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredType;
import io.stele.spi.Watermark;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ties a snapshot store to the journal that was compacted because of it. Before a compaction writes its watermark into a lane, it
 * leaves the watermark's number and hash in the store, as the snapshot of an actor that nobody else can have. Whoever opens both
 * compares them: a store that is behind its journal is not the one that was there.
 *
 * <pre>
 *   snapshots   stele-compaction/lane-3 at 7, hash     saved and flushed first
 *   journal     watermark 7 of lane 3, hash            then this, and only then anything is removed
 * </pre>
 */
public final class SnapshotWitness {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotWitness.class);
    private static final StoredType TYPE = new StoredType("stele-compaction", 1);
    private static final int KEEP_COUNT = 2;

    private SnapshotWitness() {}

    /**
     * Requires that the snapshots are at least as new as the journal's last compactions. Costs one look-up per lane.
     *
     * @throws SnapshotsOutdatedException if they are not; nothing was changed
     */
    public static void require(CompactableJournal journal, SnapshotStore snapshots) {
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            Watermark watermark = journal.watermark(lane);
            if (watermark != null) {
                require(watermark, snapshots.load(id(lane), Long.MAX_VALUE));
            }
        }
    }

    /**
     * As {@link #require}, but takes snapshots that were lost, or are an older copy: then every actor whose events went with them is
     * refused for itself, with {@link io.stele.spi.HistoryCompactedException}, and all others serve. Never takes those of another
     * journal, as far as that can be told.
     *
     * @return in which lanes snapshots are missing; empty if none are
     * @throws SnapshotsOutdatedException if they are those of another journal; nothing was changed
     */
    public static List<Integer> requireOrLost(CompactableJournal journal, SnapshotStore snapshots) {
        List<Integer> lost = new ArrayList<>();
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            Watermark watermark = journal.watermark(lane);
            if (watermark == null) {
                continue;
            }
            Optional<Snapshot> witness = snapshots.load(id(lane), Long.MAX_VALUE);
            if (witness.map(Snapshot::sequenceNumber).orElse(0L) < watermark.number()) {
                lost.add(lane);
                LOG.warn(
                        "snapshots that the journal was compacted for are lost; actors whose events went with them are refused,"
                                + " all others serve: lane={}, watermarkNumber={}, snapshotCount={}",
                        lane,
                        watermark.number(),
                        watermark.snapshotCount());
            } else {
                require(watermark, witness);
            }
        }
        return lost;
    }

    private static void require(Watermark watermark, Optional<Snapshot> witness) {
        long number = witness.map(Snapshot::sequenceNumber).orElse(0L);
        boolean isSame = number > watermark.number()
                || (number == watermark.number()
                        && witness.orElseThrow().payload().duplicate().getLong() == watermark.snapshotHash());
        if (!isSame) {
            throw new SnapshotsOutdatedException("snapshots are not those that the journal was compacted for: lane="
                    + watermark.lane() + ", watermarkNumber=" + watermark.number() + ", numberFound=" + number
                    + ", snapshotHash=" + String.format("%016x", watermark.snapshotHash()) + ", snapshotCount="
                    + watermark.snapshotCount()
                    + "; nothing was changed on disk; bring back the directory of snapshots that was beside this journal, or open without"
                    + " the actors concerned: SteleBuilder.withoutLostSnapshots");
        }
    }

    /** Leaves the number of the next watermark in the store. Survives a power cut when this returns. */
    static void save(SnapshotStore snapshots, int lane, long number, long hash, long nowMs) {
        ByteBuffer payload = ByteBuffer.allocate(Long.BYTES).putLong(hash).flip();
        snapshots.save(new Snapshot(id(lane), number, number, nowMs, TYPE, payload, ByteBuffer.allocate(0)));
        snapshots.flush();
        snapshots.prune(id(lane), KEEP_COUNT);
        Optional<Snapshot> saved = snapshots.load(id(lane), Long.MAX_VALUE);
        boolean isThere = saved.isPresent()
                && saved.get().sequenceNumber() == number
                && saved.get().payload().duplicate().getLong() == hash;
        if (!isThere) {
            throw new SnapshotsOutdatedException(
                    "snapshot store does not give back what it was told; nothing was removed: lane=" + lane
                            + ", number=" + number);
        }
    }

    private static PersistenceId id(int lane) {
        return new PersistenceId("stele-compaction", "lane-" + lane);
    }
}
