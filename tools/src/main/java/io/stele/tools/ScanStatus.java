package io.stele.tools;

import io.stele.journal.ScanProgress;

/** How far a pass over the files has come. Written by one thread, read by any. */
final class ScanStatus implements ScanProgress {
    private volatile long bytesDone;
    private volatile long bytesTotal = 1;

    @Override
    public void onProgress(long done, long total) {
        bytesTotal = Math.max(1, total);
        bytesDone = done;
    }

    Progress.Status status() {
        return new Progress.Status(
                bytesDone, bytesTotal, Units.bytes(bytesDone) + " of " + Units.bytes(bytesTotal), true);
    }
}
