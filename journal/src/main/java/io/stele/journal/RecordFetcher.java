package io.stele.journal;

import io.stele.journal.Finding.Kind;
import io.stele.journal.SegmentReader.Outcome;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads single records of one lane by position. Keeps the files that it used last open, a few at a time.
 *
 * <p>Confined to one thread. Allocates only when it opens a file.
 */
final class RecordFetcher implements AutoCloseable {
    private static final int OPEN_FILES_MAX = 8;
    private static final int BUFFER_BYTES = 64 << 10;

    private final Path laneDirectory;
    private final int lane;
    private final RecordView view = new RecordView();
    private final ReadBuffers buffers = new ReadBuffers(BUFFER_BYTES);
    private final @Nullable SegmentReader[] open = new SegmentReader[OPEN_FILES_MAX];
    private @Nullable CarriedFiles carried;

    RecordFetcher(Path directory, int lane) {
        this.laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        this.lane = lane;
    }

    /** Returns whether there may be a record: not if the file that a position lies in is gone, or was compacted without it. */
    boolean isPresent(long position) {
        return Files.exists(SegmentFiles.segment(laneDirectory, RecordLayout.segmentOf(position)))
                || (isCompacted(position) && carried().fetch(position));
    }

    /** Returns whether a compaction has removed the record. */
    boolean isRemoved(long position) {
        return isCompacted(position) && !carried().fetch(position);
    }

    /** Returns whether a position lies in a segment that is not there because it was compacted. */
    private boolean isCompacted(long position) {
        if (Files.exists(SegmentFiles.segment(laneDirectory, RecordLayout.segmentOf(position)))) {
            return false;
        }
        if (!carried().covers(position)) {
            carried().refresh();
        }
        return carried().covers(position);
    }

    /**
     * Reads the record at {@code position}. One read of the file in the common case.
     *
     * @return the same object every time
     * @throws CorruptJournalException if there is no record that can be trusted
     */
    RecordView fetch(long position) {
        RecordView record = find(position);
        if (record == null) {
            String message = "a record was compacted: position=" + position;
            throw new Finding(Kind.MISSING_SEGMENT, lane, laneDirectory, 0, null, 0, true, message).toException();
        }
        return record;
    }

    /** As {@link #fetch}; null if a compaction has removed the record. */
    @Nullable RecordView find(long position) {
        SegmentReader reader = readerUnlessCompacted(position);
        if (reader == null) {
            return carried().fetch(position) ? view : null;
        }
        Outcome outcome = reader.readAt(RecordLayout.offsetOf(position), view);
        if (outcome != Outcome.RECORD) {
            String reason = outcome == Outcome.DAMAGE ? reader.damage() : "there is no record, found=" + outcome;
            throw new Finding(
                            Kind.BAD_RECORD,
                            lane,
                            reader.file(),
                            RecordLayout.offsetOf(position),
                            reader.damagedId(),
                            reader.damagedSequenceNumber(),
                            true,
                            reason)
                    .toException();
        }
        return view;
    }

    /** Describes what is wrong with a record that was read. */
    Finding finding(Kind kind, RecordView record, String message) {
        boolean isEvents = record.kind() == RecordLayout.KIND_EVENTS;
        return new Finding(
                kind,
                lane,
                SegmentFiles.segment(laneDirectory, RecordLayout.segmentOf(record.position())),
                RecordLayout.offsetOf(record.position()),
                isEvents ? record.persistenceId() : null,
                isEvents ? record.firstSequenceNumber() : 0,
                true,
                message);
    }

    private CarriedFiles carried() {
        CarriedFiles files = carried;
        if (files == null) {
            files = CarriedFiles.of(laneDirectory, view);
            carried = files;
        }
        return files;
    }

    /** Returns null if the segment was compacted, be it at this moment. */
    private @Nullable SegmentReader readerUnlessCompacted(long position) {
        CarriedFiles files = carried;
        if (files != null && files.covers(position)) {
            return null;
        }
        try {
            return reader(position);
        } catch (JournalException e) {
            if (isCompacted(position)) {
                return null;
            }
            throw e;
        }
    }

    private SegmentReader reader(long position) {
        long segment = RecordLayout.segmentOf(position);
        SegmentReader first = open[0];
        if (first != null && first.segment() == segment) {
            return first;
        }
        int slot = 1;
        while (slot < OPEN_FILES_MAX - 1 && !isOf(open[slot], segment)) {
            slot++;
        }
        SegmentReader found = open[slot];
        if (found == null || found.segment() != segment) {
            SegmentReader opened = open(segment);
            if (found != null) {
                found.close();
            }
            found = opened;
        }
        System.arraycopy(open, 0, open, 1, slot);
        open[0] = found;
        found.forget(); // the bytes were those of another segment
        return found;
    }

    private static boolean isOf(@Nullable SegmentReader reader, long segment) {
        return reader == null || reader.segment() == segment;
    }

    private SegmentReader open(long segment) {
        Path file = segment == 0 ? laneDirectory : SegmentFiles.segment(laneDirectory, segment);
        if (segment == 0 || !Files.exists(file)) {
            throw new Finding(Kind.MISSING_SEGMENT, lane, file, 0, null, 0, true, "a segment is not there")
                    .toException();
        }
        return SegmentReader.open(file, segment, buffers);
    }

    /** Closes all files. Closing twice does nothing. */
    @Override
    public void close() {
        if (carried != null) {
            carried.close();
            carried = null;
        }
        for (int i = 0; i < OPEN_FILES_MAX; i++) {
            SegmentReader reader = open[i];
            if (reader != null) {
                reader.close();
                open[i] = null;
            }
        }
    }
}
