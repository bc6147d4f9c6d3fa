package io.stele.runtime;

import io.stele.recovery.PoisonEventException;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import io.stele.spi.StoredType;
import org.jspecify.annotations.Nullable;

/**
 * An actor that is out of service, because one of its events cannot be applied. Its history is complete and unchanged.
 *
 * @param persistenceId which actor
 * @param sequenceNumber of the event that cannot be applied
 * @param position of that event's record in its lane
 * @param timestampMs when the event happened, in milliseconds since 1970
 * @param type the name and version that the event is stored under
 * @param cause what was thrown: class and message, at most {@value #CAUSE_LENGTH_MAX} characters
 * @param sinceMs when it was found out, in milliseconds since 1970
 * @param epoch of the opening of the journal that found it out
 */
public record Quarantined(
        PersistenceId persistenceId,
        long sequenceNumber,
        long position,
        long timestampMs,
        StoredType type,
        String cause,
        long sinceMs,
        long epoch) {

    /** The most characters of a cause that are kept. */
    public static final int CAUSE_LENGTH_MAX = 1_000;

    /** Shortens the cause. */
    public Quarantined {
        cause = cause.length() > CAUSE_LENGTH_MAX ? cause.substring(0, CAUSE_LENGTH_MAX) : cause;
    }

    /** What is wrong, without the name of the class where the message says it all. */
    private static String text(@Nullable Throwable cause) {
        return String.valueOf(cause instanceof SteleException ? cause.getMessage() : cause);
    }

    static Quarantined of(PoisonEventException poison, long sinceMs, long epoch) {
        return new Quarantined(
                poison.persistenceId(),
                poison.sequenceNumber(),
                poison.position(),
                poison.timestampMs(),
                poison.type(),
                text(poison.getCause()),
                sinceMs,
                epoch);
    }
}
