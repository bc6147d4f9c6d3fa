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
    /** Reading so many bytes that nobody wants takes about as long as another call. */
    private static final int GAP_BYTES_MAX = 4 << 10;

    private static final int RECORD_BYTES_USUAL_MAX = 512;
    private static final int RECORD_BYTES_SPARE = 32;

    private final Path laneDirectory;
    private final int lane;
    private final RecordView view = new RecordView();
    private final ReadBuffers buffers = ReadBuffers.ofSingles();
    private final long[] single = new long[1];
    /** How long the next record probably is: an actor's records are much alike, and every cache line that comes along costs. */
    private int recordBytesUsual = RECORD_BYTES_USUAL_MAX;

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
        if (isOpen(RecordLayout.segmentOf(position))) {
            return false; // what is open can be read, whatever became of its name
        }
        if (Files.exists(SegmentFiles.segment(laneDirectory, RecordLayout.segmentOf(position)))) {
            return false;
        }
        if (!carried().covers(position)) {
            carried().refresh();
        }
        return carried().covers(position);
    }

    private boolean isOpen(long segment) {
        for (SegmentReader reader : open) {
            if (reader != null && reader.segment() == segment) {
                return true;
            }
        }
        return false;
    }

    /**
     * Reads the record at {@code position}. One read of the file in the common case.
     *
     * @return the same object every time
     * @throws CorruptJournalException if there is no record that can be trusted
     */
    RecordView fetch(long position) {
        return required(find(position), position);
    }

    /**
     * As {@link #fetch(long)} of {@code positions[i]}, and if the file has to be read for that, what is wanted next is read along
     * with it, as far as it lies close by.
     *
     * @param positions ascending from {@code i} to {@code end}
     */
    RecordView fetch(long[] positions, int i, int end) {
        return required(find(positions, i, end), positions[i]);
    }

    private RecordView required(@Nullable RecordView record, long position) {
        if (record == null) {
            String message = "a record was compacted: position=" + position;
            throw new Finding(Kind.MISSING_SEGMENT, lane, laneDirectory, 0, null, 0, true, message).toException();
        }
        return record;
    }

    /** As {@link #fetch}; null if a compaction has removed the record. */
    @Nullable RecordView find(long position) {
        single[0] = position;
        return find(single, 0, 1);
    }

    /** As {@link #fetch(long[], int, int)}; null if a compaction has removed the record. */
    @Nullable RecordView find(long[] positions, int i, int end) {
        long position = positions[i];
        SegmentReader reader = readerUnlessCompacted(position);
        if (reader == null) {
            return carried().fetch(position) ? view : null;
        }
        reader.seek(RecordLayout.offsetOf(position));
        if (!reader.isBuffered()) {
            reader.expect(runBytes(positions, i, end));
        }
        Outcome outcome = reader.readHere(view);
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
        recordBytesUsual = Math.min(view.lengthBytes() + RECORD_BYTES_SPARE, RECORD_BYTES_USUAL_MAX);
        return view;
    }

    /**
     * Reads the record that follows directly on the one that was found last.
     *
     * @param position of that one
     * @return null if there is none in the same segment that can be trusted, or if that was compacted
     */
    @Nullable RecordView findBehind(long position) {
        SegmentReader reader = open[0];
        if (reader == null || reader.position() != position) {
            return null;
        }
        reader.expectAll();
        return reader.next(view) == Outcome.RECORD ? view : null;
    }

    /** Ends the reading ahead that {@link #findBehind} may have begun. */
    void pause() {
        buffers.stopReadingAhead();
    }

    /** Returns how many bytes to read at once: up to the last record that no large gap separates from the first one. */
    private int runBytes(long[] positions, int i, int end) {
        int last = i;
        while (last + 1 < end
                && positions[last + 1] - positions[last] <= GAP_BYTES_MAX
                && positions[last + 1] - positions[i] <= BUFFER_BYTES - GAP_BYTES_MAX) {
            last++;
        }
        return (int) (positions[last] - positions[i]) + recordBytesUsual;
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
