package io.stele.recovery;

import io.stele.spi.Snapshot;
import io.stele.spi.StoredEvent;
import java.time.Instant;

/**
 * Up to where a history is replayed: whichever bound comes first.
 *
 * <p>Order comes from sequence numbers, never from clocks. A time therefore means: up to the first event that is marked with a later
 * one, looking on from the newest snapshot that is not. Where the machine's clock was set back, that is one of several right answers.
 *
 * @param sequenceNumberMax the last event wanted, at least 0; {@link Long#MAX_VALUE} for all there are
 * @param timestampMsMax when the last event wanted may have happened, in milliseconds since 1970
 * @param positionMax where in its lane the last record wanted may stand
 */
public record Moment(long sequenceNumberMax, long timestampMsMax, long positionMax) {

    /** Everything there is. */
    public static final Moment LATEST = new Moment(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    /** Checks the number. */
    public Moment {
        if (sequenceNumberMax < 0) {
            throw new IllegalArgumentException(
                    "sequence number must not be negative: sequenceNumber=" + sequenceNumberMax);
        }
    }

    /**
     * Right after an event.
     *
     * @param sequenceNumber of that event; 0 for before the first
     */
    public static Moment after(long sequenceNumber) {
        return new Moment(sequenceNumber, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** At a time, by the clock of whoever stored the events; to the millisecond, inclusive. */
    public static Moment at(Instant time) {
        return new Moment(Long.MAX_VALUE, time.toEpochMilli(), Long.MAX_VALUE);
    }

    /** Returns a copy that ends at a position of the actor's lane if it does not end earlier. */
    public Moment withPositionMax(long position) {
        return new Moment(sequenceNumberMax, timestampMsMax, Math.min(positionMax, position));
    }

    boolean includes(StoredEvent event) {
        return event.timestampMs() <= timestampMsMax && event.position() <= positionMax;
    }

    boolean includes(Snapshot snapshot) {
        return snapshot.timestampMs() <= timestampMsMax && snapshot.position() <= positionMax;
    }
}
