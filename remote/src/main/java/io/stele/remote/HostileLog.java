package io.stele.remote;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts connections that were closed because what came made no sense, and logs one a second at most.
 *
 * <p>Any thread.
 */
final class HostileLog {
    private static final Logger LOG = LoggerFactory.getLogger(HostileLog.class);
    private static final long INTERVAL_NS = 1_000_000_000;

    private final LongAdder count = new LongAdder();
    private final AtomicLong nextNs;

    HostileLog(long nowNs) {
        nextNs = new AtomicLong(nowNs);
    }

    void add(String remote, @Nullable String reason, long nowNs) {
        count.increment();
        long dueNs = nextNs.get();
        if (nowNs - dueNs >= 0 && nextNs.compareAndSet(dueNs, nowNs + INTERVAL_NS)) {
            LOG.warn(
                    "connection is closed, what came made no sense: remote={}, reason={}, count={}",
                    remote,
                    reason,
                    count());
        }
    }

    long count() {
        return count.sum();
    }
}
