package io.stele.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds the bytes of one segment file in Chronicle's format, without any class of Chronicle. */
final class SegmentFixture {
    static final int METADATA = 0x4000_0000;

    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    /** Begins with a header document, as Chronicle's files do. */
    SegmentFixture() {
        document(METADATA, new byte[240]);
    }

    /** Appends a document and returns the offset of its header. */
    int document(int flags, byte[] bytes) {
        int offset = content.size();
        header(flags | bytes.length);
        content.writeBytes(bytes);
        while ((content.size() & 3) != 0) {
            content.write(0);
        }
        return offset;
    }

    int record(byte[] record) {
        return document(0, record);
    }

    int record(RecordFixture record) {
        return record(record.bytes());
    }

    /** Appends an index document of Chronicle's. */
    int index() {
        return document(METADATA, new byte[200]);
    }

    int seal() {
        int offset = content.size();
        header(0xc000_0000);
        return offset;
    }

    int zeros(int count) {
        int offset = content.size();
        content.writeBytes(new byte[count]);
        return offset;
    }

    int sizeBytes() {
        return content.size();
    }

    byte[] bytes() {
        return content.toByteArray();
    }

    Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void header(int header) {
        content.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(header)
                .array());
    }
}
