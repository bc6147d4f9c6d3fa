package io.stele.spi;

/**
 * Where time comes from, so that tests and simulations can supply it. Any thread may ask.
 *
 * <p>Nothing is ever ordered by {@link #epochMs()}: a wall clock may jump either way. Order comes from sequence numbers and
 * positions, durations from {@link #nanoTime()}.
 */
public interface Clock {

    /** Returns the wall-clock time in milliseconds since 1970-01-01T00:00Z. May go backwards. */
    long epochMs();

    /** Returns a monotonic time in nanoseconds with an arbitrary origin; only differences mean anything. */
    long nanoTime();

    /** Returns the clock of this machine. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
