package io.stele.journal;

import io.stele.journal.ControlRecords.SegmentStart;
import io.stele.journal.Finding.Kind;
import io.stele.journal.SegmentReader.Outcome;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one lane in order, across its segments, while a writer may be at work on it.
 *
 * <p>Two chains tell whether what is read is all there was: every record repeats the checksum of the one before it, and every
 * segment says where the one before it ended. What neither can tell is whether the last records are missing; that the durable
 * position tells: nothing at or below it may be absent. Behind it, in the last segment, the first record that cannot be trusted
 * ends the lane, whatever follows it.
 *
 * <p>What is wrong goes to a consumer. If that throws, the reader stays where it is and throws the same again; if it returns,
 * the reader goes on at the next record that can be trusted, except at a torn tail, where the lane ends.
 *
 * <p>Confined to one thread. Reads only; allocates only when opened and at the start of a segment.
 */
final class LaneReader implements AutoCloseable {

    /** What a supplier of the durable position answers if it does not know. */
    static final long UNKNOWN = -1;

    /** Fails at the first thing that is wrong. */
    static final Consumer<Finding> STRICT = finding -> {
        throw finding.toException();
    };

    private final Path laneDirectory;
    private final Manifest manifest;
    private final int lane;
    private final LongSupplier durablePosition;
    private final Consumer<Finding> findings;
    private final RecordView view = new RecordView();
    private final RecordView scratch = new RecordView();
    private final ReadBuffers buffers = new ReadBuffers(ReadBuffers.BYTES_MAX);

    private @Nullable CarriedFiles carried;
    private @Nullable SegmentReader current;
    private long newestListed;
    private @Nullable JournalException failure;

    private long lastPosition;
    private int lastCrc;
    private long lastEpoch;
    private boolean chainKnown;
    private boolean started;
    private boolean resynced;
    private boolean lookedAgain;
    private boolean restIsLost;
    private boolean ended;

    /**
     * Makes a reader at the start of a lane. Opens nothing yet.
     *
     * @param durablePosition up to where records must be there; {@link #UNKNOWN} if that is not known
     * @param findings told of everything that is wrong; may throw a {@link JournalException} to stop there
     */
    LaneReader(Path directory, Manifest manifest, int lane, LongSupplier durablePosition, Consumer<Finding> findings) {
        this.laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        this.manifest = manifest;
        this.lane = lane;
        this.durablePosition = durablePosition;
        this.findings = findings;
    }

    /** Returns the record that the last call of {@link #next} found. The same object every time. */
    RecordView record() {
        return view;
    }

    /** Returns the position of the last record that was read, or the one given to {@link #seekAfter}; 0 at the start. */
    long lastPosition() {
        return lastPosition;
    }

    /** Returns the checksum of the record at {@link #lastPosition()}. */
    int lastCrc() {
        return lastCrc;
    }

    /** Returns whether the lane ended at a torn or stale tail, so that looking again is of no use. */
    boolean isTorn() {
        return ended;
    }

    /**
     * Moves to the next record, control records included.
     *
     * @return false if there is none yet; calling again looks again
     * @throws JournalException if a file cannot be read, or what the consumer of findings throws
     */
    boolean next() {
        SegmentReader reader = current;
        if (reader != null && !isStopped() && reader.next(view) == Outcome.RECORD) {
            // anything but the next link of the chain takes the careful way
            if (isExpected()) {
                remember();
                return true;
            }
            resynced = true;
        }
        return nextCarefully();
    }

    private boolean isStopped() {
        return failure != null || ended || resynced;
    }

    private boolean isExpected() {
        return started
                && chainKnown
                && view.chainCrc() == lastCrc
                && view.epoch() >= lastEpoch
                && view.previousPosition() < view.position()
                && view.kind() != RecordLayout.KIND_SEGMENT;
    }

    private boolean nextCarefully() {
        if (failure != null) {
            throw failure;
        }
        Step step = Step.AGAIN;
        while (step == Step.AGAIN && !ended) {
            if (current == null && nextCarried()) {
                return true;
            }
            SegmentReader segment = current == null ? openFirst() : current;
            step = segment == null ? Step.END : step(segment);
        }
        return step == Step.RECORD && !ended;
    }

