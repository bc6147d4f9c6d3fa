package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What stayed of a run of segments when they were compacted: some of their records, byte for byte, each still known by the position
 * that it had. Written once, under another name, then forced and renamed; never changed.
 *
 * <p>Its name is {@code <first>_<last>.carried}, after the names of the first and the last segment it stands for. Little-endian:
 *
 * <pre>
 *     0    4    "STCA"
 *     4    4    format version, 1
 *     8   16    id of the journal: most significant half, then least
 *    24    4    lane
 *    28    4    0
 *    32    8    number of the first segment that it stands for
 *    40    8    number of the last one
 *    48    8    record count n
 *    56    8    where the index begins
 *    64         n records, one behind the other, as RecordLayout draws them
 *   index  16n  per record: [ position 8 ][ where it begins in this file 8 ], ascending in both
 *   end−4   4    CRC-32C of the header and the index
 * </pre>
 *
 * <p>A record is found by its position with a binary search in the index: some ten small reads. Confined to one thread.
 */
final class CarriedFile implements AutoCloseable {
    static final int HEADER_BYTES = 64;
    static final int ENTRY_BYTES = 16;
    static final int TRAILER_BYTES = 4;
    static final int MAGIC = 'S' | 'T' << 8 | 'C' << 16 | 'A' << 24;
    static final int VERSION = 1;

    private static final int BUFFER_BYTES = 64 << 10;
    private static final int PAGE_ENTRIES = 256;

    private final Path file;
    private final FileChannel channel;
    private final Header header;
    private final ByteBuffer page = allocate((PAGE_ENTRIES + 1) * ENTRY_BYTES);
    private RecordBytes buffer = new RecordBytes(BUFFER_BYTES);
    private long pageFrom = -1;
    private long next;
    private int pageCount;

    private CarriedFile(Path file, FileChannel channel, Header header) {
        this.file = file;
        this.channel = channel;
        this.header = header;
    }

    /** What stands in front. */
    record Header(UUID journalId, int lane, long firstSegment, long lastSegment, long count, long indexAt) {

        boolean fits(long fileBytes) {
            return count >= 0
                    && indexAt >= HEADER_BYTES
                    && firstSegment >= 1
                    && lastSegment >= firstSegment
                    && count <= fileBytes / ENTRY_BYTES
                    && fileBytes == indexAt + count * ENTRY_BYTES + TRAILER_BYTES;
        }

        ByteBuffer encode() {
            return allocate(HEADER_BYTES)
                    .putInt(MAGIC)
                    .putInt(VERSION)
                    .putLong(journalId.getMostSignificantBits())
                    .putLong(journalId.getLeastSignificantBits())
                    .putInt(lane)
                    .putInt(0)
                    .putLong(firstSegment)
                    .putLong(lastSegment)
                    .putLong(count)
                    .putLong(indexAt)
                    .flip();
        }

        static @Nullable Header decode(ByteBuffer source) {
            if (source.remaining() != HEADER_BYTES || source.getInt() != MAGIC || source.getInt() != VERSION) {
                return null;
            }
            UUID journalId = new UUID(source.getLong(), source.getLong());
            int lane = source.getInt();
            if (source.getInt() != 0) {
                return null;
            }
            return new Header(journalId, lane, source.getLong(), source.getLong(), source.getLong(), source.getLong());
        }
    }

