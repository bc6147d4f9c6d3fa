package io.stele.recovery;

import io.stele.spi.Clock;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast a compaction may go. {@link #spent} is called by the thread that compacts, everything else by any.
 *
 * <p>What is spent faster than allowed is slept off at once, so that a burst is never longer than one call.
 */
final class CompactionPace {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long PAUSE_NS = 1_000_000L;

    private final Clock clock;
    private volatile long bytesPerSecond;
    private volatile boolean paused;
    private volatile boolean stopped;
    private long freeAtNs;

    CompactionPace(Clock clock) {
        this.clock = clock;
    }

    void throttle(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("bytesPerSecond must not be negative: bytesPerSecond=" + value);
        }
        bytesPerSecond = value;
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
    }

    void stop() {
        stopped = true;
    }

    /** A new run begins: it was not stopped yet. */
    void begin() {
        stopped = false;
        freeAtNs = clock.nanoTime();
    }

    /**
     * Waits until {@code bytes} more may be spent.
     *
     * @throws CompactionStoppedException if somebody said stop
     */
    void spent(long bytes) {
        long limit = bytesPerSecond;
        if (limit > 0) {
            long now = clock.nanoTime();
            long start = freeAtNs - now > 0 ? freeAtNs : now;
            freeAtNs = start + (long) ((double) bytes / limit * NS_PER_SECOND);
        }
        while (!stopped && (paused || (bytesPerSecond > 0 && freeAtNs - clock.nanoTime() > 0))) {
            LockSupport.parkNanos(this, PAUSE_NS);
        }
        if (stopped) {
            throw new CompactionStoppedException();
        }
    }
}
