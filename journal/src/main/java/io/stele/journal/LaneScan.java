package io.stele.journal;

import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a lane from its first segment to its end, past damage, that counts what each segment holds and hands every record
 * on. Used by everything that looks at a journal without owning it.
 *
 * <p>Confined to one thread. Allocates per segment, not per record.
 */
final class LaneScan {
    private static final int RECORDS_PER_LOOK = 256;

    /** Takes the records of a lane in order. */
    interface RecordConsumer {
        /**
         * Takes one record, control records included.
         *
         * @param record a view that is valid only during this call
         * @return whether to go on
         */
        boolean onRecord(RecordView record);
    }

    private final Path directory;
    private final Manifest manifest;
    private final int lane;
    private final LongSupplier durablePosition;
    private final Consumer<Finding> findings;
    private final Map<Long, Tally> tallies = new HashMap<>();
    private Tally tally = new Tally();
    private long recordsBehind;
    private boolean outrun;

    LaneScan(Path directory, Manifest manifest, int lane, LongSupplier durablePosition, Consumer<Finding> findings) {
        this.directory = directory;
        this.manifest = manifest;
        this.lane = lane;
        this.durablePosition = durablePosition;
        this.findings = findings;
    }

    private static final class Tally {
        private long segment;
        private long usedBytes;
        private long firstPosition;
        private long lastPosition;
        private long recordCount;
        private long eventCount;
        private long firstEpoch;
        private long lastEpoch;
        private boolean sealed;
    }

    /**
     * Reads records behind {@code afterPosition} until the end of the lane, or until the consumer says stop. Where a writer is at
     * work that may be faster, the end is soon behind what was durable when this began.
     *
     * @return the position of the last record that was read
     */
    long run(long afterPosition, ScanMeter meter, RecordConsumer consumer) {
        try (LaneReader reader = new LaneReader(directory, manifest, lane, durablePosition, findings)) {
            long durableAtStart = durablePosition(directory, lane);
            reader.seekAfter(afterPosition);
            RecordView record = reader.record();
            boolean goesOn = true;
            while (goesOn && reader.next()) {
                count(record);
                meter.add(SegmentReader.DOCUMENT_HEADER_BYTES + record.lengthBytes());
                goesOn = consumer.onRecord(record) && !isOutrun(record.position(), durableAtStart);
            }
            return reader.lastPosition();
        }
    }

    /** Returns whether the last run ended before the lane did, because somebody writes to it. */
    boolean isOutrun() {
        return outrun;
    }

    private boolean isOutrun(long position, long durableAtStart) {
        outrun = durableAtStart != LaneReader.UNKNOWN
                && position > durableAtStart
                && ++recordsBehind % RECORDS_PER_LOOK == 0
                && durablePosition(directory, lane) != durableAtStart;
        return outrun;
    }

    private void count(RecordView record) {
        long segment = RecordLayout.segmentOf(record.position());
        if (tally.segment != segment) {
            tally = new Tally();
            tally.segment = segment;
            tally.firstPosition = record.position();
            tally.firstEpoch = record.epoch();
            tallies.put(segment, tally);
        }
        tally.recordCount++;
        tally.eventCount += record.batchCount();
        tally.lastPosition = record.position();
        tally.lastEpoch = record.epoch();
        tally.usedBytes =
                RecordLayout.offsetOf(record.position()) + SegmentReader.DOCUMENT_HEADER_BYTES + record.lengthBytes();
        tally.sealed = record.kind() == RecordLayout.KIND_SEAL;
    }

    /** Returns what was counted, for every segment that is there, read or not. */
    List<JournalSummary.Segment> segments() {
        Path laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        List<JournalSummary.Segment> segments = new ArrayList<>();
        try {
            for (long segment : SegmentFiles.list(laneDirectory)) {
                Path file = SegmentFiles.segment(laneDirectory, segment);
                Tally counted = tallies.getOrDefault(segment, new Tally());
                segments.add(new JournalSummary.Segment(
                        lane,
                        segment,
                        file,
                        Files.size(file),
                        counted.usedBytes,
                        counted.firstPosition,
                        counted.lastPosition,
                        counted.recordCount,
                        counted.eventCount,
                        counted.firstEpoch,
                        counted.lastEpoch,
                        counted.sealed));
            }
        } catch (IOException e) {
            throw new JournalException("lane cannot be listed: directory=" + laneDirectory + ", cause=" + e, e);
        }
        return segments;
    }

    /** Returns the durable position as the lane's own file has it now; {@link LaneReader#UNKNOWN} if it has none. */
    static long durablePosition(Path directory, int lane) {
        DurableMark mark = mark(directory, lane);
        return mark == null ? LaneReader.UNKNOWN : mark.position();
    }

    static @Nullable DurableMark mark(Path directory, int lane) {
        Path laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        try {
            return DurableMark.read(laneDirectory);
        } catch (IOException e) {
            throw new JournalException("durable mark cannot be read: directory=" + laneDirectory + ", cause=" + e, e);
        }
    }
}
