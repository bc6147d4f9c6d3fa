package io.stele.runtime;

import io.stele.spi.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a system in phases, each within its time, with tasks of the application's own in between.
 *
 * <pre>
 *   system.shutdown().add(ShutdownPhase.ANNOUNCE, "http", server::stop);
 *
 *   ANNOUNCE ──&gt; FINISH ──&gt; STOP ──&gt; CLOSE ──&gt; AFTER       each: tasks side by side, then the system's own part
 * </pre>
 *
 * <p>A task that fails or takes longer than its phase may is logged and left behind; the next phase begins. Any thread.
 */
public final class Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final Clock clock;
    private final Map<ShutdownPhase, Duration> timeouts;
    private final Map<ShutdownPhase, List<Named>> tasks = new EnumMap<>(ShutdownPhase.class);
    private final List<ShutdownReport> reports = new ArrayList<>();
    private boolean begun;

    private record Named(String name, ShutdownTask task) {}

    /** What a phase does for the system itself, until a time. */
    @FunctionalInterface
    interface Part {
        void run(long deadlineNs);
    }

    Shutdown(Clock clock, Map<ShutdownPhase, Duration> timeouts) {
        this.clock = clock;
        this.timeouts = Map.copyOf(timeouts);
    }

    /**
     * Has {@code task} done in a phase, beside the other tasks of the phase and before what the system does in it.
     *
     * @param name stands in the log and the report
     * @throws IllegalStateException if the shutdown has begun
     */
    public synchronized void add(ShutdownPhase phase, String name, ShutdownTask task) {
        if (begun) {
            throw new IllegalStateException(
                    "shutdown has begun, the task will not be run: phase=" + phase + ", name=" + name);
        }
        tasks.computeIfAbsent(phase, key -> new ArrayList<>()).add(new Named(name, task));
    }

    /** Returns what became of the phases that are over. */
    public synchronized List<ShutdownReport> reports() {
        return List.copyOf(reports);
    }

    synchronized void begin() {
        begun = true;
    }

    /** Goes through one phase. On the closing thread. */
    void run(ShutdownPhase phase, Part part) {
        long startNs = clock.nanoTime();
        long deadlineNs = startNs + timeout(phase).toNanos();
        List<String> unfinished = runTasks(phase);
        part.run(deadlineNs);
        Duration took = Duration.ofNanos(clock.nanoTime() - startNs);
        LOG.debug("phase of the shutdown is over: phase={}, took={}, unfinished={}", phase, took, unfinished);
        synchronized (this) {
            reports.add(new ShutdownReport(phase, took, unfinished));
        }
    }

    private Duration timeout(ShutdownPhase phase) {
        Duration timeout = timeouts.get(phase);
        assert timeout != null : "every phase has a timeout";
        return timeout;
    }

    /** Returns the names of those that were not done in time, or failed. */
    private List<String> runTasks(ShutdownPhase phase) {
        List<Named> those;
        synchronized (this) {
            those = List.copyOf(tasks.getOrDefault(phase, List.of()));
        }
        CountDownLatch done = new CountDownLatch(those.size());
        List<Running> running = new ArrayList<>();
        for (Named named : those) {
            running.add(new Running(named, done));
        }
        await(done, timeout(phase));
        List<String> unfinished = new ArrayList<>();
        for (Running task : running) {
            if (!task.succeeded) {
                LOG.warn(
                        "task of the shutdown was not done: phase={}, name={}, timeout={}",
                        phase,
                        task.named.name(),
                        timeout(phase));
                unfinished.add(task.named.name());
            }
        }
        return unfinished;
    }

    private static void await(CountDownLatch done, Duration timeout) {
        try {
            var unused = done.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A task on its thread. */
    private static final class Running implements Runnable {
        private final Named named;
        private final CountDownLatch done;
        private volatile boolean succeeded;

        Running(Named named, CountDownLatch done) {
            this.named = named;
            this.done = done;
            Thread thread = new Thread(this, "stele-shutdown-" + named.name());
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            try {
                named.task().run();
                succeeded = true;
            } catch (Exception | LinkageError | StackOverflowError | OutOfMemoryError | AssertionError e) {
                LOG.warn("task of the shutdown failed: name={}", named.name(), e);
            } finally {
                done.countDown();
            }
        }
    }
}
