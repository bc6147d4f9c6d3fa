package io.stele.journal;

import io.stele.journal.ControlRecords.SegmentStart;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventReader;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A journal that nobody here owns, cut into pieces that several threads can read at once. Reads files only, takes no lock.
 *
 * <pre>
 *   lane:  [ segment 1 ][ segment 2 ][ segment 3 ][ segment 4 …
 *          |—— piece ——|—— piece ——|—— piece ——|—— piece ——&gt; to the end
 *                      ^ where segment 2 says that segment 1 ended, if the record there has the checksum that it names
 * </pre>
 *
 * <p>Read one after the other, the pieces of a lane are the lane: every record once, in order, chains included. Where a cut cannot be
 * trusted there is none, and the pieces on both sides are one.
 */
public final class JournalPieces {
    private final Path directory;
    private final Manifest manifest;
    private final List<Piece> pieces;

    /**
     * What one thread reads.
     *
     * @param lane which lane
     * @param afterPosition it begins behind this; 0 for the start of the lane
     * @param endPosition its last record; {@link Long#MAX_VALUE} for the end of the lane
     * @param bytes about how long it is
     */
    public record Piece(int lane, long afterPosition, long endPosition, long bytes) {}

    private JournalPieces(Path directory, Manifest manifest, List<Piece> pieces) {
        this.directory = directory;
        this.manifest = manifest;
        this.pieces = List.copyOf(pieces);
    }

    /**
     * Cuts a journal. Reads a few records of each segment.
     *
     * @throws JournalException if there is none, if it is of a newer format, or if it cannot be read
     */
    public static JournalPieces of(Path directory) {
        Manifest manifest = Manifest.read(directory);
        List<Piece> pieces = new ArrayList<>();
        try {
            for (int lane = 0; lane < manifest.laneCount(); lane++) {
                cut(directory, lane, pieces);
            }
        } catch (IOException e) {
            throw new JournalException("journal cannot be listed: directory=" + directory + ", cause=" + e, e);
        }
        return new JournalPieces(directory, manifest, pieces);
    }

    private static void cut(Path directory, int lane, List<Piece> pieces) throws IOException {
        Path laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        long[] segments = SegmentFiles.list(laneDirectory);
        long after = 0;
        long bytes = 0;
        for (int i = 0; i < segments.length; i++) {
            long border = i == 0 ? 0 : border(directory, lane, segments[i - 1], segments[i]);
            if (border > after) {
                pieces.add(new Piece(lane, after, border, bytes));
                after = border;
                bytes = 0;
            }
            bytes += Files.size(SegmentFiles.segment(laneDirectory, segments[i]));
        }
        pieces.add(new Piece(lane, after, Long.MAX_VALUE, bytes));
    }

    /** Returns the position of the last record of {@code previous}; 0 if the lane cannot be cut there. */
    private static long border(Path directory, int lane, long previous, long segment) {
        Path laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        SegmentStart start = start(SegmentFiles.segment(laneDirectory, segment), segment);
        if (start == null
                || previous + 1 != segment
                || start.segment() != segment
                || RecordLayout.segmentOf(start.previousPosition()) != previous) {
            return 0;
        }
        try (RecordFetcher records = new RecordFetcher(directory, lane)) {
            RecordView last = records.find(start.previousPosition());
            return last != null && last.crc() == start.previousCrc() ? start.previousPosition() : 0;
        } catch (CorruptJournalException e) {
            return 0; // the reader that comes by says what is wrong
        }
    }

    private static @Nullable SegmentStart start(Path file, long segment) {
        RecordView view = new RecordView();
        try (SegmentReader reader = SegmentReader.open(file, segment, new ReadBuffers(4096))) {
            boolean isStart =
                    reader.next(view) == SegmentReader.Outcome.RECORD && view.kind() == RecordLayout.KIND_SEGMENT;
            return isStart ? ControlRecords.readSegment(view.body()) : null;
        }
    }

    /** Returns the pieces, by lane and position. */
    public List<Piece> pieces() {
        return pieces;
    }

    /** Returns how long they are together. */
    public long bytes() {
        return pieces.stream().mapToLong(Piece::bytes).sum();
    }

    /**
     * Reads one piece. Of the last one of a lane that is being written it reads what is there now.
     *
     * @param reader called on the calling thread
     * @param findings told of damage that was passed over; may throw to stop there
     * @param bytesRead told now and then how many more bytes were read
     * @param isStopped asked now and then; true ends it early
     * @return the position of the last record that was read
     * @throws JournalException if a file cannot be read
     */
    public long read(
            Piece piece,
            EventReader reader,
            Consumer<Finding> findings,
            LongConsumer bytesRead,
            BooleanSupplier isStopped) {
        Meter meter = new Meter(bytesRead, isStopped);
        try (LaneReader records = new LaneReader(
                directory, manifest, piece.lane, () -> LaneScan.durablePosition(directory, piece.lane), findings)) {
            long durableAtStart = LaneScan.durablePosition(directory, piece.lane);
            records.seekAfter(piece.afterPosition);
            RecordView record = records.record();
            while (records.lastPosition() < piece.endPosition && records.next()) {
                boolean goesOn = meter.add(record.lengthBytes());
                hand(record, reader);
                if (!goesOn && (meter.isStopped() || isOutrun(piece, record.position(), durableAtStart))) {
                    break;
                }
            }
            meter.tell();
            return records.lastPosition();
        }
    }

    private boolean isOutrun(Piece piece, long position, long durableAtStart) {
        return durableAtStart != LaneReader.UNKNOWN
                && position > durableAtStart
                && LaneScan.durablePosition(directory, piece.lane) != durableAtStart;
    }

    private static void hand(RecordView record, EventReader reader) {
        if (record.isNote()) {
            reader.onNote(record);
        }
        while (record.nextEvent()) {
            reader.onEvent(record);
        }
    }

    /** Counts bytes, and asks now and then whether to go on. */
    private static final class Meter {
        private static final int RECORDS_PER_LOOK = 1024;

        private final LongConsumer bytesRead;
        private final BooleanSupplier stop;
        private long bytes;
        private int records;

        Meter(LongConsumer bytesRead, BooleanSupplier isStopped) {
            this.bytesRead = bytesRead;
            stop = isStopped;
        }

        /** Returns false when it is time to look around. */
        boolean add(int recordBytes) {
            bytes += recordBytes + SegmentReader.DOCUMENT_HEADER_BYTES;
            if (++records % RECORDS_PER_LOOK != 0) {
                return true;
            }
            tell();
            return false;
        }

        boolean isStopped() {
            return stop.getAsBoolean();
        }

        void tell() {
            bytesRead.accept(bytes);
            bytes = 0;
        }
    }
}
