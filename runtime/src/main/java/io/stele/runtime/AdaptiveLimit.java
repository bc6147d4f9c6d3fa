package io.stele.runtime;

import com.netflix.concurrency.limits.limit.Gradient2Limit;
import io.stele.spi.Clock;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many messages of one kind of actors may be on their way at once: as many as do not make it slow. The limit follows how long
 * messages take from tell until they are handled (Netflix's Gradient2); when that grows, it shrinks.
 *
 * <p>Any thread.
 */
final class AdaptiveLimit {
    private static final int START = 1_024;
    private static final int MIN = 32;
    private static final int MAX = MailboxOptions.CAPACITY_MAX;

    private final Clock clock;
    private final Gradient2Limit limit = Gradient2Limit.newBuilder()
            .initialLimit(START)
            .minLimit(MIN)
            .maxConcurrency(MAX)
            .build();
    private final AtomicInteger inFlight = new AtomicInteger();

    AdaptiveLimit(Clock clock) {
        this.clock = clock;
    }

    /** A message that is on its way under a limit. */
    static final class Timed {
        final Object message;
        private final AdaptiveLimit limit;
        private final long startNs;
        private final int inFlight;

        private Timed(Object message, AdaptiveLimit limit, int inFlight) {
            this.message = message;
            this.limit = limit;
            this.inFlight = inFlight;
            startNs = limit.clock.nanoTime();
        }

        /** It was handled. */
        void onHandled() {
            limit.inFlight.decrementAndGet();
            long tookNs = Math.max(1, limit.clock.nanoTime() - startNs);
            limit.limit.onSample(startNs, tookNs, inFlight, false);
        }

        /** It will not be handled. */
        void onDropped() {
            limit.inFlight.decrementAndGet();
        }
    }

    /** Returns whether one more may be on its way; if so, {@link #envelope} follows. */
    boolean admits() {
        return inFlight.get() < limit.getLimit();
    }

    Timed envelope(Object message) {
        return new Timed(message, this, inFlight.incrementAndGet());
    }

    int inFlight() {
        return inFlight.get();
    }

    int limit() {
        return limit.getLimit();
    }
}
