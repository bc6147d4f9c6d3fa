package io.stele.runtime;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Delays on a thread of their own, which starts with the first. */
final class ThreadDelays implements Delays {
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread delays = new Thread(task, "stele-delays");
        delays.setDaemon(true);
        return delays;
    });

    @Override
    public void after(long delayNs, Runnable action) {
        try {
            var unused = thread.schedule(action, delayNs, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The system is closed: whoever waits has been told so by those who closed it.
            assert thread.isShutdown() : e;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
