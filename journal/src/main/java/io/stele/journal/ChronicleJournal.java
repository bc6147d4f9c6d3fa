package io.stele.journal;

import io.stele.spi.ActorTally;
import io.stele.spi.Clock;
import io.stele.spi.CompactableJournal;
import io.stele.spi.CompactionOutcome;
import io.stele.spi.CompactionRun;
import io.stele.spi.DurabilityListener;
import io.stele.spi.EventBatch;
import io.stele.spi.EventReader;
import io.stele.spi.EventStream;
import io.stele.spi.HistoryFile;
import io.stele.spi.IndexStore;
import io.stele.spi.JournalException;
import io.stele.spi.LaneStats;
import io.stele.spi.OpeningReport;
import io.stele.spi.PersistenceId;
import io.stele.spi.ReplayRequest;
import io.stele.spi.SequenceConflictException;
import io.stele.spi.SteleException;
import io.stele.spi.Watermark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event journal on memory-mapped Chronicle Queue files.
 *
 * <pre>
 *   try (EventJournal journal = ChronicleJournal.open(JournalOptions.of(directory), index, Clock.system())) {
 *       EventStream stream = journal.open(new PersistenceId("account", "42"));
 *       …
 * </pre>
 *
 * <p>Needs a few JVM flags, which {@link #open} names if they are missing. Threads and failure are as {@link io.stele.spi.EventJournal} says;
 * each lane that is written has one more thread, which forces it, and the journal one that keeps segments in reserve.
 */
public final class ChronicleJournal implements CompactableJournal {
    private static final Logger LOG = LoggerFactory.getLogger(ChronicleJournal.class);

    private final Manifest manifest;
    private final JournalOptions options;
    private final JournalLock lock;
    private final JournalOpening.Parts parts;
    private final Lane[] lanes;
    private final Map<PersistenceId, ChronicleStream> streams = new ConcurrentHashMap<>();
    private final JournalCompaction compaction;
    private volatile boolean closed;

    /** Takes over what {@link JournalOpening} has opened. */
    ChronicleJournal(JournalOptions options, Manifest manifest, JournalLock lock, JournalOpening.Parts parts) {
        this.options = options;
        this.manifest = manifest;
        this.lock = lock;
        this.parts = parts;
        lanes = parts.lanes().toArray(Lane[]::new);
        compaction = new JournalCompaction(parts.lanes(), this::lastSequenceNumber);
    }

    /**
     * Opens the journal in a directory, or creates one in an empty or absent directory. After a crash, finds the end of each lane
     * and forces what it trusts before it returns: O(bytes of the last segment).
     *
     * @param options where and how; lane count and segment size of an existing journal stay as they are
     * @param index where positions are remembered; may be empty at any time, at the price of a scan
     * @param clock where time comes from
     * @throws io.stele.spi.JournalInUseException if somebody else has it open
     * @throws io.stele.spi.CorruptJournalException if what was durable is not there as it was written
     * @throws JournalException if the directory cannot hold a journal, or JVM flags are missing. In all cases nothing on disk was
     *     changed but what belongs to no event
     */
    public static ChronicleJournal open(JournalOptions options, IndexStore index, Clock clock) {
        ChronicleRuntime.begin();
        return new JournalOpening(options, index, clock, JournalMachine.real()).open();
    }

    @Override
    public int laneCount() {
        return manifest.laneCount();
    }

    @Override
    public int payloadBytesMax() {
        return Math.min(options.payloadBytesMax(), manifest.segmentBytes() / 8);
    }

    @Override
    public long epoch() {
        return parts.epoch();
    }

    @Override
    public OpeningReport openingReport() {
        return parts.report();
    }

    @Override
    public EventBatch newBatch() {
        return new ChronicleEventBatch(payloadBytesMax(), manifest.segmentBytes() / 5);
    }

    @Override
    public EventStream open(PersistenceId persistenceId) {
        requireOpen();
        byte[] id = persistenceId.encodedBytes();
        ChronicleStream stream = new ChronicleStream(this, persistenceId, id);
        if (streams.putIfAbsent(persistenceId, stream) != null) {
            throw new JournalException(
                    "actor has a stream already, and two would number their events alike; nothing was opened, close the first: "
                            + "persistenceId=" + persistenceId + ", lane=" + stream.lane());
        }
        boolean found = false;
        try {
            stream.found(lanes[stream.lane()].head(persistenceId, id));
            found = true;
        } finally {
            if (!found) {
                streams.remove(persistenceId, stream);
            }
        }
        return stream;
    }

    @Override
    public long append(EventStream stream, long sequenceNumber, EventBatch batch) {
        if (!(stream instanceof ChronicleStream own) || !own.isOf(this)) {
            throw new IllegalArgumentException(
                    "stream is closed, or not of this journal: persistenceId=" + stream.persistenceId());
        }
        ChronicleEventBatch events = (ChronicleEventBatch) batch;
        if (events.isEmpty()) {
            throw new IllegalArgumentException(
                    "batch has neither events nor metadata: persistenceId=" + own.persistenceId());
        }
        long last = own.lastSequenceNumber();
        int count = events.eventCount();
        long expected = count == 0 ? last : last + 1;
        if (sequenceNumber != expected) {
            throw new SequenceConflictException(own.persistenceId(), sequenceNumber, expected);
        }
        RecordBuffer record = events.finish(own.id(), sequenceNumber, own.lastPosition(), parts.epoch());
        long position = lanes[own.lane()].writer().append(record);
        own.advance(last + count, position);
        return position;
    }

    @Override
    public void requestSync(int lane) {
        lane(lane).sync().request();
    }

    @Override
    public long durablePosition(int lane) {
        return lane(lane).sync().durablePosition();
    }

    @Override
    public @Nullable JournalException failure(int lane) {
        return lane(lane).writer().failure();
    }

    @Override
    public LaneStats stats(int lane) {
        Lane asked = lane(lane);
        return asked.writer().stats(asked.sync());
    }

    @Override
    public void listener(DurabilityListener listener) {
        parts.listener().set(listener);
    }

    @Override
    public long replay(
            PersistenceId persistenceId, long fromSequenceNumber, long toSequenceNumber, EventReader reader) {
        requireOpen();
        requireFrom(persistenceId, fromSequenceNumber);
        return lane(lane(persistenceId))
                .replay(
                        persistenceId.encodedBytes(),
                        lastPosition(persistenceId),
                        fromSequenceNumber,
                        toSequenceNumber,
                        reader);
    }

    /** {@inheritDoc} Reads each lane in one pass, up to {@value LaneSweep#ACTORS_MAX} actors at a time. */
    @Override
    public void replayAll(List<ReplayRequest> requests) {
        requireOpen();
        Map<Lane, List<ReplayRequest>> byLane = new LinkedHashMap<>();
        for (ReplayRequest request : requests) {
            requireFrom(request.persistenceId(), request.fromSequenceNumber());
            byLane.computeIfAbsent(lane(lane(request.persistenceId())), lane -> new ArrayList<>())
                    .add(request);
        }
        byLane.forEach((lane, all) -> {
            for (int i = 0; i < all.size(); i += LaneSweep.ACTORS_MAX) {
                lane.replayAll(
                        all.subList(i, Math.min(all.size(), i + LaneSweep.ACTORS_MAX)),
                        request -> lastPosition(request.persistenceId()));
            }
        });
    }

    private static void requireFrom(PersistenceId persistenceId, long fromSequenceNumber) {
        if (fromSequenceNumber < 1) {
            throw new IllegalArgumentException("fromSequenceNumber must be at least 1: fromSequenceNumber="
                    + fromSequenceNumber + ", persistenceId=" + persistenceId);
        }
    }

    private long lastPosition(PersistenceId persistenceId) {
        ChronicleStream stream = openStream(persistenceId);
        return stream == null ? head(persistenceId).position() : stream.lastPosition();
    }

    @Override
    public long read(int lane, long afterPosition, long eventCountMax, EventReader reader) {
        requireOpen();
        if (eventCountMax < 1) {
            throw new IllegalArgumentException("eventCountMax must be at least 1: eventCountMax=" + eventCountMax);
        }
        return lane(lane).read(afterPosition, eventCountMax, reader);
    }

    @Override
    public List<HistoryFile> files(int lane) {
        requireOpen();
        return compaction.files(lane(lane).setup().lane());
    }

    @Override
    public void tally(HistoryFile file, Consumer<ActorTally> visitor) {
        requireOpen();
        compaction.tally(file, visitor);
    }

    @Override
    public CompactionOutcome compact(List<HistoryFile> files, CompactionRun run) {
        requireOpen();
        return compaction.compact(files, run);
    }

    @Override
    public @Nullable Watermark watermark(int lane) {
        requireOpen();
        return compaction.watermark(lane(lane).setup().lane());
    }

    private long lastSequenceNumber(PersistenceId persistenceId) {
        ChronicleStream stream = openStream(persistenceId);
        return stream == null ? head(persistenceId).sequenceNumber() : stream.lastSequenceNumber();
    }

    private @Nullable ChronicleStream openStream(PersistenceId persistenceId) {
        ChronicleStream stream = streams.get(persistenceId);
        return stream == null || stream.isBeingOpened() ? null : stream;
    }

    private Head head(PersistenceId persistenceId) {
        return lane(lane(persistenceId)).head(persistenceId, persistenceId.encodedBytes());
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        compaction.stop();
        parts.reserve().stop();
        parts.indexing().stop();
        JournalException failure = null;
        try {
            for (Lane lane : lanes) {
                failure = close(lane, failure);
            }
            flushIndex();
        } finally {
            lock.close();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void flushIndex() {
        try {
            parts.index().flush();
        } catch (SteleException e) {
            LOG.warn(
                    "position index could not be flushed; nothing is lost, the next opening takes longer: directory={}, cause={}",
                    options.directory(),
                    e.toString());
        }
    }

    /** Returns where the journal lives. */
    public Path directory() {
        return options.directory();
    }

    Manifest manifest() {
        return manifest;
    }

    /** Called by a stream that is closed. */
    void closed(ChronicleStream stream) {
        Head head = new Head(stream.lastSequenceNumber(), stream.lastPosition());
        lanes[stream.lane()].index().remember(stream.persistenceId(), head);
        streams.remove(stream.persistenceId(), stream);
    }

    private static @Nullable JournalException close(Lane lane, @Nullable JournalException earlier) {
        boolean failedBefore = lane.writer().failure() != null;
        try {
            lane.close();
        } catch (IOException | RuntimeException e) {
            lane.writer().fail("lane could not be closed", e);
        }
        return failedBefore || earlier != null ? earlier : lane.writer().failure();
    }

    Lane lane(int lane) {
        if (lane < 0 || lane >= lanes.length) {
            throw new IllegalArgumentException("lane is out of range: lane=" + lane + ", laneCount=" + lanes.length);
        }
        return lanes[lane];
    }

    private void requireOpen() {
        if (closed) {
            throw new JournalException("journal is closed: directory=" + options.directory());
        }
    }
}
