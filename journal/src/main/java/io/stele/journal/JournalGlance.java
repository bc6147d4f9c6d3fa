package io.stele.journal;

import io.stele.journal.ControlRecords.SegmentStart;
import io.stele.journal.JournalSummary.Actor;
import io.stele.journal.JournalSummary.EntityType;
import io.stele.journal.JournalSummary.Segment;
import io.stele.journal.JournalSummary.StoredTypeCount;
import io.stele.spi.Clock;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.IndexStore;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import io.stele.spi.StoredType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What can be said about a journal without reading it: from how its segments begin and end, from its index, and from samples.
 *
 * <pre>
 *   segment n:   [ start | sample … |            …             | last record ]   its place and checksum: from segment n + 1
 *   newest:      [ start | sample … |     …     | durable mark | read to the end ]
 * </pre>
 *
 * <p>Sizes, ends and the newest event are exact. Counts of events follow from what records are long in the samples, and are
 * estimates; those of actors come from the index, as far as it was walked in the time that was given.
 */
public final class JournalGlance {
    private static final int SAMPLE_BYTES = 256 << 10;
    private static final int SAMPLES_PER_LANE_MAX = 16;

    private final Path directory;
    private final Manifest manifest;
    private final @Nullable IndexStore index;
    private final long deadlineNs;

    /**
     * What was seen.
     *
     * @param summary counts of events in it are estimates; its actors are those that were found in the index, and the newest
     * @param actorsAreAll whether the index knows all actors, and was walked to its end
     * @param isExact whether everything is counted: false here, true of a summary that was
     */
    public record Glance(JournalSummary summary, boolean actorsAreAll, boolean isExact) {}

    private JournalGlance(Path directory, Manifest manifest, @Nullable IndexStore index, long deadlineNs) {
        this.directory = directory;
        this.manifest = manifest;
        this.index = index;
        this.deadlineNs = deadlineNs;
    }

    /**
     * Looks at a journal, on several threads.
     *
     * @param index its index; null if there is none. Not closed here
     * @param budgetNs how long the index may be walked
     * @throws JournalException if there is no journal, if it is of a newer format, or if it cannot be read
     */
    public static Glance of(Path directory, @Nullable IndexStore index, long budgetNs) {
        Manifest manifest = Manifest.read(directory);
        return new JournalGlance(directory, manifest, index, Clock.system().nanoTime() + budgetNs).look();
    }

    /** Returns how far a lane is known to be on disk; 0 for nothing, −1 if that is not known. */
    public static long durablePosition(Path directory, int lane) {
        return LaneScan.durablePosition(directory, lane);
    }

    private Glance look() {
        List<LaneGlance> lanes = IntStream.range(0, manifest.laneCount())
                .parallel()
                .mapToObj(this::look)
                .toList();
        List<Segment> segments = new ArrayList<>();
        List<Actor> actors = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        Map<String, long[]> kinds = new TreeMap<>();
        Map<StoredTypeCount, long[]> types = new HashMap<>();
        boolean complete = index != null;
        for (LaneGlance lane : lanes) {
            segments.addAll(lane.segments);
            actors.addAll(lane.actors.values());
            findings.addAll(lane.findings);
            complete &= lane.actorsAreAll;
            lane.kinds.forEach(
                    (kind, counts) -> add(kinds.computeIfAbsent(kind, unused -> new long[3]), lane.scaled(counts)));
            lane.types.forEach(
                    (type, counts) -> add(types.computeIfAbsent(type, unused -> new long[3]), lane.scaled(counts)));
        }
        actors.forEach(actor -> kinds.computeIfAbsent(actor.persistenceId().entityType(), unused -> new long[3])[2]++);
        List<EntityType> entityTypes = kinds.entrySet().stream()
                .map(entry ->
                        new EntityType(entry.getKey(), entry.getValue()[2], entry.getValue()[0], entry.getValue()[1]))
                .toList();
        List<StoredTypeCount> storedTypes = types.entrySet().stream()
                .map(entry -> new StoredTypeCount(
                        entry.getKey().entityType(), entry.getKey().type(), entry.getValue()[0]))
                .sorted(Comparator.comparing(count -> count.entityType() + "/" + count.type()))
                .toList();
        JournalSummary summary = new JournalSummary(
                directory,
                manifest.formatVersion(),
                manifest.journalId(),
                manifest.laneCount(),
                manifest.segmentBytes(),
                manifest.createdAtMs(),
                segments,
                entityTypes,
                storedTypes,
                actors,
                findings);
        return new Glance(summary, complete, false);
    }