    /**
     * Opens a file, and checks that its parts fit and that its index is what was written: a record says nothing of its position, so
     * a wrong entry would deliver the right record at a wrong place, or not at all. Reads 16 bytes per record.
     *
     * @throws CorruptJournalException if they do not
     * @throws IOException if it is not there, or cannot be read
     */
    static CarriedFile open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        boolean opened = false;
        try {
            ByteBuffer start = allocate(HEADER_BYTES);
            fill(channel, start, 0);
            Header header = Header.decode(start.flip());
            if (header == null || !header.fits(channel.size())) {
                throw corrupt(file, 0, "header does not fit the file");
            }
            CarriedFile carried = new CarriedFile(file, channel, header);
            carried.requireIndex();
            opened = true;
            return carried;
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    Header header() {
        return header;
    }

    long sizeBytes() {
        return header.indexAt + header.count * ENTRY_BYTES + TRAILER_BYTES;
    }

    /**
     * Reads the record at {@code position} into {@code view}; valid until the next call.
     *
     * @return false if there is none
     */
    boolean fetch(long position, RecordView view) {
        long at = lowerBound(position);
        if (at == header.count || position(at) != position) {
            return false;
        }
        read(at, view);
        return true;
    }

    /** Reads the first record above a position; false if there is none. */
    boolean nextAfter(long position, RecordView view) {
        boolean isHere = next > 0 && position(next - 1) == position;
        long at = isHere ? next : lowerBound(position + 1);
        if (at == header.count) {
            return false;
        }
        read(at, view);
        next = at + 1;
        return true;
    }

    /**
     * Checks everything: header, index, and every record. O(bytes).
     *
     * @param view moved along
     * @return a checksum over the records' positions and checksums
     * @throws CorruptJournalException if anything is not as it was written
     */
    long verify(RecordView view) {
        CRC32C crc = new CRC32C();
        crc.update(header.encode());
        long sum = 0;
        long previous = 0;
        for (long at = 0; at < header.count; at++) {
            read(at, view);
            int entry = pageIndex(at);
            crc.update(page.duplicate().limit(entry + ENTRY_BYTES).position(entry));
            long segment = RecordLayout.segmentOf(view.position());
            if (view.position() <= previous || segment < header.firstSegment || segment > header.lastSegment) {
                throw corrupt(file, offset(at), "record is out of order: position=" + view.position());
            }
            previous = view.position();
            sum = add(sum, view);
        }
        requireChecksum(crc);
        return sum;
    }

    private void requireIndex() {
        CRC32C crc = new CRC32C();
        crc.update(header.encode());
        for (long at = 0; at < header.count; at += PAGE_ENTRIES) {
            pageIndex(at);
            crc.update(page.duplicate().limit(pageCount * ENTRY_BYTES).position(0));
        }
        requireChecksum(crc);
    }

    private void requireChecksum(CRC32C crc) {
        ByteBuffer trailer = allocate(TRAILER_BYTES);
        try {
            fill(channel, trailer, sizeBytes() - TRAILER_BYTES);
        } catch (IOException e) {
            throw failed(e);
        }
        if (trailer.getInt(0) != (int) crc.getValue()) {
            throw corrupt(file, header.indexAt, "checksum of the index differs");
        }
    }

    /** Adds a record to a checksum over records. */
    static long add(long sum, RecordView view) {
        return ((sum + view.position()) * 31) + (view.crc() & 0xffff_ffffL);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void read(long at, RecordView view) {
        long from = offset(at);
        long position = position(at);
        long end = at + 1 == header.count ? header.indexAt : offset(at + 1);
        long length = end - from;
        if (from < HEADER_BYTES
                || end > header.indexAt
                || length < RecordLayout.RECORD_BYTES_MIN
                || length > SegmentReader.RECORD_BYTES_MAX) {
            throw corrupt(file, from, "record cannot have this length: lengthBytes=" + length);
        }
        if (length > buffer.capacity()) {
            buffer = new RecordBytes((int) length);
        }
        try {
            fill(channel, buffer.target.clear().limit((int) length), from);
        } catch (IOException e) {
            throw failed(e);
        }
        String problem = view.read(buffer, 0, (int) length, position);
        if (problem != null || view.kind() != RecordLayout.KIND_EVENTS) {
            throw corrupt(file, from, problem == null ? "record is none of an actor" : problem);
        }
    }

    /** Returns the index of the first entry at or above {@code position}. */
    private long lowerBound(long position) {
        long low = 0;
        long high = header.count;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (position(middle) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long position(long at) {
        return page.getLong(pageIndex(at));
    }

    private long offset(long at) {
        return page.getLong(pageIndex(at) + Long.BYTES);
    }

    /** Returns where in the page an entry is, after reading the page that it is in. */
    private int pageIndex(long at) {
        if (pageFrom < 0 || at < pageFrom || at >= pageFrom + pageCount) {
            pageFrom = at / PAGE_ENTRIES * PAGE_ENTRIES;
            pageCount = (int) Math.min(PAGE_ENTRIES, header.count - pageFrom);
            try {
                fill(channel, page.clear().limit(pageCount * ENTRY_BYTES), header.indexAt + pageFrom * ENTRY_BYTES);
            } catch (IOException e) {
                pageFrom = -1;
                throw failed(e);
            }
            page.clear();
        }
        return (int) (at - pageFrom) * ENTRY_BYTES;
    }

    private static void fill(FileChannel channel, ByteBuffer target, long from) throws IOException {
        long at = from;
        while (target.hasRemaining()) {
            int count = channel.read(target, at);
            if (count < 0) {
                throw new IOException("file ends too early: offsetBytes=" + at);
            }
            at += count;
        }
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private JournalException failed(IOException e) {
        return new JournalException("carried file cannot be read: file=" + file + ", cause=" + e, e);
    }

    private static CorruptJournalException corrupt(Path file, long offset, String what) {
        return new CorruptJournalException("what was carried over by a compaction is damaged: " + what + ", file="
                + file + ", offsetBytes=" + offset + "; nothing was changed on disk; run: stele verify");
    }
}
