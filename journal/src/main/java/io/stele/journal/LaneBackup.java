package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies one lane up to a record, and ends the copy behind it.
 *
 * <pre>
 *   source:  [ 1 ][ 2 ][ 3 ][ 4    …cut…  growing ]
 *   copy:    [ 1 ][ 2 ][ 3 ][ 4    …cut| end of file ]   durable = cut
 *              links         copied
 * </pre>
 *
 * <p>First {@link #bringSealed}, as often as one likes, then {@link #cut} once. Confined to one thread.
 */
final class LaneBackup {
    private static final String CARRIED = "*.carried";

    private final int lane;
    private final Path source;
    private final Path target;
    private final @Nullable Path earlier;
    private final FileCopy files;

    /**
     * @param earlier the directory of an earlier backup of the same journal; null if there is none
     */
    LaneBackup(int lane, Path source, Path target, @Nullable Path earlier, FileCopy files) {
        this.lane = lane;
        this.source = SegmentFiles.laneDirectory(source, lane);
        this.target = SegmentFiles.laneDirectory(target, lane);
        this.earlier = earlier == null ? null : SegmentFiles.laneDirectory(earlier, lane);
        this.files = files;
    }

    /** Where a copy ends. */
    record Cut(int lane, long position, int crc) {}

    /**
     * Brings every segment below {@code segmentEnd}; they must be sealed and forced. What it has brought is safe from a compaction
     * of the source. One that runs meanwhile makes it start over.
     */
    void bringSealed(long segmentEnd) throws IOException {
        Files.createDirectories(target);
        boolean complete = false;
        while (!complete) {
            long oldest = DurableMark.oldestSegment(source);
            boolean first = SegmentFiles.list(target).length == 0;
            boolean begun = !first || bringCompacted();
            complete = begun && bringFrom(segmentEnd) && oldest == DurableMark.oldestSegment(source);
            if (!complete && !first) {
                throw new JournalException(
                        "journal was compacted faster than it was copied; the copy is not complete; try again: lane="
                                + source);
            }
            if (!complete) {
                clear();
            }
        }
    }

    /** Returns false if a segment that must be there went away. */
    private boolean bringFrom(long segmentEnd) throws IOException {
        long[] brought = SegmentFiles.list(target);
        long next = brought.length == 0 ? 0 : brought[brought.length - 1] + 1;
        for (long segment : SegmentFiles.list(source)) {
            if (segment < next || segment >= segmentEnd) {
                continue;
            }
            boolean follows = next == 0 || segment == next;
            if (!follows || !bring(segment, SegmentFiles.segment(target, segment))) {
                return false;
            }
            next = segment + 1;
        }
        return next == 0 || next >= segmentEnd;
    }

    private boolean bring(long segment, Path copy) throws IOException {
        return bring(SegmentFiles.segment(source, segment), copy);
    }

    /** Returns false if the file went away. */
    private boolean bring(Path file, Path copy) throws IOException {
        try {
            files.bring(file, copy, earlier == null ? null : earlier.resolve(copy.getFileName()));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Brings what a compaction has left of older segments: first the mark, so that no file that it stands for is missed. */
    private boolean bringCompacted() throws IOException {
        Path mark = source.resolve(SegmentFiles.COMPACTED);
        if (!Files.exists(mark)) {
            return true;
        }
        files.copyHead(mark, Files.size(mark), target.resolve(SegmentFiles.COMPACTED));
        List<Path> carried = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(source, CARRIED)) {
            found.forEach(carried::add);
        }
        for (Path file : carried) {
            if (!bring(file, target.resolve(file.getFileName()))) {
                return false;
            }
        }
        return true;
    }

    private void clear() throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(target)) {
            for (Path file : found) {
                Files.delete(file);
            }
        }
    }

    /**
     * Ends the copy behind the record at {@code cut}.
     *
     * @param wholeAllowed whether the segment may be brought as it is if it ends there and is sealed
     * @throws CorruptJournalException if no such record stands there
     */
    void cut(Cut cut, boolean wholeAllowed, long bootIdHash) throws IOException {
        long segment = RecordLayout.segmentOf(cut.position);
        bringSealed(segment);
        if (cut.position == 0) {
            return;
        }
        Path file = SegmentFiles.segment(source, segment);
        Path copy = SegmentFiles.segment(target, segment);
        long end;
        boolean sealed;
        try (SegmentReader reader = SegmentReader.open(file, segment)) {
            RecordView view = new RecordView();
            long offset = RecordLayout.offsetOf(cut.position);
            if (reader.readAt(offset, view) != SegmentReader.Outcome.RECORD || view.crc() != cut.crc) {
                throw new CorruptJournalException(
                        "the last record to copy is not there as it was written; nothing was changed: segment=" + file
                                + ", offsetBytes=" + offset + "; run: stele verify");
            }
            end = offset + SegmentReader.DOCUMENT_HEADER_BYTES + view.lengthBytes();
            sealed = reader.next(view) == SegmentReader.Outcome.SEALED;
        }
        if (!sealed || !wholeAllowed || !bring(segment, copy)) {
            copyCut(file, end, copy);
        }
        writeMark(new DurableMark(cut.position, cut.crc, bootIdHash, 1));
        IncompleteMark.force(target);
    }

    private void copyCut(Path file, long end, Path copy) throws IOException {
        files.copyHead(file, end, copy);
        try (SegmentStorage.OpenFile ended = new FileSegmentStorage().open(copy)) {
            TailRepair.cut(ended, end);
            ended.force(true);
        }
    }

    private void writeMark(DurableMark mark) throws IOException {
        ByteBuffer marks = ByteBuffer.allocate(DurableMark.FILE_BYTES);
        mark.encode(marks, mark.slotOffsetBytes());
        try (SegmentStorage.OpenFile file = new FileSegmentStorage().create(target.resolve(SegmentFiles.DURABLE))) {
            file.write(marks, 0);
            file.force(true);
        }
    }

    int lane() {
        return lane;
    }
}
