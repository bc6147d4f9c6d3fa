package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Writes one {@link CarriedFile}, under a name that nobody reads. Confined to one thread. */
final class CarriedFileWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 << 10;

    private final SegmentStorage.OpenFile file;
    private ByteBuffer buffer = allocate(BUFFER_BYTES);
    private long written = CarriedFile.HEADER_BYTES;
    private long[] index = new long[256];
    private int count;
    private long sum;

    private CarriedFileWriter(SegmentStorage.OpenFile file) {
        this.file = file;
    }

    static CarriedFileWriter create(SegmentStorage storage, Path path) throws IOException {
        return new CarriedFileWriter(storage.create(path));
    }

    /** Copies a record. Positions must ascend. */
    void add(RecordView record) throws IOException {
        if (record.lengthBytes() > buffer.remaining()) {
            flush();
        }
        if (record.lengthBytes() > buffer.capacity()) {
            buffer = allocate(record.lengthBytes());
        }
        if (2 * count == index.length) {
            index = Arrays.copyOf(index, 2 * index.length);
        }
        index[2 * count] = record.position();
        index[2 * count + 1] = written + buffer.position();
        count++;
        sum = CarriedFile.add(sum, record);
        record.copyTo(buffer);
    }

    /** Returns how long the file has become. */
    long sizeBytes() {
        return written + buffer.position();
    }

    int count() {
        return count;
    }

    /** Returns what {@link CarriedFile#verify} must find. */
    long sum() {
        return sum;
    }

    /** Completes the file and forces it. */
    void finish(UUID journalId, int lane, long firstSegment, long lastSegment) throws IOException {
        flush();
        CarriedFile.Header header = new CarriedFile.Header(journalId, lane, firstSegment, lastSegment, count, written);
        CRC32C crc = new CRC32C();
        crc.update(header.encode());
        for (int i = 0; i < count; i++) {
            if (buffer.remaining() < CarriedFile.ENTRY_BYTES) {
                checkOff(crc);
            }
            buffer.putLong(index[2 * i]).putLong(index[2 * i + 1]);
        }
        checkOff(crc);
        buffer.putInt((int) crc.getValue());
        flush();
        file.write(header.encode(), 0);
        file.force(true);
    }

    private void checkOff(CRC32C crc) throws IOException {
        crc.update(buffer.duplicate().flip());
        flush();
    }

    private void flush() throws IOException {
        long at = written;
        written += buffer.position();
        file.write(buffer.flip(), at);
        buffer.clear();
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
