package io.stele.journal;

import io.stele.spi.ActorTally;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.HistoryFile;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The files of one lane and what each holds of every actor. A closed file never changes, so what was counted once is kept, up to a
 * number of actors over all files: how much there is of each actor, and, where that is little, where it stands. Then whoever wants only
 * a few records of a file need not read all of it again. Any thread.
 */
final class LaneFiles {
    /** How many tallies are remembered per lane: some 150 bytes each. */
    private static final int TALLIES_MAX = 500_000;

    private static final int READ_BYTES = 256 << 10;

    /** An actor with more records in one file is read with the whole file, if anything of it stays. */
    private static final int POSITIONS_MAX = 4;

    /** Segments at the end of a lane that are never touched. */
    private static final int NEWEST_COUNT = 2;

    private final Path laneDirectory;
    private final int lane;
    private final int segmentBytes;
    private final LongSupplier durablePosition;
    private final Map<HistoryFile, List<Counted>> remembered = new ConcurrentHashMap<>();

    LaneFiles(Path laneDirectory, int lane, int segmentBytes, LongSupplier durablePosition) {
        this.laneDirectory = laneDirectory;
        this.lane = lane;
        this.segmentBytes = segmentBytes;
        this.durablePosition = durablePosition;
    }

    /** As {@link SegmentFiles#list}; what goes wrong is a {@link JournalException}. */
    static long[] segments(Path laneDirectory) {
        try {
            return SegmentFiles.list(laneDirectory);
        } catch (IOException e) {
            throw new JournalException("lane cannot be listed: directory=" + laneDirectory + ", cause=" + e, e);
        }
    }

    /** As {@link DurableMark#oldestSegment}; what goes wrong is a {@link JournalException}. */
    static long oldestSegment(Path laneDirectory) {
        try {
            return DurableMark.oldestSegment(laneDirectory);
        } catch (IOException e) {
            throw new JournalException("lane cannot be read: directory=" + laneDirectory + ", cause=" + e, e);
        }
    }

    List<HistoryFile> list() {
        List<HistoryFile> files = new ArrayList<>();
        try (CarriedFiles carried = CarriedFiles.of(laneDirectory, new RecordView())) {
            for (CarriedFiles.Tile tile : carried.tiles()) {
                files.add(file(tile.file(), tile.firstSegment(), tile.lastSegment(), true, true));
            }
            long[] segments = SegmentFiles.list(laneDirectory);
            long durableSegment = RecordLayout.segmentOf(Math.max(0, durablePosition.getAsLong()));
            for (int i = 0; i < segments.length; i++) {
                boolean closed = i < segments.length - NEWEST_COUNT && segments[i] + NEWEST_COUNT <= durableSegment;
                files.add(file(path(segments[i]), segments[i], segments[i], false, closed));
            }
            return files;
        } catch (IOException e) {
            throw new JournalException("lane cannot be listed: directory=" + laneDirectory + ", cause=" + e, e);
        }
    }

    /**
     * What was counted of one actor.
     *
     * @param tally how much
     * @param positions of its records, ascending; null if there are more than a few
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Counted(ActorTally tally, long @Nullable [] positions) {}

    /**
     * Returns what was counted of a closed segment, all of which was read and checked for that; null if it was not, or is not
     * remembered.
     */
    @Nullable List<Counted> remembered(HistoryFile file) {
        return file.closed() && !file.carried() ? remembered.get(file) : null;
    }

    /**
     * Hands on single records of a segment.
     *
     * @param positions ascending
     * @return how many bytes they have
     * @throws CorruptJournalException if one cannot be trusted
     */
    long fetch(HistoryFile file, long[] positions, Consumer<RecordView> consumer) {
        RecordView view = new RecordView();
        long bytes = 0;
        try (SegmentReader reader =
                SegmentReader.open(path(file.firstSegment()), file.firstSegment(), ReadBuffers.ofSingles())) {
            for (long position : positions) {
                if (reader.readAt(RecordLayout.offsetOf(position), view) != SegmentReader.Outcome.RECORD) {
                    throw corrupt(reader.file(), RecordLayout.offsetOf(position), "a record that was there is not");
                }
                bytes += view.lengthBytes();
                consumer.accept(view);
            }
        }
        return bytes;
    }

    void tally(HistoryFile file, Consumer<ActorTally> visitor) {
        List<Counted> known = remembered.get(file);
        if (known == null) {
            known = count(file);
            int total = remembered.values().stream().mapToInt(List::size).sum();
            if (file.closed() && total + known.size() <= TALLIES_MAX) {
                remembered.put(file, known);
            }
        }
        known.forEach(counted -> visitor.accept(counted.tally()));
    }

    /** Forgets what was counted of files that are gone. */
    void forget() {
        remembered.keySet().retainAll(list());
    }