    /** Moves to the next record that compactions have left in front of the first segment. */
    private boolean nextCarried() {
        CarriedFiles files = carried == null ? CarriedFiles.of(laneDirectory, view) : carried;
        carried = files;
        try {
            if (files.nextAfter(lastPosition)) {
                lastPosition = view.position();
                return true;
            }
        } catch (CorruptJournalException e) {
            report(Kind.CARRIED_FILE_PROBLEM, laneDirectory, 0, true, String.valueOf(e.getMessage()));
        }
        closeCarried();
        return false;
    }

    /**
     * Moves behind a record that was read earlier, so that {@link #next} gives the one after it. Position 0 means the start of
     * the lane; one in a segment that was compacted, the first record behind it that is left.
     *
     * @throws JournalException if there is no such record, as {@link #next} does
     */
    void seekAfter(long position) {
        close();
        reset();
        long segment = RecordLayout.segmentOf(position);
        long[] segments = list();
        if (position == 0 || segment < LaneFiles.oldestSegment(laneDirectory)) {
            lastPosition = position;
            return;
        }
        if (Arrays.binarySearch(segments, segment) < 0) {
            report(Kind.MISSING_SEGMENT, path(segment), 0, true, "a position lies in a segment that is not there");
            return;
        }
        SegmentReader reader = open(segment);
        current = reader;
        started = true;
        long offset = RecordLayout.offsetOf(position);
        if (reader.readAt(offset, view) == Outcome.RECORD) {
            remember();
        } else {
            report(Kind.BAD_RECORD, reader.file(), offset, true, "a position is not one of a record");
            reader.seek(0);
            started = false;
        }
    }

    private enum Step {
        RECORD,
        AGAIN,
        END
    }

    private Step step(SegmentReader segment) {
        Outcome outcome = resynced ? Outcome.RECORD : segment.next(view);
        resynced = false;
        return switch (outcome) {
            case RECORD -> accept(segment);
            case DAMAGE -> onDamage(segment, segment.damage());
            default -> onEnd(segment, outcome);
        };
    }

    private Step accept(SegmentReader segment) {
        if (!started || view.kind() == RecordLayout.KIND_SEGMENT) {
            checkStart(segment);
        }
        if (chainKnown && view.chainCrc() != lastCrc) {
            long durable = durablePosition.getAsLong();
            boolean tail = isNewest(segment) && durable != UNKNOWN && view.position() > durable;
            boolean stale = tail && view.epoch() < lastEpoch;
            Kind kind = stale ? Kind.STALE_TAIL : tail ? Kind.TORN_TAIL : Kind.BROKEN_CHAIN;
            ended = tail;
            reportRecord(kind, "a record does not follow the one before it");
            if (tail) {
                return Step.END;
            }
        }
        if (view.epoch() < lastEpoch) {
            reportRecord(Kind.EPOCH_REGRESSION, "a record is of an earlier opening than the one before it");
        }
        if (view.previousPosition() >= view.position()) {
            reportRecord(Kind.BAD_RECORD, "a record points forward to its actor's record before it");
        }
        remember();
        return Step.RECORD;
    }

    private void remember() {
        lookedAgain = false;
        chainKnown = true;
        lastPosition = view.position();
        lastCrc = view.crc();
        lastEpoch = view.epoch();
    }

