package io.stele.remote;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.stele.runtime.ActorSystemClosedException;
import io.stele.runtime.AskTimeoutException;
import io.stele.runtime.CircuitOpenException;
import io.stele.runtime.OutcomeUnknownException;
import io.stele.spi.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Spares a peer that does not answer: when too many of the last asks and connections have failed, or taken much longer than is usual for
 * this peer, nothing is sent for a while, and a few try before all do.
 *
 * <pre>
 *   slow     =  longer than mean + 4 × deviation of what asks of this peer take, times 3; at least 50 ms
 *   too many =  30 % of the last 50 and three times what is usual for this peer beyond that; at most 90 %
 * </pre>
 *
 * <p>Any thread. The usual values are smoothed without a lock: two that meet lose one sample.
 */
final class PeerBreaker {
    private static final int WINDOW = 50;
    private static final int CALLS_MIN = 10;
    private static final int TRIALS = 5;
    private static final Duration OPEN_FOR = Duration.ofSeconds(2);
    private static final double SMOOTHING = 1.0 / 16;
    private static final double USUAL_SMOOTHING = 1.0 / 256;
    private static final double RATE_MIN = 30;
    private static final double RATE_MAX = 90;
    private static final double RATE_STEP = 10;
    private static final long SLOW_MIN_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String peer;
    private final java.time.Clock time;
    private final Bulkhead bulkhead;
    private volatile CircuitBreaker breaker;
    private volatile double rate = RATE_MIN;
    private volatile boolean open;
    private volatile double meanNs;
    private volatile double deviationNs;
    private volatile double usualFailures;

    PeerBreaker(String peer, Clock clock, int asksMax) {
        this.peer = peer;
        time = new MonotonicClock(clock);
        bulkhead = Bulkhead.of(
                peer,
                BulkheadConfig.custom()
                        .maxConcurrentCalls(asksMax)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
        breaker = newBreaker(RATE_MIN);
    }

    private CircuitBreaker newBreaker(double percent) {
        CircuitBreaker made = CircuitBreaker.of(
                peer,
                CircuitBreakerConfig.custom()
                        .slidingWindow(WINDOW, CALLS_MIN, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .failureRateThreshold((float) percent)
                        .permittedNumberOfCallsInHalfOpenState(TRIALS)
                        .waitDurationInOpenState(OPEN_FOR)
                        .clock(time)
                        .build());
        made.getEventPublisher().onStateTransition(event -> open = made.getState() != CircuitBreaker.State.CLOSED);
        return made;
    }

    /** Returns whether something may be sent. One volatile read while all is well. */
    boolean admits() {
        if (!open) {
            return true;
        }
        CircuitBreaker present = breaker;
        if (present.getState() == CircuitBreaker.State.HALF_OPEN) {
            return true;
        }
        if (!present.tryAcquirePermission()) {
            return false;
        }
        present.releasePermission();
        return true;
    }

    /** Counts an ask as under way; false if too many are. */
    boolean enter() {
        return bulkhead.tryAcquirePermission();
    }

    /** It is not, after all. */
    void leave() {
        bulkhead.onComplete();
    }

    /** An ask is over. What an actor refuses is an answer. */
    void onAsked(long tookNs, @Nullable Throwable failure) {
        bulkhead.onComplete();
        if (failure instanceof CircuitOpenException || failure instanceof ActorSystemClosedException) {
            return;
        }
        boolean lost = failure instanceof AskTimeoutException || failure instanceof OutcomeUnknownException;
        boolean slow = !lost && tookNs > slowNs();
        if (!lost) {
            learn(tookNs);
        }
        record(lost || slow, tookNs);
    }

    private void record(boolean failed, long tookNs) {
        double usual = usualFailures;
        usualFailures = usual + USUAL_SMOOTHING * ((failed ? 100 : 0) - usual);
        CircuitBreaker present = breaker;
        if (failed) {
            present.onError(tookNs, TimeUnit.NANOSECONDS, new RemoteException("peer failed or was slow", null));
        } else {
            present.onSuccess(tookNs, TimeUnit.NANOSECONDS);
        }
        adapt(present);
    }

    private void learn(long tookNs) {
        double mean = meanNs;
        if (mean == 0) {
            meanNs = tookNs;
            deviationNs = tookNs / 2.0;
            return;
        }
        double deviation = deviationNs;
        deviationNs = deviation + SMOOTHING * (Math.abs(tookNs - mean) - deviation);
        meanNs = mean + SMOOTHING * (tookNs - mean);
    }

    private double slowNs() {
        double mean = meanNs;
        return mean == 0 ? Double.MAX_VALUE : Math.max((double) SLOW_MIN_NS, 3 * (mean + 4 * deviationNs));
    }

    /**
     * A peer that often fails a little is not given up for that: the threshold follows what is usual, in steps. A new threshold forgets what
     * was counted, so it waits until the old one has seen enough to open.
     */
    private void adapt(CircuitBreaker present) {
        if (present.getMetrics().getNumberOfBufferedCalls() < WINDOW) {
            return;
        }
        double wanted = Math.min(RATE_MAX, RATE_MIN + 3 * usualFailures);
        if (Math.abs(wanted - rate) >= RATE_STEP && present.getState() == CircuitBreaker.State.CLOSED) {
            rate = wanted;
            breaker = newBreaker(wanted);
        }
    }

    void onConnected() {
        if (open) {
            breaker.transitionToClosedState();
        }
    }

    void onNotConnected(String reason) {
        breaker.onError(0, TimeUnit.NANOSECONDS, new RemoteException(reason, null));
    }

    String state() {
        return breaker.getState().name();
    }

    float failureRate() {
        return breaker.getMetrics().getFailureRate();
    }

    Duration slowAfter() {
        double slow = slowNs();
        return slow == Double.MAX_VALUE ? Duration.ZERO : Duration.ofNanos((long) slow);
    }

    /** Monotonic time where the library wants a wall clock, so that a jump of that opens and closes nothing. */
    private static final class MonotonicClock extends java.time.Clock {
        private final Clock clock;

        MonotonicClock(Clock clock) {
            this.clock = clock;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public java.time.Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            long ns = clock.nanoTime();
            return Instant.ofEpochSecond(Math.floorDiv(ns, 1_000_000_000L), Math.floorMod(ns, 1_000_000_000L));
        }
    }
}
