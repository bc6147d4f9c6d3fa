package io.stele.journal;

import io.stele.spi.JournalException;
import io.stele.spi.Watermark;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of control records, which stand where other records have their metadata. Little-endian.
 *
 * <pre>
 *   KIND_SEGMENT, the first record of every segment: 56 bytes
 *     0   16    id of the journal: most significant half, then least
 *    16    2    lane, from 0
 *    18    2    lane count
 *    20    4    0
 *    24    8    number of this segment
 *    32    8    number of the segment before it; 0 if this is the lane's first
 *    40    8    position of the last record before this one; 0 if there is none
 *    48    4    CRC-32C of that record; 0 if there is none. The same as this record's chain
 *    52    4    0
 *
 *   KIND_EPOCH, the first record of every opening: who writes under the epoch in its header
 *     0    8    process id
 *     8    8    when the process opened the journal, milliseconds since 1970
 *    16         boot id, host name, version of Stele: each 2 bytes of length, then UTF-8
 *
 *   KIND_SEAL, the last record of a segment that was left in good order: no body
 *
 *   KIND_WATERMARK, written before a compaction removes anything: 32 bytes
 *     0    8    number, from 1, one more than that of the lane's watermark before
 *     8    8    number of the oldest segment that is left
 *    16    8    hash over the snapshots that the compaction relies on
 *    24    8    how many those are
 * </pre>
 *
 * <p>The segments of a lane are numbered without gaps; only the oldest may be gone, after a compaction.
 */
final class ControlRecords {
    static final int SEGMENT_BODY_BYTES = 56;

    /** Most bytes of an epoch's body: each text is cut to 255 bytes. */
    static final int EPOCH_BODY_BYTES_MAX = 16 + 3 * (2 + 255);

    static final int WATERMARK_BODY_BYTES = 32;

    private static final int TEXT_BYTES_MAX = 255;

    private ControlRecords() {}

    /**
     * Which segment this is, and where the one before it ended.
     *
     * @param previousSegment 0 for the lane's first
     * @param previousPosition 0 for the lane's first
     * @param previousCrc 0 for the lane's first
     */
    record SegmentStart(
            UUID journalId,
            int lane,
            int laneCount,
            long segment,
            long previousSegment,
            long previousPosition,
            int previousCrc) {}

    /** Who writes. */
    record EpochStart(long processId, long startTimeMs, String bootId, String host, String version) {}

    /** Writes a body at the target's position, {@link #SEGMENT_BODY_BYTES} bytes, whatever the target's order is. */
    static void write(ByteBuffer target, SegmentStart start) {
        ByteOrder order = target.order();
        target.order(ByteOrder.LITTLE_ENDIAN)
                .putLong(start.journalId().getMostSignificantBits())
                .putLong(start.journalId().getLeastSignificantBits())
                .putShort((short) start.lane())
                .putShort((short) start.laneCount())
                .putInt(0)
                .putLong(start.segment())
                .putLong(start.previousSegment())
                .putLong(start.previousPosition())
                .putInt(start.previousCrc())
                .putInt(0);
        target.order(order);
    }

    /** Writes a body at the target's position, at most {@link #EPOCH_BODY_BYTES_MAX} bytes, whatever the target's order is. */
    static void write(ByteBuffer target, EpochStart start) {
        ByteOrder order = target.order();
        target.order(ByteOrder.LITTLE_ENDIAN).putLong(start.processId()).putLong(start.startTimeMs());
        putText(target, start.bootId());
        putText(target, start.host());
        putText(target, start.version());
        target.order(order);
    }

    /** Reads the body of a KIND_SEGMENT record, from position to limit; null if it is not one. */
    static @Nullable SegmentStart readSegment(ByteBuffer body) {
        if (body.remaining() != SEGMENT_BODY_BYTES) {
            return null;
        }
        ByteBuffer source = body.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        UUID journalId = new UUID(source.getLong(), source.getLong());
        int lane = source.getShort() & 0xffff;
        int laneCount = source.getShort() & 0xffff;
        source.getInt();
        return new SegmentStart(
                journalId, lane, laneCount, source.getLong(), source.getLong(), source.getLong(), source.getInt());
    }

    /** Reads the body of a KIND_EPOCH record, from position to limit; null if it is not one. */
    static @Nullable EpochStart readEpoch(ByteBuffer body) {
        ByteBuffer source = body.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            EpochStart start =
                    new EpochStart(source.getLong(), source.getLong(), text(source), text(source), text(source));
            return source.hasRemaining() ? null : start;
        } catch (BufferUnderflowException e) {
            return null;
        }
    }

    /** Returns the body of a watermark. */
    static ByteBuffer write(Watermark watermark) {
        return ByteBuffer.allocate(WATERMARK_BODY_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(watermark.number())
                .putLong(watermark.oldestSegment())
                .putLong(watermark.snapshotHash())
                .putLong(watermark.snapshotCount())
                .flip();
    }

    /** Reads the body of a KIND_WATERMARK record, from position to limit; null if it is not one. */
    static @Nullable Watermark readWatermark(int lane, ByteBuffer body) {
        if (body.remaining() != WATERMARK_BODY_BYTES) {
            return null;
        }
        ByteBuffer source = body.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        return new Watermark(lane, source.getLong(), source.getLong(), source.getLong(), source.getLong());
    }

    private static void putText(ByteBuffer target, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, TEXT_BYTES_MAX);
        if (target.remaining() < 2 + length) {
            throw new JournalException("control record has too little room: lengthBytes=" + length + ", remainingBytes="
                    + target.remaining());
        }
        target.putShort((short) length).put(bytes, 0, length);
    }

    private static String text(ByteBuffer source) {
        byte[] bytes = new byte[Math.min(source.getShort() & 0xffff, source.remaining() + 1)];
        source.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
