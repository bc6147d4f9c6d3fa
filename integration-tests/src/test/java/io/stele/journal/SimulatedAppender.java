package io.stele.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes the same bytes as {@link ChronicleAppender}, in the same order, to a {@link SimulatedDisk}: the content of a document, then
 * the header that makes it count.
 */
final class SimulatedAppender implements DocumentAppender {
    private static final int METADATA = 0x4000_0000;
    private static final int CHRONICLE_HEADER_BYTES = 240;

    private final SimulatedDisk disk;
    private final Path laneDirectory;
    private SegmentStorage.@Nullable OpenFile file;
    private long segment;
    private long endOffset;

    SimulatedAppender(SimulatedDisk disk, Path laneDirectory) {
        this.disk = disk;
        this.laneDirectory = laneDirectory;
    }

    @Override
    public void startSegment(long next) {
        try {
            SegmentStorage.OpenFile ended = file;
            if (ended != null) {
                writeInt(ended, endOffset, SegmentReader.SEALED);
                ended.close();
            }
            file = null;
            segment = next;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long append(byte[] record, int at, int lengthBytes) {
        try {
            SegmentStorage.OpenFile target = file == null ? begin() : file;
            long offset = endOffset;
            target.write(ByteBuffer.wrap(record, at, lengthBytes), offset + Integer.BYTES);
            writeInt(target, offset, lengthBytes);
            endOffset = offset + Integer.BYTES + lengthBytes;
            return offset;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SegmentStorage.OpenFile begin() throws IOException {
        Path path = SegmentFiles.segment(laneDirectory, segment);
        disk.rename(SegmentFiles.precreated(laneDirectory, segment), path);
        SegmentStorage.OpenFile begun = disk.open(path);
        file = begun;
        byte[] header = new byte[CHRONICLE_HEADER_BYTES];
        header[0] = 1;
        begun.write(ByteBuffer.wrap(header), Integer.BYTES);
        writeInt(begun, 0, METADATA | CHRONICLE_HEADER_BYTES);
        endOffset = Integer.BYTES + CHRONICLE_HEADER_BYTES;
        return begun;
    }

    private static void writeInt(SegmentStorage.OpenFile target, long offset, int value) throws IOException {
        target.write(
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(value)
                        .flip(),
                offset);
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