    /**
     * Hands on every record of a file that belongs to an actor.
     *
     * @throws CorruptJournalException if a record in it cannot be trusted, or, in a closed one, if the last is not the one that the
     *     next segment was linked to
     */
    void scan(HistoryFile file, Consumer<RecordView> consumer) throws IOException {
        RecordView view = new RecordView();
        if (file.carried()) {
            Path path = SegmentFiles.carried(laneDirectory, file.firstSegment(), file.lastSegment());
            try (CarriedFile carried = CarriedFile.open(path)) {
                for (long at = 0; carried.nextAfter(at, view); at = view.position()) {
                    consumer.accept(view);
                }
            }
            return;
        }
        long last = 0;
        int lastCrc = 0;
        try (SegmentReader reader =
                SegmentReader.open(path(file.firstSegment()), file.firstSegment(), new ReadBuffers(READ_BYTES))) {
            SegmentReader.Outcome outcome = reader.next(view);
            while (outcome == SegmentReader.Outcome.RECORD) {
                if (last != 0 && view.chainCrc() != lastCrc) {
                    throw corrupt(reader.file(), reader.offset(), "record does not follow the one before it");
                }
                last = view.position();
                lastCrc = view.crc();
                if (view.kind() == RecordLayout.KIND_EVENTS) {
                    consumer.accept(view);
                }
                outcome = reader.next(view);
            }
            if (outcome == SegmentReader.Outcome.DAMAGE) {
                throw corrupt(reader.file(), reader.offset(), reader.damage());
            }
        }
        if (file.closed()) {
            requireEnd(file.lastSegment(), last, lastCrc);
        }
    }

    private void requireEnd(long segment, long lastPosition, int lastCrc) {
        RecordView view = new RecordView();
        try (SegmentReader next = SegmentReader.open(path(segment + 1), segment + 1, new ReadBuffers(4096))) {
            ControlRecords.SegmentStart start =
                    next.next(view) == SegmentReader.Outcome.RECORD && view.kind() == RecordLayout.KIND_SEGMENT
                            ? ControlRecords.readSegment(view.body())
                            : null;
            if (start == null || start.previousPosition() != lastPosition || start.previousCrc() != lastCrc) {
                throw corrupt(
                        path(segment),
                        RecordLayout.offsetOf(lastPosition),
                        "last record is not the one that the next segment was linked to");
            }
        }
    }

    private List<Counted> count(HistoryFile file) {
        Map<PersistenceId, Counter> counters = new HashMap<>();
        try {
            scan(
                    file,
                    record -> counters.computeIfAbsent(record.persistenceId(), id -> new Counter())
                            .add(record));
        } catch (IOException e) {
            throw new JournalException("file cannot be read: file=" + file + ", cause=" + e, e);
        }
        List<Counted> tallies = new ArrayList<>(counters.size());
        counters.forEach((id, counter) -> tallies.add(new Counted(counter.toTally(id), counter.positions())));
        return tallies;
    }

    private HistoryFile file(Path path, long first, long last, boolean carried, boolean closed) throws IOException {
        long lastPosition = RecordLayout.position(last, 0xffff_ffffL);
        long bytes = Files.size(path);
        // a segment that is or was mapped ends in a hole, which takes no room
        return new HistoryFile(
                lane, first, last, lastPosition, carried ? bytes : Math.min(bytes, segmentBytes), carried, closed);
    }

    private Path path(long segment) {
        return SegmentFiles.segment(laneDirectory, segment);
    }

    private static CorruptJournalException corrupt(Path file, long offset, String what) {
        return new CorruptJournalException("segment cannot be compacted: " + what
                + "; nothing was changed on disk: segment=" + file + ", offsetBytes=" + offset + "; run: stele verify");
    }

    private static final class Counter {
        private long first = Long.MAX_VALUE;
        private long last;
        private int records;
        private long events;
        private long bytes;
        private long timestampMsMax = Long.MIN_VALUE;
        private long[] positions = new long[1];

        void add(RecordView record) {
            if (records < POSITIONS_MAX) {
                positions = records < positions.length ? positions : Arrays.copyOf(positions, POSITIONS_MAX);
                positions[records] = record.position();
            }
            first = Math.min(first, record.firstSequenceNumber());
            last = Math.max(last, record.lastSequenceNumber());
            records++;
            events += record.batchCount();
            bytes += record.lengthBytes();
            timestampMsMax = Math.max(timestampMsMax, record.timestampMs());
        }

        long @Nullable [] positions() {
            return records > POSITIONS_MAX ? null : Arrays.copyOf(positions, records);
        }

        ActorTally toTally(PersistenceId id) {
            return new ActorTally(id, first, last, records, events, bytes, timestampMsMax);
        }
    }
}
