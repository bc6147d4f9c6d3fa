package io.stele.journal;

import io.stele.spi.ActorTally;
import io.stele.spi.EventReader;
import io.stele.spi.HistoryFile;
import io.stele.spi.HistoryFiles;
import io.stele.spi.JournalException;
import io.stele.spi.OpeningReport;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Looks at a journal without owning it: reads the files, takes no lock, changes nothing. Works on a journal that is being written,
 * on one that was left behind by a crash, without write permission, and past damage.
 *
 * <h2>Threads</h2>
 * Any thread may call any method; every call reads for itself.
 *
 * <h2>Cost</h2>
 * One pass reads every byte up to the end of each lane once; nothing is allocated per event.
 */
public final class JournalInspector implements HistoryFiles {
    private final Path directory;
    private final Manifest manifest;
    private final List<LaneFiles> files;

    private JournalInspector(Path directory, Manifest manifest) {
        this.directory = directory;
        this.manifest = manifest;
        files = IntStream.range(0, manifest.laneCount())
                .mapToObj(lane -> new LaneFiles(
                        SegmentFiles.laneDirectory(directory, lane),
                        lane,
                        manifest.segmentBytes(),
                        () -> LaneScan.durablePosition(directory, lane)))
                .toList();
    }

    /**
     * Reads the manifest of a journal.
     *
     * @throws io.stele.spi.CorruptJournalException if the manifest is damaged
     * @throws JournalException if there is no journal, if it is of a newer format, or if it cannot be read
     */
    public static JournalInspector open(Path directory) {
        return new JournalInspector(directory, Manifest.read(directory));
    }

    @Override
    public List<HistoryFile> files(int lane) {
        return files.get(lane).list();
    }

    @Override
    public void tally(HistoryFile file, Consumer<ActorTally> visitor) {
        files.get(file.lane()).tally(file, visitor);
    }

    /** Returns the id of the journal; a backup has that of its source, a fork one of its own. */
    public UUID journalId() {
        return manifest.journalId();
    }

    /** Returns what the last opening found, by its owner's own account; empty if that is not known. */
    public Optional<OpeningReport> lastOpening() {
        return Optional.ofNullable(OpeningFile.read(directory));
    }

    /** Returns how many lanes the journal has. */
    @Override
    public int laneCount() {
        return manifest.laneCount();
    }

    /** Returns the lane that owns an actor. */
    public int lane(PersistenceId persistenceId) {
        return persistenceId.slice() % manifest.laneCount();
    }

    /**
     * Counts everything in one pass, lanes side by side.
     *
     * @param progress told how far it is, by several threads in turn
     * @throws JournalException if a file cannot be read; damage is no such case, it is in the summary
     */
    public JournalSummary summarize(ScanProgress progress) {
        ScanMeter meter = meter(progress);
        List<JournalSummary.Segment> segments = new ArrayList<>();
        List<JournalSummary.Actor> actors = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        StoredTypeTally storedTypes = new StoredTypeTally();
        List<LaneSummary> lanes = IntStream.range(0, manifest.laneCount())
                .parallel()
                .mapToObj(lane -> new LaneSummary(lane, meter.part()))
                .toList();
        for (LaneSummary lane : lanes) {
            segments.addAll(lane.scan.segments());
            findings.addAll(lane.findings);
            storedTypes.add(lane.storedTypes);
            lane.tallies.addTo(actors, lane.lane);
        }
        return new JournalSummary(
                directory,
                manifest.formatVersion(),
                manifest.journalId(),
                manifest.laneCount(),
                manifest.segmentBytes(),
                manifest.createdAtMs(),
                segments,
                entityTypes(actors),
                storedTypes.counts(),
                actors,
                findings);
    }

    private static List<JournalSummary.EntityType> entityTypes(List<JournalSummary.Actor> actors) {
        Map<String, JournalSummary.EntityType> types = new TreeMap<>();
        for (JournalSummary.Actor actor : actors) {
            JournalSummary.EntityType one = new JournalSummary.EntityType(
                    actor.persistenceId().entityType(), 1, actor.eventCount(), actor.bytes());
            types.merge(
                    one.name(),
                    one,
                    (a, b) -> new JournalSummary.EntityType(
                            a.name(),
                            a.actorCount() + b.actorCount(),
                            a.eventCount() + b.eventCount(),
                            a.bytes() + b.bytes()));
        }
        return List.copyOf(types.values());
    }

    /**
     * Reads the events and notes of one actor, in order, by scanning its lane.
     *
     * @param fromSequenceNumber the first number wanted, at least 1; notes at {@code fromSequenceNumber} − 1 come too
     * @param eventCountMax stop after this many events
     * @param reader called on the calling thread
     * @param findings told of damage that was passed over; a gap may be where it was
     * @return how many events were read
     */
    public long events(
            PersistenceId persistenceId,
            long fromSequenceNumber,
            long eventCountMax,
            EventReader reader,
            Consumer<Finding> findings) {
        byte[] id = persistenceId.encodedBytes();
        Delivery delivery = new Delivery(fromSequenceNumber, eventCountMax, reader);
        scan(lane(persistenceId), findings)
                .run(0, ScanMeter.SILENT, record -> !record.isOf(id) || delivery.onRecord(record));
        return delivery.count;
    }

