package io.stele.runtime;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs short actions after a while, on a thread of its own: the ends of backoffs. Starts no thread before the first.
 *
 * <p>Any thread.
 */
final class Delays {
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread delays = new Thread(task, "stele-delays");
        delays.setDaemon(true);
        return delays;
    });

    /** Runs {@code action} once, never early; never at all once this is closed. */
    void after(long delayNs, Runnable action) {
        try {
            var unused = thread.schedule(action, delayNs, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The system is closed: whoever waits has been told so by those who closed it.
            assert thread.isShutdown() : e;
        }
    }

    void close() {
        thread.shutdownNow();
    }
}
