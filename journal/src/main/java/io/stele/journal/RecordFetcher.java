package io.stele.journal;

import io.stele.journal.Finding.Kind;
import io.stele.journal.SegmentReader.Outcome;
import io.stele.spi.CorruptJournalException;
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

    RecordFetcher(Path directory, int lane) {
        this.laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        this.lane = lane;
    }

    /** Returns whether the file that a position lies in is there. */
    boolean isPresent(long position) {
        return Files.exists(SegmentFiles.segment(laneDirectory, RecordLayout.segmentOf(position)));
    }

    /**
     * Reads the record at {@code position}. One read of the file in the common case.
     *
     * @return the same object every time
     * @throws CorruptJournalException if there is no record that can be trusted
     */
    RecordView fetch(long position) {
        SegmentReader reader = reader(position);
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
        for (int i = 0; i < OPEN_FILES_MAX; i++) {
            SegmentReader reader = open[i];
            if (reader != null) {
                reader.close();
                open[i] = null;
            }
        }
    }
}
