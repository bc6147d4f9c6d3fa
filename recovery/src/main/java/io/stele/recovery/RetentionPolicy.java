package io.stele.recovery;

import io.stele.spi.Snapshot;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What must be kept of an actor's history although a snapshot covers it. Rules add up: an event goes only if none of them keeps it.
 * They bind from below; more may be kept, because files go as a whole.
 *
 * <pre>
 *   RetentionPolicy.NONE.keepLast(1_000).keepYounger(Duration.ofDays(30))
 * </pre>
 *
 * @param eventCountMin keep at least the last that many events; at least 0
 * @param youngerThan keep what happened more recently than this; null for no such rule
 * @param bytesMin keep at least the last that many bytes of records; at least 0
 * @param terminal says of a state, as it is stored, that nothing more will happen to its actor; null if none is
 * @param terminalAfter how long after its last snapshot an actor in such a state loses its history, whatever the other rules say
 */
public record RetentionPolicy(
        long eventCountMin,
        @Nullable Duration youngerThan,
        long bytesMin,
        @Nullable Predicate<Snapshot> terminal,
        Duration terminalAfter) {

    /** Keeps nothing that a snapshot covers. */
    public static final RetentionPolicy NONE = new RetentionPolicy(0, null, 0, null, Duration.ZERO);

    /** Keeps everything. */
    public static final RetentionPolicy ALL = NONE.keepLast(Long.MAX_VALUE);

    /** Checks the ranges. */
    public RetentionPolicy {
        boolean isPast = (youngerThan != null && youngerThan.isNegative()) || terminalAfter.isNegative();
        if (eventCountMin < 0 || bytesMin < 0 || isPast) {
            throw new IllegalArgumentException("retention is out of range: eventCountMin=" + eventCountMin
                    + ", youngerThan=" + youngerThan + ", bytesMin=" + bytesMin + ", terminalAfter=" + terminalAfter);
        }
    }

    /** Returns a copy that keeps at least the last {@code eventCount} events. */
    public RetentionPolicy keepLast(long eventCount) {
        return new RetentionPolicy(eventCount, youngerThan, bytesMin, terminal, terminalAfter);
    }

    /** Returns a copy that keeps what is younger than {@code age}, by the timestamps of the events. */
    public RetentionPolicy keepYounger(Duration age) {
        return new RetentionPolicy(eventCountMin, age, bytesMin, terminal, terminalAfter);
    }

    /** Returns a copy that keeps at least the last {@code bytes} of each actor's records. */
    public RetentionPolicy keepBytes(long bytes) {
        return new RetentionPolicy(eventCountMin, youngerThan, bytes, terminal, terminalAfter);
    }

    /**
     * Returns a copy by which an actor whose newest snapshot includes its last event, and is in a state for which {@code isTerminal}
     * holds, loses its history {@code after} that snapshot was taken. The snapshot stays.
     *
     * @param isTerminal sees the stored form; decode its payload to ask the state itself
     */
    public RetentionPolicy dropTerminal(Predicate<Snapshot> isTerminal, Duration after) {
        return new RetentionPolicy(eventCountMin, youngerThan, bytesMin, isTerminal, after);
    }
}