    private void checkStart(SegmentReader segment) {
        SegmentStart start = view.kind() == RecordLayout.KIND_SEGMENT ? ControlRecords.readSegment(view.body()) : null;
        boolean first = !started;
        started = true;
        if (start == null) {
            reportRecord(Kind.FOREIGN_SEGMENT, "a segment does not begin by saying which one it is");
        } else if (!start.journalId().equals(manifest.ownerOf(lane, segment.segment()))) {
            chainKnown = false;
            reportRecord(Kind.FOREIGN_SEGMENT, "a segment belongs to another journal: journalId=" + start.journalId());
        } else if (start.lane() != lane || start.segment() != segment.segment()) {
            chainKnown = false;
            reportRecord(
                    Kind.SWAPPED_SEGMENT,
                    "a segment has the name of another one: laneOfContent=" + start.lane() + ", segmentOfContent="
                            + start.segment());
        } else if (!first) {
            reportRecord(Kind.BAD_RECORD, "a segment begins a second time");
        } else if (chainKnown && start.previousPosition() != lastPosition) {
            chainKnown = false;
            reportRecord(
                    Kind.BROKEN_CHAIN,
                    "a segment does not follow the one before it: previousPosition=" + start.previousPosition()
                            + ", previousPositionFound=" + lastPosition);
        }
    }

    private Step onDamage(SegmentReader segment, String reason) {
        if (isTail(segment)) {
            ended = true;
            reportDamage(segment, Kind.TORN_TAIL, false, reason);
            return Step.END;
        }
        return recover(segment, Kind.BAD_RECORD, reason);
    }

    /** Reports, and moves to the next record that can be trusted by itself. */
    private Step recover(SegmentReader segment, Kind kind, String reason) {
        reportDamage(segment, kind, true, reason);
        chainKnown = false;
        started = true;
        resynced = segment.resync(view);
        restIsLost = !resynced;
        return Step.AGAIN;
    }

    private Step onEnd(SegmentReader segment, Outcome outcome) {
        Path follower = path(segment.segment() + 1);
        boolean last = !Files.exists(follower);
        long durable = durablePosition.getAsLong();
        boolean isMissing = last && !restIsLost && durable > lastPosition;
        if ((!last || isMissing) && !lookedAgain) {
            // what was not there a moment ago may be now, but no later than what tells of it
            lookedAgain = true;
            return Step.AGAIN;
        }
        if (!last) {
            return endOfSegment(segment, outcome);
        }
        if (segment.segment() + 1 < LaneFiles.oldestSegment(laneDirectory)) {
            close(); // compacted meanwhile
            return Step.AGAIN;
        }
        if (segment.segment() < newestListed) {
            return skipGap(segment);
        }
        if (isMissing && RecordLayout.segmentOf(durable) > segment.segment()) {
            restIsLost = true;
            report(Kind.MISSING_SEGMENT, follower, 0, true, "a segment is not there: durablePosition=" + durable);
            return Step.END;
        }
        return isMissing ? recover(segment, kindOf(segment, outcome), reasonOf(outcome)) : Step.END;
    }

    private Step endOfSegment(SegmentReader segment, Outcome outcome) {
        SegmentReader next = open(segment.segment() + 1);
        SegmentStart start = next.next(scratch) == Outcome.RECORD && scratch.kind() == RecordLayout.KIND_SEGMENT
                ? ControlRecords.readSegment(scratch.body())
                : null;
        long endPosition = start == null || !chainKnown || restIsLost ? 0 : start.previousPosition();
        if (endPosition > lastPosition && RecordLayout.segmentOf(endPosition) == segment.segment()) {
            next.close();
            segment.forget(); // the bytes were those of the next one
            return recover(segment, kindOf(segment, outcome), reasonOf(outcome));
        }
        next.seek(0);
        moveTo(next);
        return Step.AGAIN;
    }

    private static Kind kindOf(SegmentReader segment, Outcome outcome) {
        boolean isCut = outcome == Outcome.END && segment.sizeBytes() <= segment.offset();
        return isCut ? Kind.TRUNCATED_SEGMENT : Kind.BAD_RECORD;
    }

    private static String reasonOf(Outcome outcome) {
        return "records are missing where the segment ends: found=" + outcome;
    }

    private Step skipGap(SegmentReader segment) {
        long expected = segment.segment() + 1;
        report(Kind.MISSING_SEGMENT, path(expected), 0, true, "a segment is not there, but later ones are");
        for (long number : list()) {
            if (number >= expected) {
                chainKnown = false;
                moveTo(open(number));
                return Step.AGAIN;
            }
        }
        return Step.END;
    }