    private static void add(long[] sum, long[] more) {
        for (int i = 0; i < 2; i++) {
            sum[i] += more[i];
        }
    }

    private LaneGlance look(int lane) {
        LaneGlance glance = new LaneGlance(lane);
        try {
            glance.lookAtSegments();
        } catch (IOException e) {
            throw new JournalException("lane cannot be listed: lane=" + lane + ", cause=" + e, e);
        }
        glance.readTail();
        glance.walkIndex();
        return glance;
    }

    /** One lane. Confined to one thread. */
    private final class LaneGlance {
        private final int lane;
        private final Path laneDirectory;
        private final List<Segment> segments = new ArrayList<>();
        private final List<Finding> findings = new ArrayList<>();
        private final Map<PersistenceId, Actor> actors = new HashMap<>();
        private final Map<String, long[]> kinds = new HashMap<>();
        private final Map<StoredTypeCount, long[]> types = new HashMap<>();
        private final RecordView view = new RecordView();
        private long sampledBytes;
        private long sampledEvents;
        private long usedBytes;
        private boolean actorsAreAll;

        LaneGlance(int lane) {
            this.lane = lane;
            laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        }

        long[] scaled(long[] counts) {
            double scale = sampledBytes == 0 ? 0 : (double) usedBytes / sampledBytes;
            return new long[] {Math.round(counts[0] * scale), Math.round(counts[1] * scale)};
        }

        void lookAtSegments() throws IOException {
            long[] numbers = SegmentFiles.list(laneDirectory);
            int step = Math.max(1, numbers.length / SAMPLES_PER_LANE_MAX);
            List<Ends> all = new ArrayList<>();
            for (int i = 0; i < numbers.length; i++) {
                all.add(ends(numbers[i], i % step == 0));
            }
            try (RecordFetcher records = new RecordFetcher(directory, lane)) {
                for (int i = 0; i < numbers.length; i++) {
                    Ends next = i + 1 < numbers.length ? all.get(i + 1) : null;
                    all.get(i).last = next == null ? newest(records) : last(records, next.start);
                }
            }
            for (int i = 0; i < numbers.length; i++) {
                usedBytes += all.get(i).usedBytes();
            }
            double eventsPerByte = sampledBytes == 0 ? 0 : (double) sampledEvents / sampledBytes;
            for (int i = 0; i < numbers.length; i++) {
                segments.add(all.get(i).segment(i + 1 < numbers.length, eventsPerByte));
            }
        }

        private Ends ends(long number, boolean isSampled) throws IOException {
            Path file = SegmentFiles.segment(laneDirectory, number);
            Ends ends = new Ends(lane, number, file, Files.size(file));
            try (SegmentReader reader =
                    SegmentReader.open(file, number, new ReadBuffers(isSampled ? SAMPLE_BYTES : 4096))) {
                boolean isRecord = reader.next(view) == SegmentReader.Outcome.RECORD;
                if (isRecord && view.kind() == RecordLayout.KIND_SEGMENT) {
                    ends.start = ControlRecords.readSegment(view.body());
                    ends.firstEpoch = view.epoch();
                    ends.firstPosition = view.position();
                }
                while (isRecord && isSampled && reader.nextOffset() < SAMPLE_BYTES) {
                    isRecord = reader.next(view) == SegmentReader.Outcome.RECORD;
                    if (isRecord) {
                        sample();
                    }
                }
            }
            return ends;
        }

        private void sample() {
            long bytes = (long) view.lengthBytes() + SegmentReader.DOCUMENT_HEADER_BYTES;
            sampledBytes += bytes;
            if (view.kind() != RecordLayout.KIND_EVENTS) {
                return;
            }
            String kind = view.persistenceId().entityType();
            long[] ofKind = kinds.computeIfAbsent(kind, unused -> new long[2]);
            ofKind[0] += view.batchCount();
            ofKind[1] += view.lengthBytes();
            sampledEvents += view.batchCount();
            while (view.nextEvent()) {
                StoredType type = view.type();
                types.computeIfAbsent(new StoredTypeCount(kind, type, 0), unused -> new long[2])[0]++;
            }
        }

