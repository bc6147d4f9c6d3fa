package io.stele.recovery;

import io.stele.spi.PersistenceId;
import org.jspecify.annotations.Nullable;

/**
 * Whether an actor's event handlers still make of its history what they once made of it.
 *
 * @param persistenceId whose
 * @param sequenceNumber the last event that was replayed; 0 for none
 * @param startedFrom the snapshot that replay had to start from, because events before it were compacted; 0 if from the first event
 * @param comparedCount how many states were compared: with hashes in the journal, and with snapshots
 * @param incomparableCount how many were not, because the state had another shape, or could not be read
 * @param agreeing the last event after which the states were found equal; 0 for none
 * @param disagreement null if none was found
 */
public record ReplayVerdict(
        PersistenceId persistenceId,
        long sequenceNumber,
        long startedFrom,
        int comparedCount,
        int incomparableCount,
        long agreeing,
        @Nullable Disagreement disagreement) {

    /**
     * Where handlers and history part.
     *
     * @param sequenceNumber the first event after which the states are known to differ; the event that a handler answers
     *     differently lies behind {@link ReplayVerdict#agreeing}, and not behind this one
     * @param unstable an event in between that its handler answered in two ways when asked twice; 0 if none did
     * @param reason what was compared, or what the handler threw
     */
    public record Disagreement(long sequenceNumber, long unstable, String reason) {}

    /** Returns whether everything that could be compared was equal. If nothing could be, that means nothing. */
    public boolean agrees() {
        return disagreement == null;
    }

    /** Returns one sentence with its facts. */
    public String report() {
        String facts = "persistenceId=" + persistenceId + ", sequenceNumber="
                + (disagreement == null ? sequenceNumber : disagreement.sequenceNumber()) + ", sequenceNumberAgreeing="
                + agreeing + ", comparedCount=" + comparedCount + ", incomparableCount=" + incomparableCount;
        if (disagreement == null) {
            return (comparedCount == 0 ? "nothing could be compared: " : "event handlers agree with history: ") + facts;
        }
        return "event handlers disagree with history: " + facts
                + (disagreement.unstable() == 0
                        ? ", the event that they answer differently is one of " + (agreeing + 1) + " to "
                                + disagreement.sequenceNumber()
                        : ", an event that its handler answers in two ways is " + disagreement.unstable())
                + ", reason=" + disagreement.reason();
    }
}
