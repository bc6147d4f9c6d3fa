package io.stele.spi;

/**
 * What one compaction of adjacent files did.
 *
 * @param bytesBefore length of the files that are gone
 * @param bytesAfter length of the file that took their place
 * @param eventsRemoved events that are gone
 * @param eventsCarried events that stayed
 * @param bytesRead how much was read to decide that
 */
public record CompactionOutcome(
        long bytesBefore, long bytesAfter, long eventsRemoved, long eventsCarried, long bytesRead) {

    /** Returns how much shorter the lane became; below 0 if it became longer. */
    public long bytesGained() {
        return bytesBefore - bytesAfter;
    }
}
