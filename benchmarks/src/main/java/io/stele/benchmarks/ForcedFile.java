package io.stele.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file full of zeros that is written through a mapping and forced each time: the least that durability costs here. */
final class ForcedFile implements AutoCloseable {
    private final FileChannel channel;
    private final MappedByteBuffer mapped;
    private byte next = 1;

    ForcedFile(Path file, int bytes) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        RawQueue.fill(channel, bytes);
        channel.force(true);
        mapped = channel.map(MapMode.READ_WRITE, 0, bytes);
    }

    /** Writes {@code bytes} behind the last ones, from the start again when the end is reached, and forces them. */
    void write(int bytes) {
        if (mapped.remaining() < bytes) {
            mapped.clear();
            next++;
        }
        for (int i = 0; i < bytes; i++) {
            mapped.put(next);
        }
        try {
            channel.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
