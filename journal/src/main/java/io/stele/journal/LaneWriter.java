package io.stele.journal;

import io.stele.spi.JournalException;
import io.stele.spi.JournalFullException;
import io.stele.spi.LaneStats;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The end of one lane: where records are appended, in turns.
 *
 * <p>An opening never appends to a segment of an earlier one. Its first append starts the next segment, so that Chronicle
 * never has to make sense of a file that a crash has left behind, and a lane that nobody writes costs nothing.
 *
 * <pre>
 *   segment 7, sealed            segment 8, this opening's first
 *   [ … ][ SEAL ][ end of file ] [ SEGMENT ][ EPOCH ][ events ][ events ] …
 *            ^                        |
 *            +--- position and crc ---+
 * </pre>
 *
 * <p>Everything is guarded by the latch, but for the fields that are volatile.
 */
final class LaneWriter {
    /** Room that is left in every segment for the seal, the end-of-file mark and an index page of Chronicle's. */
    static final int SEGMENT_TAIL_BYTES = 16 << 10;

    private static final VarHandle APPENDED;
    private static final int DOCUMENT_HEADER_BYTES = 4;
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    static {
        try {
            APPENDED = MethodHandles.lookup().findVarHandle(LaneWriter.class, "appendedPosition", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LaneSetup setup;
    private final SegmentReserve reserve;
    private final Runnable onFirstSegment;
    private final LaneLatch latch = new LaneLatch();
    private final ControlRecord control;
    private final long quarterAt;
    private @Nullable DocumentAppender appender;
    private long segment;
    private long endOffset;
    private long quarterOffset = Long.MAX_VALUE;
    private int lastCrc;
    private boolean closed;
    /** Whether something was begun that did not come to its end, be it for want of memory: then nobody knows what stands there. */
    private boolean unfinished;

    private long recordCount;
    private long byteCount;
    private long rollCount;

    private volatile long appendedPosition;
    private volatile @Nullable JournalException failure;

    /**
     * Continues a lane.
     *
     * @param onFirstSegment told, under the latch, before the first record of this opening is written
     */
    LaneWriter(LaneSetup setup, LaneTail tail, SegmentReserve reserve, Runnable onFirstSegment) {
        this.setup = setup;
        this.reserve = reserve;
        this.onFirstSegment = onFirstSegment;
        control = new ControlRecord(setup.epoch());
        segment = tail.lastSegment();
        lastCrc = tail.crc();
        appendedPosition = tail.position();
        quarterAt = setup.manifest().segmentBytes() / 4L;
    }

    /** Where the lane ended at one moment. Filled under the latch, so that position and checksum belong together. */
    static final class End {
        long position;
        int crc;
        /** How many records this opening had appended by then. */
        long recordCount;
    }

    /** Returns the position of the last record. A volatile read. */
    long appendedPosition() {
        return appendedPosition;
    }

    @Nullable JournalException failure() {
        return failure;
    }

    void end(End target) {
        latch.lock();
        target.position = appendedPosition;
        target.crc = lastCrc;
        target.recordCount = recordCount;
        latch.unlock();
    }

    /** Returns what was done so far. Takes the latch. */
    LaneStats stats(LaneSync sync) {
        long lagNs = sync.lagNs();
        latch.lock();
        try {
            return new LaneStats(
                    recordCount,
                    byteCount,
                    sync.durableRecords(),
                    sync.forceCount(),
                    rollCount,
                    lagNs,
                    reserve.freeBytes(),
                    reserve.isFull());
        } finally {
            latch.unlock();
        }
    }

    /** Appends a finished record; see {@link io.stele.spi.EventJournal#append}. */
    long append(RecordBuffer record) {
        latch.lock();
        try {
            requireWritable();
            if (appender == null || !hasRoomFor(record.lengthBytes())) {
                roll();
            }
            return put(record);
        } finally {
            latch.unlock();
        }
    }

    /**
     * Appends a watermark, even where room is so short that no event is taken: it is what makes room.
     *
     * @param target filled with where it stands
     */
    void appendWatermark(ByteBuffer body, End target) {
        latch.lock();
        try {
            requireOpen();
            if (appender == null || !hasRoomFor(RecordLayout.RECORD_BYTES_MIN + body.remaining())) {
                roll();
            }
            target.position =
                    put(control.of(RecordLayout.KIND_WATERMARK, setup.clock().epochMs(), body));
            target.crc = lastCrc;
        } finally {
            latch.unlock();
        }
    }

    /** Makes the lane refuse everything from now on. The first cause counts. */
    JournalException fail(String what, Throwable cause) {
        JournalException refusal = new JournalException(
                what + "; the lane takes no more events until the journal is reopened: lane=" + setup.lane()
                        + ", segment=" + segment + ", appendedPosition=" + appendedPosition + ", cause=" + cause,
                cause);
        if (failure == null) {
            failure = refusal;
        }
        return refusal;
    }

    /** Seals the segment of this opening, if there is one, and takes no more records. */
    void seal() {
        latch.lock();
        try {
            if (unfinished) {
                fail("an append did not come to its end", new IllegalStateException("appending thread has died"));
            }
            if (!closed && appender != null && failure == null) {
                put(control.of(RecordLayout.KIND_SEAL, setup.clock().epochMs(), EMPTY));
            }
        } finally {
            closed = true;
            latch.unlock();
        }
    }

    /**
     * Lets go of the segment, after {@link #seal}.
     *
     * @return where its next document would have stood
     */
    long close() {
        latch.lock();
        try {
            closed = true;
            if (appender != null) {
                appender.close();
                appender = null;
            }
            return endOffset;
        } finally {
            latch.unlock();
        }
    }

    private void requireWritable() {
        requireOpen();
        reserve.requireFreeSpace();
    }

    private void requireOpen() {
        JournalException cause = failure;
        if (cause != null) {
            throw new JournalException(String.valueOf(cause.getMessage()), cause);
        }
        if (closed) {
            throw new JournalException("journal is closed; nothing was written: lane=" + setup.lane());
        }
        if (unfinished) {
            throw fail("an append did not come to its end", new IllegalStateException("appending thread has died"));
        }
    }

    private boolean hasRoomFor(int lengthBytes) {
        return endOffset + DOCUMENT_HEADER_BYTES + lengthBytes + SEGMENT_TAIL_BYTES
                <= setup.manifest().segmentBytes();
    }

    /** Starts the next segment. Throws before anything is written if there is no room for it. */
    private void roll() {
        boolean interrupted =
                Thread.interrupted(); // an interrupt would close the files that Chronicle is about to open
        try {
            long next = segment + 1;
            reserve.require(setup, next);
            long timestampMs = setup.clock().epochMs();
            DocumentAppender target = appender;
            if (target == null) {
                target = firstSegment();
            }
            unfinished = true;
            if (appender != null) {
                put(control.of(RecordLayout.KIND_SEAL, timestampMs, EMPTY));
            }
            target.startSegment(next);
            ByteBuffer start = segmentStart(next);
            boolean first = appender == null;
            appender = target;
            segment = next;
            rollCount++;
            endOffset = 0;
            quarterOffset = quarterAt;
            put(control.of(RecordLayout.KIND_SEGMENT, timestampMs, start));
            if (first) {
                put(control.of(RecordLayout.KIND_EPOCH, timestampMs, epochStart(timestampMs)));
            }
            unfinished = false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private ByteBuffer segmentStart(long next) {
        ByteBuffer body = ByteBuffer.allocate(ControlRecords.SEGMENT_BODY_BYTES);
        ControlRecords.write(
                body,
                new ControlRecords.SegmentStart(
                        setup.manifest().journalId(),
                        setup.lane(),
                        setup.manifest().laneCount(),
                        next,
                        RecordLayout.segmentOf(appendedPosition),
                        appendedPosition,
                        lastCrc));
        return body.flip();
    }

    private ByteBuffer epochStart(long timestampMs) {
        ByteBuffer body = ByteBuffer.allocate(ControlRecords.EPOCH_BODY_BYTES_MAX);
        ControlRecords.write(body, setup.holder().epochStart(timestampMs));
        return body.flip();
    }

    private DocumentAppender firstSegment() {
        DocumentAppender opened = null;
        boolean started = false;
        try {
            opened = setup.machine()
                    .appenders()
                    .open(setup.directory(), setup.manifest().segmentBytes());
            onFirstSegment.run();
            started = true;
            return opened;
        } catch (JournalFullException e) {
            throw e; // there was no room even to begin; there may be later
        } catch (RuntimeException e) {
            throw fail("lane cannot be opened for appending; nothing was written", e);
        } finally {
            if (opened != null && !started) {
                opened.close();
            }
        }
    }

    private long put(RecordBuffer record) {
        DocumentAppender target = appender;
        assert target != null : "rolled before the first record";
        boolean isPartOfMore = unfinished;
        unfinished = true;
        try {
            int crc = record.chain(lastCrc);
            long offset = target.append(record.bytes(), record.at(), record.lengthBytes());
            long position = RecordLayout.position(segment, offset);
            lastCrc = crc;
            endOffset = offset + DOCUMENT_HEADER_BYTES + record.lengthBytes();
            recordCount++;
            byteCount += DOCUMENT_HEADER_BYTES + record.lengthBytes();
            APPENDED.setRelease(this, position);
            if (endOffset > quarterOffset) {
                quarterOffset = Long.MAX_VALUE;
                reserve.prepare(setup, segment);
            }
            unfinished = isPartOfMore;
            return position;
        } catch (Exception
                | InternalError e) { // Chronicle throws IOException without saying so; a lost page is InternalError
            throw fail("record could not be written", e);
        }
    }
}