    /**
     * Reads one lane across actors, in the order of positions.
     *
     * @param lane from 0 to {@link #laneCount()} − 1
     * @param afterPosition the last position that was read, or 0 for the start
     * @param eventCountMax stop after about this many events, at the end of a record
     * @param reader called on the calling thread
     * @param findings told of damage that was passed over
     * @return the position of the last record that was read; {@code afterPosition} if there is none behind it
     */
    public long read(int lane, long afterPosition, long eventCountMax, EventReader reader, Consumer<Finding> findings) {
        if (lane < 0 || lane >= manifest.laneCount()) {
            throw new IllegalArgumentException(
                    "lane is out of range: lane=" + lane + ", laneCount=" + manifest.laneCount());
        }
        Delivery delivery = new Delivery(0, eventCountMax, reader);
        return scan(lane, findings).run(afterPosition, ScanMeter.SILENT, delivery);
    }

    private LaneScan scan(int lane, Consumer<Finding> findings) {
        return new LaneScan(directory, manifest, lane, () -> LaneScan.durablePosition(directory, lane), findings);
    }

    private ScanMeter meter(ScanProgress progress) {
        try {
            return new ScanMeter(directory, manifest.laneCount(), progress);
        } catch (IOException e) {
            throw new JournalException("journal cannot be listed: directory=" + directory + ", cause=" + e, e);
        }
    }

    /** Hands events and notes on until there are enough. */
    private static final class Delivery implements LaneScan.RecordConsumer {
        private final long from;
        private final long countMax;
        private final EventReader reader;
        private long count;

        Delivery(long from, long countMax, EventReader reader) {
            this.from = from;
            this.countMax = countMax;
            this.reader = reader;
        }

        @Override
        public boolean onRecord(RecordView record) {
            if (record.isNote() && record.firstSequenceNumber() >= from - 1) {
                reader.onNote(record);
            }
            while (record.nextEvent()) {
                if (record.sequenceNumber() >= from) {
                    reader.onEvent(record);
                    count++;
                }
            }
            return count < countMax;
        }
    }

    /** One lane, counted. */
    private final class LaneSummary {
        private final int lane;
        private final List<Finding> findings = new ArrayList<>();
        private final StoredTypeTally storedTypes = new StoredTypeTally();
        private final Tallies tallies = new Tallies(storedTypes);
        private final LaneScan scan;

        LaneSummary(int lane, ScanMeter meter) {
            this.lane = lane;
            scan = scan(lane, findings::add);
            scan.run(0, meter, tallies);
            meter.tell();
        }
    }

    /** Counts per actor. */
    private static final class Tallies implements LaneScan.RecordConsumer {
        private final Map<PersistenceId, Tally> tallies = new HashMap<>();
        private final StoredTypeTally storedTypes;

        Tallies(StoredTypeTally storedTypes) {
            this.storedTypes = storedTypes;
        }

        @Override
        public boolean onRecord(RecordView record) {
            if (record.kind() == RecordLayout.KIND_EVENTS) {
                PersistenceId id = record.persistenceId();
                Tally tally = tallies.get(id);
                if (tally == null) {
                    tally = new Tally();
                    tallies.put(id, tally);
                }
                tally.add(record);
                storedTypes.add(record);
            }
            return true;
        }

        void addTo(List<JournalSummary.Actor> actors, int lane) {
            tallies.entrySet().stream()
                    .sorted(Comparator.comparing(entry -> entry.getKey().encoded()))
                    .forEach(entry -> actors.add(entry.getValue().toActor(entry.getKey(), lane)));
        }
    }

    private static final class Tally {
        private long eventCount;
        private long noteCount;
        private long bytes;
        private long firstSequenceNumber;
        private long lastSequenceNumber;
        private long lastPosition;
        private long lastTimestampMs;

        void add(RecordView record) {
            if (record.isNote()) {
                noteCount++;
            } else if (eventCount == 0) {
                firstSequenceNumber = record.firstSequenceNumber();
            }
            eventCount += record.batchCount();
            bytes += record.lengthBytes();
            lastSequenceNumber = record.lastSequenceNumber();
            lastPosition = record.position();
            lastTimestampMs = record.timestampMs();
        }

        JournalSummary.Actor toActor(PersistenceId id, int lane) {
            return new JournalSummary.Actor(
                    id,
                    lane,
                    eventCount,
                    noteCount,
                    bytes,
                    firstSequenceNumber,
                    lastSequenceNumber,
                    lastPosition,
                    lastTimestampMs);
        }
    }
}
