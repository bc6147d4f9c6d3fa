package io.stele.recovery;

/**
 * What one run of a compaction did.
 *
 * @param run 1, 2, 3 … per data directory
 * @param state how it ended
 * @param startMs when it began, milliseconds since 1970
 * @param endMs when it ended; that of its last entry if it was interrupted
 * @param filesRemoved files that are gone
 * @param bytesBefore their length
 * @param bytesAfter length of what took their place
 * @param eventsRemoved events that are gone
 * @param eventsCarried events that were carried over
 * @param bytesRead how much was read to decide that
 * @param reason who asked for it, or why it ended early
 */
public record CompactionReport(
        long run,
        State state,
        long startMs,
        long endMs,
        long filesRemoved,
        long bytesBefore,
        long bytesAfter,
        long eventsRemoved,
        long eventsCarried,
        long bytesRead,
        String reason) {

    /** How a run ended. What it had done by then stays done, whichever it is. */
    public enum State {
        /** It is under way, or the process ended in the middle. */
        INTERRUPTED,
        /** Everything that was planned was done. */
        FINISHED,
        /** Somebody stopped it. */
        STOPPED,
        /** Something did not work. */
        FAILED
    }

    /** Returns how many bytes the disk got back. */
    public long bytesGained() {
        return bytesBefore - bytesAfter;
    }
}
