package io.stele.testkit;

import io.stele.spi.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that moves only when it is told to. Any thread may read or move it.
 *
 * <p>Its wall clock can be put anywhere, back as well as forth, without the monotonic time taking notice, as a machine's can.
 */
public final class ManualClock implements Clock {
    private static final long START_MS = 1_767_225_600_000L; // 2026-01-01T00:00Z

    private final AtomicLong nanoTime;
    private final AtomicLong wallOffsetNs;

    private ManualClock(long epochMs, long nanoTime) {
        this.nanoTime = new AtomicLong(nanoTime);
        this.wallOffsetNs = new AtomicLong(nanosOf(epochMs) - nanoTime);
    }

    /** Returns a clock that stands at 2026-01-01T00:00Z. */
    public static ManualClock start() {
        return startAt(START_MS);
    }

    /**
     * Returns a clock that stands at {@code epochMs}. Its monotonic time starts shortly before it wraps to a negative number,
     * so that code which compares two times instead of their difference is found out.
     *
     * @param epochMs milliseconds since 1970, from the year 1678 to 2261
     */
    public static ManualClock startAt(long epochMs) {
        return new ManualClock(epochMs, Long.MAX_VALUE - Duration.ofSeconds(5).toNanos());
    }

    @Override
    public long epochMs() {
        return Math.floorDiv(nanoTime.get() + wallOffsetNs.get(), 1_000_000L);
    }

    @Override
    public long nanoTime() {
        return nanoTime.get();
    }

    /**
     * Lets {@code duration} pass on both the wall clock and the monotonic one.
     *
     * @throws IllegalArgumentException if it is negative; nothing moved
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("time does not run backwards, use jumpWallClock: duration=" + duration);
        }
        nanoTime.addAndGet(duration.toNanos());
    }

    /** Puts the wall clock to {@code epochMs}, back or forth; the monotonic time stands still. */
    public void setWallClock(long epochMs) {
        wallOffsetNs.set(nanosOf(epochMs) - nanoTime.get());
    }

    /** Moves the wall clock by {@code duration}, negative for back; the monotonic time stands still. */
    public void jumpWallClock(Duration duration) {
        wallOffsetNs.addAndGet(duration.toNanos());
    }

    private static long nanosOf(long epochMs) {
        return Math.multiplyExact(epochMs, 1_000_000L);
    }
}
