package io.stele.recovery;

/**
 * What compactions have done since a {@link Compactor} was made.
 *
 * @param finished how many runs did all that was planned
 * @param stopped how many were stopped
 * @param failed how many ended because something did not work
 * @param filesRemoved files that are gone
 * @param bytesGained how many bytes the disk got back
 * @param eventsRemoved events that are gone
 * @param eventsCarried events that were carried over
 * @param durationMs how long the runs took together
 */
public record CompactionTotals(
        long finished,
        long stopped,
        long failed,
        long filesRemoved,
        long bytesGained,
        long eventsRemoved,
        long eventsCarried,
        long durationMs) {

    /** Nothing yet. */
    public static final CompactionTotals NONE = new CompactionTotals(0, 0, 0, 0, 0, 0, 0, 0);

    CompactionTotals plus(CompactionReport run) {
        return new CompactionTotals(
                finished + (run.state() == CompactionReport.State.FINISHED ? 1 : 0),
                stopped + (run.state() == CompactionReport.State.STOPPED ? 1 : 0),
                failed + (run.state() == CompactionReport.State.FAILED ? 1 : 0),
                filesRemoved + run.filesRemoved(),
                bytesGained + run.bytesGained(),
                eventsRemoved + run.eventsRemoved(),
                eventsCarried + run.eventsCarried(),
                durationMs + Math.max(0, run.endMs() - run.startMs()));
    }
}
