package io.stele.remote;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: twice as long each time, and never quite the same, so that many who lost the same peer do not
 * come back together. Confined to one thread.
 */
final class Backoff {
    private final long firstNs;
    private final long maxNs;
    private final RandomGenerator random;
    private int failures;

    Backoff(long firstNs, long maxNs, RandomGenerator random) {
        this.firstNs = firstNs;
        this.maxNs = maxNs;
        this.random = random;
    }

    /** Returns the next wait: between half and all of what is due. */
    long nextNs() {
        long due = failures >= 30 ? maxNs : Math.min(maxNs, firstNs << failures);
        failures++;
        return due / 2 + (long) (random.nextDouble() * (due - due / 2.0));
    }

    int failures() {
        return failures;
    }

    void reset() {
        failures = 0;
    }
}
