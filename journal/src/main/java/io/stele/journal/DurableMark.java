package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How far a lane is known to have reached the disk: every record at or below {@link #position} was forced before this mark was
 * written. It may lag behind the truth, and never runs ahead of it.
 *
 * <p>A lane gets its first mark, with position 0, before its first segment: a mark that is missing was lost.
 *
 * <p>Its file holds two slots, 4,096 bytes apart, so that no write of one can tear the other; the writer takes turns. A slot is
 * little-endian:
 *
 * <pre>
 *     0    8    position; 0 if nothing is durable yet
 *     8    8    hash of the machine's boot id: pages of the same boot may be in the page cache only
 *    16    4    CRC-32C of the record at that position
 *    20    4    counter, from 1: the newer slot has the higher one
 *    24    4    format version, 1
 *    28    4    CRC-32C of the 28 bytes before
 * </pre>
 *
 * <p>The same layout serves the file {@code compacted}: there the position is the start of the oldest segment that a compaction has
 * left, the checksum is that of the compaction's watermark, and the position of that record stands in place of the boot id. Without
 * that file the oldest segment is the first.
 *
 * @param position of the last record that is on disk; 0 if there is none
 * @param recordCrc that record's own checksum; 0 if there is none
 * @param bootIdHash see above
 * @param counter from 1; the slot is the counter modulo 2
 */
record DurableMark(long position, int recordCrc, long bootIdHash, int counter) {
    static final int SLOT_BYTES = 32;
    static final int SLOT_STRIDE_BYTES = 4096;
    static final int FILE_BYTES = 2 * SLOT_STRIDE_BYTES;

    private static final int VERSION = 1;
    private static final int CRC_AT = 28;

    /** Returns where in the file this mark belongs. */
    int slotOffsetBytes() {
        return (counter & 1) * SLOT_STRIDE_BYTES;
    }

    /** Writes the slot, {@link #SLOT_BYTES} bytes, from index {@code at} on; a new mark belongs at {@link #slotOffsetBytes}. */
    void encode(ByteBuffer target, int at) {
        ByteBuffer slot = target.slice(at, SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        slot.putLong(position)
                .putLong(bootIdHash)
                .putInt(recordCrc)
                .putInt(counter)
                .putInt(VERSION);
        slot.putInt(CRC_AT, crcOf(slot));
    }

    /** Reads the slot at index {@code at}; null if it is empty, torn or of another version. */
    static @Nullable DurableMark decode(ByteBuffer source, int at) {
        if (at + SLOT_BYTES > source.limit()) {
            return null;
        }
        ByteBuffer slot = source.slice(at, SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (slot.getInt(24) != VERSION || slot.getInt(CRC_AT) != crcOf(slot) || slot.getLong(0) < 0) {
            return null;
        }
        return new DurableMark(slot.getLong(0), slot.getInt(16), slot.getLong(8), slot.getInt(20));
    }

    /** Returns the newest valid mark among the two slots of a whole file's content; null if there is none. */
    static @Nullable DurableMark newest(ByteBuffer file) {
        DurableMark first = decode(file, 0);
        DurableMark second = decode(file, SLOT_STRIDE_BYTES);
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return first.counter - second.counter > 0 ? first : second;
    }

    /**
     * Reads the newest valid mark of a lane; null if there is none.
     *
     * @throws IOException if the file is there and cannot be read
     */
    static @Nullable DurableMark read(Path laneDirectory) throws IOException {
        return readFile(laneDirectory.resolve(SegmentFiles.DURABLE));
    }

    /** Returns the number of the oldest segment that must be there, if the lane has any. Throws as {@link #read} does. */
    static long oldestSegment(Path laneDirectory) throws IOException {
        DurableMark mark = compacted(laneDirectory);
        return mark == null ? 1 : RecordLayout.segmentOf(mark.position);
    }

    /** Reads what the last compaction left; null if there was none. Throws as {@link #read} does. */
    static @Nullable DurableMark compacted(Path laneDirectory) throws IOException {
        Path file = laneDirectory.resolve(SegmentFiles.COMPACTED);
        return Files.exists(file) ? readFile(file) : null;
    }

    private static @Nullable DurableMark readFile(Path file) throws IOException {
        try {
            return newest(ByteBuffer.wrap(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static int crcOf(ByteBuffer slot) {
        CRC32C crc = new CRC32C();
        crc.update(slot.duplicate().limit(CRC_AT).position(0));
        return (int) crc.getValue();
    }
}
