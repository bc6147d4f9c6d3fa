package io.stele.runtime;

import io.stele.spi.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the wheels: once in a millisecond while something waits, now and then while only the days to come have something, and not at
 * all while there is nothing.
 */
final class TimerThread implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(TimerThread.class);
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Clocks may be moved by hand, so nobody knows how long it is until a time comes. */
    private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long SLEEP_NS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    private final Timers timers;
    private final @Nullable DurableTimers durable;
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;

    TimerThread(Clock clock, Timers timers, @Nullable DurableTimers durable) {
        this.clock = clock;
        this.timers = timers;
        this.durable = durable;
        thread = new Thread(this, "stele-timers");
        thread.setDaemon(true);
    }

    void start() {
        timers.onStart(this::nudge);
        if (durable != null) {
            durable.onEarlier(this::nudge);
        }
        thread.start();
    }

    /** Something may have come that is to be looked at. Any thread. */
    private void nudge() {
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void run() {
        while (!closed) {
            try {
                tick(clock, timers, durable);
            } catch (RuntimeException | StackOverflowError e) {
                LOG.error("timers could not be told, they are tried again", e);
            }
            rest();
        }
    }

    private void rest() {
        if (timers.isEmpty()) {
            asleep = true;
            if (timers.isEmpty() && !closed) {
                LockSupport.parkNanos(napNs());
            }
            asleep = false;
        } else {
            LockSupport.parkNanos(TICK_NS);
        }
    }

    private long napNs() {
        long nextMs = durable == null ? Long.MAX_VALUE : durable.nextMs();
        if (nextMs == Long.MAX_VALUE) {
            return SLEEP_NS;
        }
        long leftMs = Math.max(0, nextMs - clock.epochMs());
        return leftMs >= TimeUnit.NANOSECONDS.toMillis(NAP_NS) ? NAP_NS : Math.max(TICK_NS / 2, leftMs * TICK_NS);
    }

    /** Does what is due by now. */
    static void tick(Clock clock, Timers timers, @Nullable DurableTimers durable) {
        timers.tick();
        if (durable != null) {
            durable.tick(clock.epochMs());
        }
    }

    void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
