package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a lane ends when it is opened, and decides whether that end can be trusted.
 *
 * <pre>
 *   segments linked? ──&gt; walk from the durable mark ──&gt; end
 *                                                        |
 *          nothing torn, all of it forced  &lt;-------------+----------&gt;  TailRepair: cut, rewrite, force
 * </pre>
 *
 * <p>The first record that is not whole ends the lane if it was never forced: it is above the durable mark. After a crash of
 * the process alone the page cache is as it was left, and nothing whole can follow such a record; if something does, the file
 * was damaged. After a power cut, pages may have reached the disk in any order, and what follows a hole is cut off too. A mark
 * that is missing was lost, for a lane gets its first one with position 0 before anything else: then nothing is cut off in front
 * of a whole record.
 *
 * <p>Everything else is damage: nothing is changed on disk, and the journal is not opened.
 */
final class LaneRecovery {
    private final LaneSetup setup;
    private final LaneFindings found;
    private final RecordView view = new RecordView();
    private final @Nullable DurableMark mark;

    private long position;
    private int crc;
    private long epoch;
    private boolean passedMark;

    private LaneRecovery(LaneSetup setup, @Nullable DurableMark mark, LaneFindings found) {
        this.setup = setup;
        this.found = found;
        this.mark = mark;
        passedMark = durablePosition() == 0;
    }

    /**
     * Recovers one lane.
     *
     * @throws CorruptJournalException if what was forced is not there as it was written; nothing was changed
     * @throws JournalException if the lane cannot be read or written
     */
    static LaneTail recover(LaneSetup setup) {
        return recover(setup, new LaneFindings());
    }

    /** As {@link #recover(LaneSetup)}, and notes down what it finds and does. */
    static LaneTail recover(LaneSetup setup, LaneFindings found) {
        try {
            return new LaneRecovery(setup, DurableMark.read(setup.directory()), found).run();
        } catch (IOException e) {
            throw new JournalException(
                    "lane cannot be recovered; nothing was opened: lane=" + setup.directory() + ", cause=" + e, e);
        }
    }

    private LaneTail run() throws IOException {
        if (isPowerCut()) {
            forgetReserve();
        }
        long[] segments = SegmentFiles.list(setup.directory());
        found.segmentCount = segments.length;
        if (segments.length == 0) {
            if (durablePosition() != 0) {
                throw corrupt(setup.directory(), 0, "journal regressed: there is no segment, but events were durable");
            }
            return LaneTail.EMPTY;
        }
        requireNoGap(segments);
        int first = requireLinks(segments);
        End end = walk(segments, first);
        if (!passedMark) {
            throw corrupt(end.file, end.offset, "journal regressed: the lane ends before its durable position");
        }
        boolean forced = end.sealed && durablePosition() == position && end.next == segments.length;
        if (!forced) {
            found.repaired = true;
            TailRepair.run(setup, end, segments, new TailRepair.Trusted(durablePosition(), position, crc), found);
        }
        return new LaneTail(segments[0], RecordLayout.segmentOf(position), position, crc, epoch);
    }

    /**
     * Where the walk ended.
     *
     * @param file the segment it ended in
     * @param offset where its next record would stand
     * @param next the index of the first segment that is not part of the lane any more
     * @param sealed whether nothing can follow
     * @param torn whether something stands there that is no record
     */
    record End(Path file, long offset, int next, boolean sealed, boolean torn) {}

    /** Returns whether the machine was started anew since this lane was last forced. */
    private boolean isPowerCut() {
        return mark != null && mark.bootIdHash() != setup.bootIdHash();
    }

    /**
     * Removes what an earlier boot has kept in reserve: a power cut may have undone the renaming of a segment and not what was
     * written to it, and then its name says zeros and its content does not.
     */
    private void forgetReserve() throws IOException {
        for (Path file : SegmentFiles.reserved(setup.directory())) {
            setup.storage().delete(file);
        }
    }

    private long durablePosition() {
        return mark == null ? 0 : mark.position();
    }

    private void requireNoGap(long[] segments) throws IOException {
        long oldest = DurableMark.oldestSegment(setup.directory());
        if (segments[0] > oldest) {
            throw corrupt(setup.segment(oldest), 0, "segment is missing");
        }
        CarriedFiles.of(setup.directory(), view).requireComplete();
        for (int i = 1; i < segments.length; i++) {
            if (segments[i] != segments[i - 1] + 1) {
                throw corrupt(setup.segment(segments[i - 1] + 1), 0, "segment is missing");
            }
        }
        long durableSegment = RecordLayout.segmentOf(durablePosition());
        if (durableSegment > segments[segments.length - 1]) {
            throw corrupt(
                    setup.segment(durableSegment),
                    RecordLayout.offsetOf(durablePosition()),
                    "journal regressed: the segment of the durable position is missing");
        }
    }

    /** Compares every segment below the durable mark with the one before it, and returns the index of the mark's segment. */
    private int requireLinks(long[] segments) {
        long markSegment = Math.max(segments[0], RecordLayout.segmentOf(durablePosition()));
        int index = 0;
        for (; segments[index] < markSegment; index++) {
            requireLink(segments, index);
        }
        requireLink(segments, index);
        return index;
    }

