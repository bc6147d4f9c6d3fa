package io.stele.journal;

import io.stele.spi.JournalException;
import io.stele.spi.JournalFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps zero-filled segment files ahead of the lanes, and watches the room that is left.
 *
 * <p>A mapped write to a page that the disk has no room for kills the JVM. So disk space is taken here, with plain writes that
 * can fail politely, and a segment is used only when all of its bytes have been. They are written in small pieces: large ones
 * become large pages, and then every force of a lane writes back a megabyte for a hundred bytes.
 *
 * <p>One thread per journal; a lane that finds no file ready makes its own.
 */
final class SegmentReserve implements JournalMachine.Worker {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentReserve.class);
    private static final int FILL_BYTES = 16 << 10;
    private static final long WATCH_NS = 250_000_000L;
    static final String TEMPORARY_SUFFIX = ".filling";

    private final Path directory;
    private final JournalOptions options;
    private final SegmentStorage storage;
    private final JournalMachine.Workers workers;
    private final Thread thread;
    private final Map<LaneSetup, Long> wanted = new ConcurrentHashMap<>();
    private volatile boolean belowThreshold;
    private volatile long freeBytes = -1;
    private volatile boolean creationFailed;
    private volatile boolean stopped;

    SegmentReserve(JournalOptions options, JournalMachine machine) {
        this.directory = options.directory();
        this.options = options;
        storage = machine.storage();
        workers = machine.workers();
        thread = workers.create(this, "stele-reserve");
    }

    void start() {
        watch();
        thread.start();
    }

    /** Returns how much room there was at the last look, a quarter of a second ago at most; negative if nobody knows. */
    long freeBytes() {
        return freeBytes;
    }

    /** Returns whether events are refused for want of room. */
    boolean isFull() {
        return belowThreshold || creationFailed;
    }

    /** Ends the thread and waits for it. */
    void stop() {
        stopped = true;
        workers.stop(thread);
    }

    /**
     * Returns if there is room for more events. A volatile read.
     *
     * @throws JournalFullException if the file system has less room than the threshold
     */
    void requireFreeSpace() {
        if (belowThreshold) {
            throw new JournalFullException(
                    "disk is nearly full, so no event is taken until there is room again: directory=" + directory
                            + ", freeBytesMin=" + options.freeBytesMin());
        }
    }

    /**
     * Makes sure that the file of {@code segment} is ready to be used, creating it if need be.
     *
     * @throws JournalFullException if there is no room for it; nothing was written
     */
    void require(LaneSetup setup, long segment) {
        if (Files.exists(SegmentFiles.precreated(setup.directory(), segment))) {
            return;
        }
        if (creationFailed) {
            throw noRoom(setup, segment, "an earlier attempt failed");
        }
        try {
            create(setup, segment);
        } catch (IOException e) {
            creationFailed = true;
            prepare(setup, segment - 1);
            throw noRoom(setup, segment, e.toString());
        }
    }

    /** Asks for the segments behind {@code segment} to be made ready. Returns at once. */
    void prepare(LaneSetup setup, long segment) {
        wanted.put(setup, segment);
        workers.wake(thread);
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                turn();
            } catch (RuntimeException e) {
                LOG.warn(
                        "room could not be reserved, which is tried again: directory={}, cause={}",
                        directory,
                        e.toString());
            }
            if (!stopped) {
                LockSupport.parkNanos(this, WATCH_NS);
            }
        }
    }

    @Override
    public void turn() {
        watch();
        wanted.forEach(this::fill);
    }

    private void watch() {
        try {
            long usableBytes = storage.usableBytes(directory);
            freeBytes = usableBytes;
            belowThreshold = usableBytes < options.freeBytesMin();
        } catch (IOException e) {
            belowThreshold = options.freeBytesMin() > 0;
        }
    }

    private void fill(LaneSetup setup, long segment) {
        try {
            for (long next = segment + 1; next <= segment + options.reserveSegments() && !stopped; next++) {
                create(setup, next);
            }
            creationFailed = false;
            wanted.remove(setup, segment);
        } catch (IOException e) {
            creationFailed = true; // tried again at the next turn
        }
    }

    private void create(LaneSetup setup, long segment) throws IOException {
        synchronized (setup) {
            Path file = SegmentFiles.precreated(setup.directory(), segment);
            if (Files.exists(file) || Files.exists(setup.segment(segment))) {
                return;
            }
            requireRoom(setup.manifest().segmentBytes());
            Path filling = file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
            boolean filled = false;
            try {
                fill(filling, setup.manifest().segmentBytes());
                filled = true;
            } finally {
                if (!filled) {
                    storage.delete(filling);
                }
            }
            storage.rename(filling, file);
            storage.forceDirectory(setup.directory());
        }
    }

    /** Never takes so much that appends would have to stop for want of what was reserved. */
    private void requireRoom(int segmentBytes) throws IOException {
        long usableBytes = storage.usableBytes(directory);
        if (usableBytes - segmentBytes < options.freeBytesMin()) {
            throw new IOException("too little room would be left: usableBytes=" + usableBytes + ", segmentBytes="
                    + segmentBytes + ", freeBytesMin=" + options.freeBytesMin());
        }
    }

    private void fill(Path filling, int segmentBytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(FILL_BYTES);
        try (SegmentStorage.OpenFile file = storage.create(filling)) {
            for (long at = 0; at < segmentBytes; at += FILL_BYTES) {
                file.write(zeros.clear(), at);
            }
            file.resize(ChronicleAppender.mappedBytes(segmentBytes));
            file.force(true);
        }
    }

    private static JournalException noRoom(LaneSetup setup, long segment, String cause) {
        return new JournalFullException(
                "next segment cannot be reserved, so no event is taken until it can; nothing was "
                        + "written: segment=" + setup.segment(segment) + ", segmentBytes="
                        + setup.manifest().segmentBytes() + ", cause=" + cause);
    }
}
