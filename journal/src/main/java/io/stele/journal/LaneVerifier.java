package io.stele.journal;

import io.stele.journal.Finding.Kind;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Checks one lane: what {@link LaneReader} checks, and besides that the actors' numbers and backward chains, the durable mark, and
 * that nothing but zeros follows the end.
 *
 * <p>Confined to one thread.
 */
final class LaneVerifier {
    /** How often, and how long apart, bytes behind the end are looked at before they count as left over. */
    private static final int TAIL_LOOKS = 20;

    private static final long TAIL_PAUSE_NS = 1_000_000;

    private final Path directory;
    private final Manifest manifest;
    private final int lane;
    private final List<Finding> findings = new ArrayList<>();
    private final int findingsMax;
    private final Map<PersistenceId, Head> heads = new HashMap<>();
    private final LaneScan scan;
    private final @Nullable DurableMark mark;
    private final long durable;

    private long lastPosition;
    private long firstSegment;
    private long oldestSegment;
    private boolean markFound;
    private boolean isTorn;
    private long findingsOmitted;

    private static final class Head {
        private long firstSequenceNumber;
        private long sequenceNumber;
        private long position;
    }

    /**
     * @param findingsMax how many findings are kept; of the others only the number
     */
    LaneVerifier(Path directory, Manifest manifest, int lane, int findingsMax) {
        this.directory = directory;
        this.manifest = manifest;
        this.lane = lane;
        this.findingsMax = findingsMax;
        this.mark = LaneScan.mark(directory, lane);
        this.durable = mark == null ? LaneReader.UNKNOWN : mark.position();
        this.scan = new LaneScan(directory, manifest, lane, () -> durable, this::onFinding);
    }

    void run(ScanMeter meter) {
        try {
            checkFiles();
            checkCarried();
            lastPosition = scan.run(0, meter, this::onRecord);
            checkMark();
            if (!isTorn && !scan.isOutrun()) {
                checkTail();
            }
        } catch (JournalException | IOException e) {
            report(Kind.UNREADABLE_FILE, laneDirectory(), 0, true, "a file cannot be read: cause=" + e.getMessage());
        }
    }

    List<JournalSummary.Segment> segments() {
        return scan.segments();
    }

    long actorCount() {
        return heads.size();
    }

    /** Tells of every actor its first and its last number. */
    void actors(JournalVerifier.ActorReader reader) {
        heads.forEach((id, head) -> reader.onActor(id, head.firstSequenceNumber, head.sequenceNumber));
    }

    /** Returns what is wrong, in the order in which it was met. */
    List<Finding> findings() {
        return findings;
    }

    long findingsOmitted() {
        return findingsOmitted;
    }

    private void add(Finding finding) {
        if (findings.size() < findingsMax) {
            findings.add(finding);
        } else {
            findingsOmitted++;
        }
    }

    private void onFinding(Finding finding) {
        if (finding.kind() == Kind.CARRIED_FILE_PROBLEM) {
            return; // found before, and better
        }
        isTorn |= finding.kind() == Kind.TORN_TAIL || finding.kind() == Kind.STALE_TAIL;
        add(finding);
    }

    private void checkFiles() throws IOException {
        long[] segments = SegmentFiles.list(laneDirectory());
        firstSegment = segments.length == 0 ? 0 : segments[0];
        if (mark == null && segments.length > 0) {
            Path file = laneDirectory().resolve(SegmentFiles.DURABLE);
            report(Kind.DURABLE_MARK_PROBLEM, file, 0, true, "how far the lane was durable is not known any more");
        }
        for (long segment : segments) {
            Path file = SegmentFiles.segment(laneDirectory(), segment);
            if (Files.size(file) == 0) {
                boolean isDurable = durable == LaneReader.UNKNOWN || segment <= RecordLayout.segmentOf(durable);
                report(Kind.ZERO_LENGTH_SEGMENT, file, 0, isDurable, "a segment file is empty");
            }
        }
    }