        private @Nullable Last last(RecordFetcher records, @Nullable SegmentStart next) {
            if (next == null || next.previousPosition() == 0) {
                return null;
            }
            try {
                RecordView record = records.find(next.previousPosition());
                return record == null || record.crc() != next.previousCrc() ? null : Last.of(record);
            } catch (CorruptJournalException e) {
                return null; // the segment counts as damaged below
            }
        }

        private @Nullable Last newest(RecordFetcher records) {
            long durable = LaneScan.durablePosition(directory, lane);
            if (durable <= 0) {
                return null;
            }
            try {
                RecordView record = records.find(durable);
                return record == null ? null : Last.of(record);
            } catch (CorruptJournalException e) {
                return null;
            }
        }

        /** Reads from the durable mark to the end, to which somebody may be adding. */
        void readTail() {
            long durable = LaneScan.durablePosition(directory, lane);
            try (LaneReader reader = new LaneReader(
                    directory, manifest, lane, () -> LaneScan.durablePosition(directory, lane), findings::add)) {
                if (durable <= 0) {
                    return;
                }
                reader.seekAfter(durable);
                RecordView record = reader.record();
                long bytes = 0;
                if (reader.lastPosition() == durable && record.kind() == RecordLayout.KIND_EVENTS) {
                    add(record);
                }
                while (bytes < manifest.segmentBytes() && reader.next()) {
                    bytes += record.lengthBytes();
                    if (record.kind() == RecordLayout.KIND_EVENTS) {
                        add(record);
                    }
                }
            } catch (JournalException e) {
                findings.add(new Finding(
                        Finding.Kind.BAD_RECORD,
                        lane,
                        laneDirectory,
                        0,
                        null,
                        0,
                        true,
                        String.valueOf(e.getMessage())));
            }
        }

        private void add(RecordView record) {
            PersistenceId id = record.persistenceId();
            actors.put(
                    id,
                    new Actor(
                            id,
                            lane,
                            record.lastSequenceNumber(),
                            0,
                            0,
                            1,
                            record.lastSequenceNumber(),
                            record.position(),
                            record.timestampMs()));
        }

        void walkIndex() {
            if (index == null) {
                return;
            }
            PositionIndex positions = new PositionIndex(index, lane, manifest.journalId());
            if (positions.checkpoint().position() == 0) {
                return;
            }
            try {
                actorsAreAll = IndexHeads.walk(index, lane, deadlineNs, this::addActor);
            } catch (SteleException e) {
                actorsAreAll = false; // the index is damaged, the journal is not
            }
        }

        private void addActor(PersistenceId id, Head head) {
            actors.computeIfAbsent(
                    id,
                    absent -> new Actor(
                            id, lane, head.sequenceNumber(), 0, 0, 1, head.sequenceNumber(), head.position(), 0));
        }
    }

    /** How a segment ends. */
    private record Last(long position, int lengthBytes, long epoch) {
        static Last of(RecordView record) {
            return new Last(record.position(), record.lengthBytes(), record.epoch());
        }
    }

    /** How a segment begins and ends. */
    private static final class Ends {
        private final int lane;
        private final long number;
        private final Path file;
        private final long fileBytes;
        private @Nullable SegmentStart start;
        private @Nullable Last last;
        private long firstPosition;
        private long firstEpoch;

        Ends(int lane, long number, Path file, long fileBytes) {
            this.lane = lane;
            this.number = number;
            this.file = file;
            this.fileBytes = fileBytes;
        }

        long usedBytes() {
            Last end = last;
            if (end == null || RecordLayout.segmentOf(end.position) != number) {
                return 0;
            }
            return RecordLayout.offsetOf(end.position) + SegmentReader.DOCUMENT_HEADER_BYTES + end.lengthBytes;
        }

        Segment segment(boolean sealed, double eventsPerByte) {
            Last end = last;
            return new Segment(
                    lane,
                    number,
                    file,
                    fileBytes,
                    usedBytes(),
                    firstPosition,
                    end == null ? 0 : end.position,
                    0,
                    Math.round(usedBytes() * eventsPerByte),
                    firstEpoch,
                    end == null ? firstEpoch : end.epoch,
                    sealed);
        }
    }
}