    private void requireLink(long[] segments, int index) {
        long segment = segments[index];
        Path file = setup.segment(segment);
        ControlRecords.SegmentStart start;
        try (SegmentReader reader = SegmentReader.open(file, segment, new ReadBuffers(4096))) {
            start = startOf(reader);
            if (start == null && durablePosition() == 0 && segment == 1 && (segments.length == 1 || isPowerCut())) {
                return; // nothing was ever durable here: the walk finds an empty lane
            }
            if (start == null) {
                throw corrupt(file, reader.offset(), "segment does not begin with its own record");
            }
            epoch = Math.max(epoch, view.epoch());
        }
        requireOwn(file, segment, start);
        if (index > 0) {
            requirePrevious(segments[index - 1], start);
        }
        position = start.previousPosition();
        crc = start.previousCrc();
    }

    private void requireOwn(Path file, long segment, ControlRecords.SegmentStart start) {
        UUID owner = setup.manifest().ownerOf(setup.lane(), segment);
        if (!start.journalId().equals(owner) || start.lane() != setup.lane()) {
            throw corrupt(
                    file,
                    0,
                    "segment belongs to another place: journalId=" + start.journalId() + ", lane=" + start.lane()
                            + ", journalIdHere=" + owner + ", laneHere=" + setup.lane());
        }
        if (start.segment() != segment) {
            throw corrupt(file, 0, "segment has another's name: segmentNumber=" + start.segment());
        }
    }

    private void requirePrevious(long previous, ControlRecords.SegmentStart start) {
        Path file = setup.segment(previous);
        long offset = RecordLayout.offsetOf(start.previousPosition());
        try (SegmentReader reader = SegmentReader.open(file, previous, new ReadBuffers(4096))) {
            boolean linked = RecordLayout.segmentOf(start.previousPosition()) == previous
                    && reader.readAt(offset, view) == SegmentReader.Outcome.RECORD
                    && view.crc() == start.previousCrc();
            if (!linked) {
                throw corrupt(file, offset, "last record is not the one that the next segment was linked to");
            }
        }
    }

    private ControlRecords.@Nullable SegmentStart startOf(SegmentReader reader) {
        if (reader.next(view) != SegmentReader.Outcome.RECORD || view.kind() != RecordLayout.KIND_SEGMENT) {
            return null;
        }
        return ControlRecords.readSegment(view.body());
    }

    private End walk(long[] segments, int first) {
        End end = new End(setup.segment(segments[first]), 0, first, true, false);
        for (int i = first; i < segments.length; i++) {
            End walked = walkSegment(segments, i);
            if (walked == null) {
                return new End(end.file, end.offset, i, end.sealed, true);
            }
            end = walked;
            if (end.torn && i + 1 < segments.length) {
                return end;
            }
        }
        return end;
    }

    /** Walks one segment; null if it has no record that continues the lane. */
    private @Nullable End walkSegment(long[] segments, int index) {
        long segment = segments[index];
        Path file = setup.segment(segment);
        try (SegmentReader reader = SegmentReader.open(file, segment)) {
            SegmentReader.Outcome outcome = reader.next(view);
            boolean linked = outcome == SegmentReader.Outcome.RECORD && isLinked(segment);
            if (!linked) {
                requireUnforced(reader, outcome, outcome == SegmentReader.Outcome.RECORD);
                return null;
            }
            while (outcome == SegmentReader.Outcome.RECORD && view.chainCrc() == crc) {
                accept(file);
                outcome = reader.next(view);
            }
            boolean ended = outcome == SegmentReader.Outcome.SEALED || outcome == SegmentReader.Outcome.END;
            long offset = reader.offset();
            boolean followed = reader.resync(view);
            reader.seek(offset);
            boolean torn = !ended || followed;
            if (torn) {
                requireUnforced(reader, outcome, followed || index + 1 < segments.length);
            }
            return new End(file, offset, index + 1, outcome == SegmentReader.Outcome.SEALED, torn);
        }
    }

    private boolean isLinked(long segment) {
        ControlRecords.SegmentStart start =
                view.kind() == RecordLayout.KIND_SEGMENT ? ControlRecords.readSegment(view.body()) : null;
        return start != null
                && start.segment() == segment
                && start.journalId().equals(setup.manifest().ownerOf(setup.lane(), segment))
                && start.lane() == setup.lane()
                && start.previousPosition() == position
                && start.previousCrc() == crc;
    }

    private void accept(Path file) {
        found.recordsScanned++;
        position = view.position();
        crc = view.crc();
        if (view.epoch() < epoch) {
            throw corrupt(
                    file, RecordLayout.offsetOf(position), "record of an older opening stands behind a newer one");
        }
        epoch = view.epoch();
        if (mark != null && position == mark.position()) {
            if (crc != mark.recordCrc()) {
                throw corrupt(file, RecordLayout.offsetOf(position), "record is not the one that was durable");
            }
            passedMark = true;
        }
    }

    /** Refuses damage that cannot come from a crash. */
    private void requireUnforced(SegmentReader reader, SegmentReader.Outcome outcome, boolean followed) {
        String found = outcome == SegmentReader.Outcome.DAMAGE ? reader.damage() : "no record continues the lane here";
        if (!passedMark) {
            throw corrupt(reader.file(), reader.offset(), "record is damaged although it was durable: " + found);
        }
        if (followed && !isPowerCut()) {
            throw corrupt(reader.file(), reader.offset(), "record is damaged in front of one that is whole: " + found);
        }
    }

    private CorruptJournalException corrupt(Path file, long offset, String what) {
        return new CorruptJournalException(what + "; nothing was changed on disk: segment=" + file + ", offsetBytes="
                + offset
                + ", lane=" + setup.lane() + ", lastPosition=" + position
                + ", durablePosition=" + durablePosition() + "; run: stele verify --data-dir "
                + setup.options().directory());
    }
}