    /**
     * Returns whether damage is behind everything that may have been acknowledged. If that is not known, it is taken for a torn
     * tail only where nothing follows it.
     */
    private boolean isTail(SegmentReader segment) {
        if (!isNewest(segment)) {
            return false;
        }
        long durable = durablePosition.getAsLong();
        if (durable != UNKNOWN) {
            return segment.position() > durable;
        }
        long offset = segment.offset();
        boolean isLast = !segment.resync(scratch);
        segment.seek(offset);
        return isLast;
    }

    private boolean isNewest(SegmentReader segment) {
        return segment.segment() >= newestListed && !Files.exists(path(segment.segment() + 1));
    }

    private @Nullable SegmentReader openFirst() {
        long[] segments = list();
        if (segments.length == 0) {
            reportEmptyLane();
            return null;
        }
        newestListed = segments[segments.length - 1];
        chainKnown = segments[0] == 1;
        long oldest = LaneFiles.oldestSegment(laneDirectory);
        if (segments[0] > oldest) {
            report(Kind.MISSING_SEGMENT, path(oldest), 0, true, "the oldest segment is not there");
        }
        moveTo(open(segments[0]));
        return current;
    }

    private void reportEmptyLane() {
        if (!Files.isDirectory(laneDirectory)) {
            report(Kind.MISSING_SEGMENT, laneDirectory, 0, true, "the lane's directory is not there");
        } else if (durablePosition.getAsLong() > 0) {
            report(Kind.MISSING_SEGMENT, laneDirectory, 0, true, "the lane has lost all of its segments");
        }
    }

    private void moveTo(SegmentReader next) {
        if (current != null) {
            current.close();
        }
        current = next;
        started = false;
        restIsLost = false;
        lookedAgain = false;
    }

    private void reset() {
        failure = null;
        lastPosition = 0;
        lastCrc = 0;
        lastEpoch = 0;
        chainKnown = false;
        started = false;
        resynced = false;
        lookedAgain = false;
        restIsLost = false;
        ended = false;
    }

    private long[] list() {
        long[] segments = LaneFiles.segments(laneDirectory);
        newestListed = segments.length == 0 ? 0 : segments[segments.length - 1];
        return segments;
    }

    private SegmentReader open(long segment) {
        return SegmentReader.open(path(segment), segment, buffers);
    }

    private Path path(long segment) {
        return SegmentFiles.segment(laneDirectory, segment);
    }

    private void reportRecord(Kind kind, String message) {
        SegmentReader segment = current;
        assert segment != null : "a record was read";
        boolean isEvents = view.kind() == RecordLayout.KIND_EVENTS;
        emit(new Finding(
                kind,
                lane,
                segment.file(),
                RecordLayout.offsetOf(view.position()),
                isEvents ? view.persistenceId() : null,
                isEvents ? view.firstSequenceNumber() : 0,
                kind != Kind.TORN_TAIL && kind != Kind.STALE_TAIL,
                message));
    }

    private void reportDamage(SegmentReader segment, Kind kind, boolean durable, String message) {
        emit(new Finding(
                kind,
                lane,
                segment.file(),
                segment.offset(),
                segment.damagedId(),
                segment.damagedSequenceNumber(),
                durable,
                message));
    }

    private void report(Kind kind, Path file, long offset, boolean durable, String message) {
        emit(new Finding(kind, lane, file, offset, null, 0, durable, message));
    }

    private void emit(Finding finding) {
        try {
            findings.accept(finding);
        } catch (JournalException e) {
            failure = e;
            throw e;
        }
    }

    /** Stops reading ahead, and stays where it is: for a reader that may be used again. */
    void pause() {
        buffers.stopReadingAhead();
    }

    private void closeCarried() {
        if (carried != null) {
            carried.close();
            carried = null;
        }
    }

    /** Closes the file in which the reader is. Closing twice does nothing. */
    @Override
    public void close() {
        closeCarried();
        if (current != null) {
            current.close();
            current = null;
        }
    }
}
