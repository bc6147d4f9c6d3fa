package io.stele.runtime;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a failed actor waits before it starts again: twice as long after every failure, up to a cap.
 *
 * <pre>
 *   base = 100 ms, cap = 1 s, no jitter:   100 ms  200 ms  400 ms  800 ms  1 s  1 s …  (quiet for resetAfter)  100 ms
 * </pre>
 *
 * @param base the first wait, above zero
 * @param cap the longest wait before jitter, at least {@code base}
 * @param jitter which part of the wait is random, 0 to 1: a wait of 1 s with 0.2 takes 0.8 s to 1.2 s, so that many actors that
 *     failed together do not come back together
 * @param resetAfter how long the actor must have done without a failure to be treated as new, above zero
 */
public record Backoff(Duration base, Duration cap, double jitter, Duration resetAfter) {
    private static final int DOUBLINGS_MAX = 40;

    /** Checks the ranges. */
    public Backoff {
        if (base.isZero() || base.isNegative() || cap.compareTo(base) < 0) {
            throw new IllegalArgumentException("backoff is out of range: base=" + base + ", cap=" + cap);
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("jitter is out of range: jitter=" + jitter + ", jitterMax=1");
        }
        if (resetAfter.isZero() || resetAfter.isNegative()) {
            throw new IllegalArgumentException("resetAfter must be above zero: resetAfter=" + resetAfter);
        }
    }

    /** Doubles from {@code base} to {@code cap}, with a jitter of 0.2, reset after twice the cap without a failure. */
    public static Backoff exponential(Duration base, Duration cap) {
        return new Backoff(base, cap, 0.2, cap.multipliedBy(2));
    }

    /** Sets which part of the wait is random, 0 to 1. */
    public Backoff withJitter(double value) {
        return new Backoff(base, cap, value, resetAfter);
    }

    /** Sets how long an actor must have done without a failure to be treated as new. */
    public Backoff withResetAfter(Duration value) {
        return new Backoff(base, cap, jitter, value);
    }

    /**
     * Returns how long to wait.
     *
     * @param failureCount how many failures there were before this one since the last reset, at least 0
     * @param random asked once if there is jitter
     */
    long delayNs(int failureCount, RandomGenerator random) {
        long delayNs = cap.toNanos();
        if (failureCount < DOUBLINGS_MAX && base.toNanos() <= delayNs >> failureCount) {
            delayNs = base.toNanos() << failureCount;
        }
        double share = jitter == 0 ? 1 : 1 - jitter + 2 * jitter * random.nextDouble();
        return Math.max(1, (long) (delayNs * share));
    }
}
