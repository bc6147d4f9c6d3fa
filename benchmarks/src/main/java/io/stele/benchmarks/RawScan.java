package io.stele.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The least that reading a lane can be: plain reads, one document header after the other, one checksum per record, nothing
 * looked at and nobody told. Knows of the format what docs/formats/journal.md says.
 *
 * <pre>
 *   document   [ header 4 B ][ content, length B ] padded to 4     header: bits 0-29 length, 30 metadata, 31 not complete
 *   content    [ version 1 ][ kind 1 ] … [ event count 2, at 42 ] … [ CRC-32C of all before it, 4 ]
 * </pre>
 */
final class RawScan {
    private static final int READ_BYTES = 1 << 20;
    private static final int LENGTH_MASK = 0x3fff_ffff;
    private static final int METADATA_BIT = 0x4000_0000;
    private static final int END_OF_FILE = 0xc000_0000;
    private static final int KIND_AT = 1;
    private static final int KIND_EVENTS = 1;
    private static final int EVENT_COUNT_AT = 42;
    private static final int CRC_BYTES = 4;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private long events;

    /**
     * Counts the events of one lane.
     *
     * @throws IllegalStateException if a checksum is wrong: then the figures mean nothing
     */
    long scan(Path laneDirectory) throws IOException {
        events = 0;
        for (Path segment : segments(laneDirectory)) {
            scanSegment(segment);
        }
        return events;
    }

    /** Returns the segment files of a lane, oldest first. */
    static List<Path> segments(Path laneDirectory) throws IOException {
        try (Stream<Path> files = Files.list(laneDirectory)) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .sorted()
                    .toList();
        }
    }

    /** Counts the events of one segment file. */
    long scanSegment(Path segment) throws IOException {
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ)) {
            buffer.clear();
            long next = 0;
            boolean more = true;
            while (more && channel.read(buffer, next) > 0) {
                next += buffer.flip().remaining();
                more = walk();
                next -= buffer.remaining();
                buffer.clear();
            }
        }
        return events;
    }

    /** Passes over every whole document in the buffer; false at the end of the segment. */
    private boolean walk() {
        while (buffer.remaining() >= CRC_BYTES) {
            int at = buffer.position();
            int header = buffer.getInt(at);
            if (header == 0 || header == END_OF_FILE) {
                return false;
            }
            int length = header & LENGTH_MASK;
            int total = RawQueue.DOCUMENT_HEADER_BYTES + (length + 3 & ~3);
            if (total > READ_BYTES) {
                throw new IllegalStateException("document is longer than this scan can read: lengthBytes=" + length);
            }
            if (total > buffer.remaining()) {
                return true;
            }
            if ((header & METADATA_BIT) == 0) {
                check(at + RawQueue.DOCUMENT_HEADER_BYTES, length);
            }
            buffer.position(at + total);
        }
        return true;
    }

    private void check(int at, int length) {
        int end = at + length - CRC_BYTES;
        int limit = buffer.limit();
        crc.reset();
        crc.update(buffer.limit(end).position(at));
        buffer.limit(limit);
        if ((int) crc.getValue() != buffer.getInt(end)) {
            throw new IllegalStateException("checksum is wrong: lengthBytes=" + length);
        }
        if (buffer.get(at + KIND_AT) == KIND_EVENTS) {
            events += buffer.getShort(at + EVENT_COUNT_AT) & 0xffff;
        }
    }
}
