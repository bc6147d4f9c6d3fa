package io.stele.journal;

import io.stele.spi.EventHistory;
import io.stele.spi.EventReader;
import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The histories in a journal that somebody else owns, or nobody: takes no lock, writes nothing, needs no permission to write. Works
 * while the owner runs, and on what a crash has left behind.
 *
 * <pre>
 *   lane:   [ …  indexed … ]|checkpoint|[ … scanned for the actor's last record … ]
 *                                                        |
 *           [ 1 ] &lt;- [ 2 3 ] &lt;------------------- [ 4 ] &lt;┘     then along its chain
 * </pre>
 *
 * <p>Of a lane whose owner is at work it sees what is appended when a call begins, durable or not.
 *
 * <h2>Threads</h2>
 * Any thread; every call opens files for itself.
 *
 * <h2>Cost</h2>
 * A replay scans the part of the actor's lane that the index does not know, all of it if there is no index; then it reads the
 * actor's records.
 */
public final class ReadOnlyJournal implements EventHistory {
    private final Path directory;
    private final Manifest manifest;
    private final @Nullable IndexStore index;

    private ReadOnlyJournal(Path directory, Manifest manifest, @Nullable IndexStore index) {
        this.directory = directory;
        this.manifest = manifest;
        this.index = index;
    }

    /**
     * Reads the manifest of a journal.
     *
     * @param index where its owner remembers positions, as it is now or was a while ago; null if there is none. Not closed here
     * @throws io.stele.spi.CorruptJournalException if the manifest is damaged
     * @throws io.stele.spi.JournalException if there is no journal, if it is of a newer format, or if it cannot be read
     */
    public static ReadOnlyJournal open(Path directory, @Nullable IndexStore index) {
        return new ReadOnlyJournal(directory, Manifest.read(directory), index);
    }

    @Override
    public long replay(
            PersistenceId persistenceId, long fromSequenceNumber, long toSequenceNumber, EventReader reader) {
        if (fromSequenceNumber < 1) {
            throw new IllegalArgumentException("fromSequenceNumber must be at least 1: fromSequenceNumber="
                    + fromSequenceNumber + ", persistenceId=" + persistenceId);
        }
        int lane = persistenceId.slice() % manifest.laneCount();
        try (RecordFetcher records = new RecordFetcher(directory, lane)) {
            long lastPosition = lastPosition(lane, persistenceId, records);
            return new ActorReplay(records)
                    .replay(persistenceId, lastPosition, fromSequenceNumber, toSequenceNumber, reader);
        }
    }

    /**
     * Where the index ends, and where the actor's history does up to there.
     */
    private record Start(long checkpoint, long lastPosition) {
        static final Start OF_LANE = new Start(0, 0);
    }

    private long lastPosition(int lane, PersistenceId persistenceId, RecordFetcher records) {
        byte[] id = persistenceId.encodedBytes();
        Start start = start(lane, id, records);
        long last = start.lastPosition;
        // reads faster than a lane can be written, so it comes to an end
        try (LaneReader reader = new LaneReader(
                directory, manifest, lane, () -> LaneScan.durablePosition(directory, lane), ReadOnlyJournal::refuse)) {
            reader.seekAfter(start.checkpoint);
            RecordView record = reader.record();
            while (reader.next()) {
                if (record.kind() == RecordLayout.KIND_EVENTS && record.isOf(id)) {
                    last = record.position();
                }
            }
        }
        return last;
    }

    /** Returns what the index says, if it is one of this lane as it is: one that is damaged, or of another state, is as good as none. */
    private Start start(int lane, byte[] id, RecordFetcher records) {
        if (index == null) {
            return Start.OF_LANE;
        }
        PositionIndex positions = new PositionIndex(index, lane, manifest.journalId());
        try {
            PositionIndex.Checkpoint checkpoint = positions.checkpoint();
            if (!stands(checkpoint, records)) {
                return Start.OF_LANE;
            }
            Head head = positions.head(id);
            if (head == null) {
                return new Start(checkpoint.position(), 0);
            }
            return LaneIndex.stands(head, checkpoint.position(), id, records)
                    ? new Start(checkpoint.position(), head.position())
                    : Start.OF_LANE;
        } catch (SteleException e) {
            return Start.OF_LANE;
        }
    }

    private static boolean stands(PositionIndex.Checkpoint checkpoint, RecordFetcher records) {
        return checkpoint.position() != 0
                && records.isPresent(checkpoint.position())
                && records.fetch(checkpoint.position()).crc() == checkpoint.crc();
    }

    /** What never was durable is the tail of a crash, or of a writer at work. */
    private static void refuse(Finding finding) {
        if (finding.durable()) {
            throw finding.toException();
        }
    }
}
