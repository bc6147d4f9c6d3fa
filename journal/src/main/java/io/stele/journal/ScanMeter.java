package io.stele.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Adds up how far a pass over the lanes of a journal has come, and tells it now and then. Confined to one thread; each of several has a
 * {@link #part} of its own.
 */
final class ScanMeter {
    /** Counts nothing. */
    static final ScanMeter SILENT = new ScanMeter(0, ScanProgress.NONE, null);

    private static final long STEP_BYTES = 8 << 20;

    private final ScanProgress progress;
    private final long bytesTotal;
    private final @Nullable ScanMeter whole;
    private long bytesDone;
    private long bytesTold;

    ScanMeter(Path directory, int laneCount, ScanProgress progress) throws IOException {
        this.progress = progress;
        long total = 0;
        for (int lane = 0; lane < laneCount; lane++) {
            total += bytesOf(directory, lane);
        }
        this.bytesTotal = total;
        this.whole = null;
    }

    private ScanMeter(long bytesTotal, ScanProgress progress, @Nullable ScanMeter whole) {
        this.progress = progress;
        this.bytesTotal = bytesTotal;
        this.whole = whole;
    }

    /** Returns one for another thread; what it counts is told together with what the others do. */
    ScanMeter part() {
        return new ScanMeter(bytesTotal, progress, this);
    }

    private static long bytesOf(Path directory, int lane) throws IOException {
        Path laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        long total = 0;
        for (long segment : SegmentFiles.list(laneDirectory)) {
            total += Files.size(SegmentFiles.segment(laneDirectory, segment));
        }
        return total;
    }

    /** Counts bytes that were read. */
    void add(long bytes) {
        bytesDone = Math.min(bytesTotal, bytesDone + bytes);
        if (bytesDone - bytesTold >= STEP_BYTES) {
            tell();
        }
    }

    /** Tells how far it is, whatever was told last. */
    void tell() {
        long more = bytesDone - bytesTold;
        bytesTold = bytesDone;
        if (whole == null) {
            progress.onProgress(bytesDone, bytesTotal);
        } else {
            whole.addPart(more);
        }
    }

    private synchronized void addPart(long bytes) {
        bytesDone = Math.min(bytesTotal, bytesDone + bytes);
        bytesTold = bytesDone;
        progress.onProgress(bytesDone, bytesTotal);
    }
}
