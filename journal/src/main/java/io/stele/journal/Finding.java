package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.PersistenceId;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is not as it was written. Nothing was changed on disk.
 *
 * @param kind what it is
 * @param lane in which lane, −1 if it concerns the whole journal
 * @param file which file or directory
 * @param offsetBytes where in the file, 0 if it concerns all of it
 * @param persistenceId whose record it is, as far as that can be told from what is left; null if it cannot
 * @param sequenceNumber which of the actor's events, as far as known; 0 if it is not
 * @param durable whether it concerns what was known to be on disk and may have been acknowledged; false for what a crash may
 *     leave behind the last force, which the next opening cuts off by itself
 * @param message one sentence with its facts
 */
public record Finding(
        Kind kind,
        int lane,
        Path file,
        long offsetBytes,
        @Nullable PersistenceId persistenceId,
        long sequenceNumber,
        boolean durable,
        String message) {

    /** What a finding is about. */
    public enum Kind {
        /** Bytes that should be a record and are none. */
        BAD_RECORD,
        /** Behind the last force there are bytes that are no record: what a crash leaves. */
        TORN_TAIL,
        /** Behind the end lies a record of an earlier opening. */
        STALE_TAIL,
        /** The file ends before its last record. */
        TRUNCATED_SEGMENT,
        /** The file is empty. */
        ZERO_LENGTH_SEGMENT,
        /** A segment, or a whole lane, is not there. */
        MISSING_SEGMENT,
        /** What a compaction carried over is damaged, or not there. */
        CARRIED_FILE_PROBLEM,
        /** The segment belongs to another journal, or to none. */
        FOREIGN_SEGMENT,
        /** The segment belongs to this journal, but not here. */
        SWAPPED_SEGMENT,
        /** A record does not follow the one before it: one is missing, stands twice, or stands in another one's place. */
        BROKEN_CHAIN,
        /** A record is of an earlier opening than the one before it. */
        EPOCH_REGRESSION,
        /** An actor's events jump over a number. */
        SEQUENCE_GAP,
        /** An actor's event stands twice. */
        DUPLICATE_SEQUENCE,
        /** A record does not point to its actor's record before it. */
        BROKEN_ACTOR_CHAIN,
        /** A record lies in a lane that does not own its actor. */
        WRONG_LANE,
        /** The manifest cannot be used. */
        MANIFEST_PROBLEM,
        /** How far the lane is durable is not known, or the record named by the mark is another one. */
        DURABLE_MARK_PROBLEM,
        /** A file cannot be read. */
        UNREADABLE_FILE
    }

    /** Returns the whole report in one sentence: what, where, whose, what was left alone and what to run. */
    public String report() {
        StringBuilder text = new StringBuilder(message);
        text.append(message.indexOf('=') < 0 ? ": " : ", ").append("kind=").append(kind);
        text.append(", lane=").append(lane).append(", file=").append(file);
        text.append(", offsetBytes=").append(offsetBytes);
        if (persistenceId != null) {
            text.append(", persistenceId=").append(persistenceId.encoded());
            text.append(", sequenceNumber=").append(sequenceNumber);
        }
        text.append(", durable=").append(durable);
        return text.append("; nothing was changed on disk; run: stele verify").toString();
    }

    CorruptJournalException toException() {
        return new CorruptJournalException(report());
    }
}
