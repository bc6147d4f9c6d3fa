package io.stele.journal;

/** Learns how far a pass over a journal has come. */
@FunctionalInterface
public interface ScanProgress {

    /** Says nothing. */
    ScanProgress NONE = (bytesDone, bytesTotal) -> {};

    /**
     * Called on the scanning thread, about every 8 MiB and at the end of every lane.
     *
     * @param bytesDone how much has been read, at most {@code bytesTotal}
     * @param bytesTotal the length of all segment files when the pass began
     */
    void onProgress(long bytesDone, long bytesTotal);
}
