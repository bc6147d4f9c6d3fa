package io.stele.recovery;

import io.stele.spi.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts a journal again and again while it is open, on a thread of its own.
 *
 * <pre>
 *   ──interval──&gt; plan ──worth it──&gt; run, throttled ──interval──&gt; plan ──too little──&gt; ──interval──&gt; …
 * </pre>
 *
 * <p>What a run did stands in the {@link CompactionHistory}. One that fails is logged and kept in {@link #lastFailure}, nothing is lost
 * by it, and the next one comes when its time has come.
 *
 * <h2>Threads</h2>
 * Any thread may call any method.
 */
public final class ScheduledCompaction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScheduledCompaction.class);
    private static final String REASON = "scheduled";
    /** The clock may be one that somebody moves by hand, so it is asked again after this. */
    private static final long LOOK_NS = 50_000_000;

    private final Compactor compactor;
    private final CompactionSchedule schedule;
    private final Clock clock;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable RuntimeException lastFailure;
    private final AtomicLong considered = new AtomicLong();

    private ScheduledCompaction(Compactor compactor, CompactionSchedule schedule, Clock clock) {
        this.compactor = compactor;
        this.schedule = schedule;
        this.clock = clock;
        thread = new Thread(this::run, "stele-compaction");
        thread.setDaemon(true);
    }

    /** Begins; the first run comes after one interval. Sets the compactor's limit of bytes per second. */
    public static ScheduledCompaction start(Compactor compactor, CompactionSchedule schedule, Clock clock) {
        ScheduledCompaction started = new ScheduledCompaction(compactor, schedule, clock);
        compactor.throttle(schedule.bytesPerSecond());
        started.thread.start();
        return started;
    }

    /** Returns how often it was asked whether a run is worth it. */
    public long consideredCount() {
        return considered.get();
    }

    /** Returns why the last run failed; null if it did not, or there was none. */
    public @Nullable RuntimeException lastFailure() {
        return lastFailure;
    }

    private void run() {
        long fromNs = clock.nanoTime();
        while (!closed) {
            if (clock.nanoTime() - fromNs < schedule.interval().toNanos()) {
                LockSupport.parkNanos(this, LOOK_NS);
                continue;
            }
            compact();
            considered.incrementAndGet();
            fromNs = clock.nanoTime();
        }
    }

    private void compact() {
        try {
            CompactionPlan plan = compactor.plan();
            if (!closed && !plan.isEmpty() && plan.bytesGained() >= schedule.gainBytesMin()) {
                CompactionReport report = compactor.execute(plan, REASON);
                LOG.info("journal was compacted: report={}", report);
            }
            lastFailure = null;
        } catch (RuntimeException e) {
            if (!closed) {
                lastFailure = e;
                LOG.warn("journal could not be compacted, nothing is lost by that: reason={}", e.getMessage(), e);
            }
        }
    }

    /** Stops the run under way, and waits for that. No other begins. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            compactor.stop();
            try {
                thread.join(LOOK_NS / 1_000_000);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
