package io.stele.runtime;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Leaves one actor alone after it has failed often enough in a row. Two words of state, looked at for actors that have failed only:
 * a library's breaker keeps a window of calls, and takes a lock, for each of a million actors.
 *
 * <pre>
 *   failures &lt; max: everything passes      failures &ge; max: nothing, until openUntilNs; then one message per openNs
 * </pre>
 *
 * <p>Any thread may ask; failures are counted in the actor's turn.
 */
final class CircuitBreaker {
    private final int failuresMax;
    private final long openNs;
    private final AtomicLong openUntilNs = new AtomicLong();
    private volatile int failures;

    CircuitBreaker(int failuresMax, long openNs) {
        this.failuresMax = failuresMax;
        this.openNs = openNs;
    }

    /** Returns whether a message may pass; if that is the one which tries, nobody else may for a while. */
    boolean admits(long nowNs) {
        if (failures < failuresMax) {
            return true;
        }
        long untilNs = openUntilNs.get();
        return nowNs - untilNs >= 0 && openUntilNs.compareAndSet(untilNs, nowNs + openNs);
    }

    /** Returns whether it has failed so often. */
    boolean isOpen() {
        return failures >= failuresMax;
    }

    void onFailure(long nowNs) {
        int count = Math.min(failuresMax, failures + 1);
        if (count >= failuresMax) {
            openUntilNs.set(nowNs + openNs);
        }
        failures = count; // one writer
    }
}
