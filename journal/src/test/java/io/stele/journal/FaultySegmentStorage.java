package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The real file system, until told to fail. */
final class FaultySegmentStorage implements SegmentStorage {
    private final SegmentStorage real = new FileSegmentStorage();

    /** What was written and forced, in order. */
    final Queue<String> log = new ConcurrentLinkedQueue<>();

    /** How many more forces of segments succeed; negative: all. */
    final AtomicInteger forcesLeft = new AtomicInteger(-1);

    /** Whether there is no room for another segment. */
    volatile boolean full;

    volatile long usableBytes = Long.MAX_VALUE;

    @Override
    public OpenFile open(Path file) throws IOException {
        return new FaultyFile(file, real.open(file));
    }

    @Override
    public OpenFile create(Path file) throws IOException {
        return new FaultyFile(file, real.create(file));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        real.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        real.forceDirectory(directory);
        log.add("force directory");
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return Math.min(usableBytes, real.usableBytes(directory));
    }

    private final class FaultyFile implements OpenFile {
        private final Path path;
        private final OpenFile file;

        FaultyFile(Path path, OpenFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public int read(ByteBuffer target, long offsetBytes) throws IOException {
            return file.read(target, offsetBytes);
        }

        @Override
        public void write(ByteBuffer source, long offsetBytes) throws IOException {
            if (full && path.toString().contains(SegmentFiles.PRECREATED_SUFFIX)) {
                throw new IOException("No space left on device");
            }
            file.write(source, offsetBytes);
            log.add("write " + path.getFileName());
        }

        @Override
        public void force(boolean metadata) throws IOException {
            if (SegmentFiles.segmentOf(path) != 0 && forcesLeft.getAndUpdate(left -> left > 0 ? left - 1 : left) == 0) {
                throw new IOException("Input/output error");
            }
            file.force(metadata);
            log.add((metadata ? "force all of " : "force ") + path.getFileName());
        }

        @Override
        public long sizeBytes() throws IOException {
            return file.sizeBytes();
        }

        @Override
        public void resize(long sizeBytes) throws IOException {
            file.resize(sizeBytes);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