    /** Checks the files that compactions left, whole. */
    private void checkCarried() throws IOException {
        RecordView view = new RecordView();
        try (CarriedFiles carried = CarriedFiles.of(laneDirectory(), view)) {
            oldestSegment = carried.oldestSegment();
            carried.requireComplete();
            for (CarriedFiles.Tile tile : carried.tiles()) {
                try (CarriedFile file = CarriedFile.open(tile.file())) {
                    file.verify(view);
                    requireOwn(tile, file.header());
                }
            }
        } catch (CorruptJournalException e) {
            report(Kind.CARRIED_FILE_PROBLEM, laneDirectory(), 0, true, String.valueOf(e.getMessage()));
        }
    }

    private void requireOwn(CarriedFiles.Tile tile, CarriedFile.Header header) {
        boolean isOwn = manifest.knows(header.journalId())
                && header.lane() == lane
                && header.firstSegment() == tile.firstSegment()
                && header.lastSegment() == tile.lastSegment();
        if (!isOwn) {
            report(Kind.CARRIED_FILE_PROBLEM, tile.file(), 0, true, "a carried file belongs to another place");
        }
    }

    private boolean onRecord(RecordView record) {
        if (mark != null && record.position() == mark.position()) {
            markFound = true;
            if (record.crc() != mark.recordCrc()) {
                reportRecord(Kind.DURABLE_MARK_PROBLEM, record, "the last durable record is another one than it was");
            }
        }
        if (record.kind() == RecordLayout.KIND_EVENTS) {
            checkActor(record);
        }
        return true;
    }

    private void checkActor(RecordView record) {
        PersistenceId id;
        try {
            id = record.persistenceId();
        } catch (CorruptJournalException e) {
            reportRecord(Kind.BAD_RECORD, record, String.valueOf(e.getMessage()));
            return;
        }
        Head head = heads.get(id);
        if (head == null || isAfterCompacted(head, record)) {
            long first = head == null ? 0 : head.firstSequenceNumber;
            head = firstOf(id, record);
            head.firstSequenceNumber = first;
        } else {
            checkJoin(head, record);
        }
        if (head.firstSequenceNumber == 0 && !record.isNote()) {
            head.firstSequenceNumber = record.firstSequenceNumber();
        }
        head.position = record.position();
        head.sequenceNumber = Math.max(head.sequenceNumber, record.lastSequenceNumber());
    }

    private Head firstOf(PersistenceId id, RecordView record) {
        if (id.slice() % manifest.laneCount() != lane) {
            reportRecord(Kind.WRONG_LANE, record, "an actor's record lies in a lane that does not own it");
        }
        Head head = new Head();
        head.position = record.previousPosition();
        head.sequenceNumber = before(record);
        if (head.position == 0 && head.sequenceNumber > 0) {
            reportRecord(Kind.SEQUENCE_GAP, record, "an actor's history begins with a later number");
        } else if (head.position != 0 && RecordLayout.segmentOf(head.position) >= firstSegment) {
            reportRecord(Kind.SEQUENCE_GAP, record, "an actor's earlier records are missing");
        }
        heads.put(id, head);
        return head;
    }

    /** Returns whether the actor's record before this one was removed by a compaction, and so was what came before it. */
    private boolean isAfterCompacted(Head head, RecordView record) {
        return before(record) >= head.sequenceNumber
                && record.previousPosition() > head.position
                && RecordLayout.segmentOf(record.previousPosition()) < oldestSegment;
    }

    private void checkJoin(Head head, RecordView record) {
        long expected = head.sequenceNumber;
        if (before(record) > expected) {
            reportRecord(Kind.SEQUENCE_GAP, record, "an actor's events are missing: sequenceNumberBefore=" + expected);
        } else if (before(record) < expected) {
            reportRecord(
                    Kind.DUPLICATE_SEQUENCE,
                    record,
                    "an actor's number stands twice: sequenceNumberBefore=" + expected);
        } else if (record.previousPosition() != head.position) {
            reportRecord(
                    Kind.BROKEN_ACTOR_CHAIN,
                    record,
                    "a record does not point to its actor's record before it: previousPosition="
                            + record.previousPosition() + ", previousPositionFound=" + head.position);
        }
    }

    /** Returns the number of the event that must stand before a record. */
    private static long before(RecordView record) {
        return record.isNote() ? record.firstSequenceNumber() : record.firstSequenceNumber() - 1;
    }

    private void checkMark() {
        if (mark != null && mark.position() > 0 && !markFound && mark.position() <= lastPosition) {
            boolean isCompacted = RecordLayout.segmentOf(mark.position()) < firstSegment;
            if (!isCompacted) {
                Path file = laneDirectory().resolve(SegmentFiles.DURABLE);
                report(
                        Kind.DURABLE_MARK_PROBLEM,
                        file,
                        0,
                        true,
                        "the last durable record is not there: position=" + mark.position());
            }
        }
    }

    /** Looks for bytes behind the end. What a writer is copying at this moment becomes a record a little later. */
    private void checkTail() throws IOException {
        for (int look = 0; look < TAIL_LOOKS; look++) {
            long end = endOffset();
            long left = end < 0 ? -1 : firstNonZero(newestFile(), end);
            if (left < 0) {
                return;
            }
            if (look == TAIL_LOOKS - 1) {
                report(Kind.TORN_TAIL, newestFile(), end, false, "bytes are left behind the end: firstOffset=" + left);
            }
            LockSupport.parkNanos(TAIL_PAUSE_NS);
        }
    }

    /** Returns where the newest segment ends now; −1 if it is sealed or there is none. */
    private long endOffset() throws IOException {
        long[] segments = SegmentFiles.list(laneDirectory());
        if (segments.length == 0) {
            return -1;
        }
        long newest = segments[segments.length - 1];
        try (SegmentReader reader = SegmentReader.open(SegmentFiles.segment(laneDirectory(), newest), newest)) {
            RecordView record = new RecordView();
            if (RecordLayout.segmentOf(lastPosition) == newest) {
                reader.readAt(RecordLayout.offsetOf(lastPosition), record);
            }
            SegmentReader.Outcome outcome = reader.next(record);
            while (outcome == SegmentReader.Outcome.RECORD) {
                outcome = reader.next(record);
            }
            return outcome == SegmentReader.Outcome.SEALED ? -1 : reader.offset();
        }
    }

    private Path newestFile() throws IOException {
        long[] segments = SegmentFiles.list(laneDirectory());
        return SegmentFiles.segment(laneDirectory(), segments[segments.length - 1]);
    }

    /** Returns the offset of the first byte that is not zero; −1 if there is none. */
    static long firstNonZero(Path file, long from) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long offset = from;
            while (channel.read(buffer.clear(), offset) > 0) {
                buffer.flip();
                for (int i = 0; i < buffer.limit(); i++) {
                    if (buffer.get(i) != 0) {
                        return offset + i;
                    }
                }
                offset += buffer.limit();
            }
            return -1;
        }
    }

    private Path laneDirectory() {
        return SegmentFiles.laneDirectory(directory, lane);
    }

    private void reportRecord(Kind kind, RecordView record, String message) {
        long position = record.position();
        boolean isDurable = durable == LaneReader.UNKNOWN || position <= durable;
        Path file = SegmentFiles.segment(laneDirectory(), RecordLayout.segmentOf(position));
        PersistenceId id = idOf(record);
        add(new Finding(
                kind,
                lane,
                file,
                RecordLayout.offsetOf(position),
                id,
                id == null ? 0 : record.firstSequenceNumber(),
                isDurable,
                message));
    }

    private static @Nullable PersistenceId idOf(RecordView record) {
        try {
            return record.kind() == RecordLayout.KIND_EVENTS ? record.persistenceId() : null;
        } catch (CorruptJournalException e) {
            return null;
        }
    }

    private void report(Kind kind, Path file, long offset, boolean isDurable, String message) {
        add(new Finding(kind, lane, file, offset, null, 0, isDurable, message));
    }
}
