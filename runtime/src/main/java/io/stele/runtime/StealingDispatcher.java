package io.stele.runtime;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers that steal from one another.
 *
 * <pre>
 *   tell from outside ──&gt; [ queue of a worker ] ──&gt; worker ──&gt; turn ──tell──&gt; [ next ]     run right after this turn
 *                              ^   │                                            │
 *                              │   └──stolen by idle workers                    └──stolen if the turn takes long
 *   home of the task ──────────┘
 * </pre>
 *
 * <p>Whom a turn wakes first runs next on the same worker, while what it was told is still in the cache, and without waking anybody:
 * two actors that talk to one another stay together. After a few of those in a row the queue has its turn.
 *
 * <h2>Who is awake</h2>
 * A worker without work looks around for some microseconds, then parks. At most one is woken at a time, and none while somebody looks
 * around already; whoever finds work and was the last to look wakes the next one. While actors wait for a disk it looks for about as long as
 * a force takes: parking then would add its latency to every durable reply. No task is forgotten: a pusher adds first and looks
 * for somebody awake afterwards; a worker says that it parks first and looks at all queues afterwards. The scheme is that of Go's
 * scheduler (D. Vyukov, "Scalable Go Scheduler Design Doc", 2012), the slot for the next task that of Go and Tokio.
 */
final class StealingDispatcher implements Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(StealingDispatcher.class);
    private static final int CLOSE_TIMEOUT_MS = 10_000;

    final AtomicInteger searching = new AtomicInteger();
    final AtomicInteger parkedCount = new AtomicInteger();
    private final String name;
    private final Worker[] workers;
    private final Watchdog watchdog;
    private volatile LaneRelease[] releases = new LaneRelease[0];
    private volatile boolean closed;

    /**
     * Starts its threads.
     *
     * @param name what the threads are called
     * @param workerCount how many, at least 1
     * @param watchdog looks after turns that take long
     */
    StealingDispatcher(String name, int workerCount, Watchdog watchdog) {
        this.name = name;
        this.watchdog = watchdog;
        workers = new Worker[workerCount];
        for (int i = 0; i < workerCount; i++) {
            workers[i] = new Worker(this, i, workerCount);
        }
        for (Worker worker : workers) {
            worker.start();
        }
        watchdog.watch(this);
    }

    @Override
    public void execute(Task task) {
        if (closed) {
            LOG.debug("a wake-up came after the workers were stopped: task={}", task.label());
            return;
        }
        int home = task.home();
        if (Thread.currentThread() instanceof WorkerThread thread && thread.worker.dispatcher == this) {
            Worker own = thread.worker;
            Worker wanted = home < 0 ? own : workers[home % workers.length];
            if (wanted == own || (wanted.isParked() && own.isFree())) { // waking it takes longer than most turns
                own.schedule(task);
                return;
            }
        }
        int index = home < 0 ? (int) Thread.currentThread().getId() & Integer.MAX_VALUE : home;
        workers[index % workers.length].queue.add(task);
        signal();
    }

    /** Wakes a parked worker, unless somebody looks around for work already. */
    void signal() {
        while (parkedCount.get() > 0 && searching.get() == 0 && searching.compareAndSet(0, 1)) {
            for (Worker worker : workers) {
                if (worker.unpark()) {
                    watchdog.wake();
                    return; // and it looks around in our place
                }
            }
            searching.decrementAndGet();
            if (!hasWork()) { // somebody may have relied on us to look around
                return;
            }
        }
    }

    @Override
    public synchronized void lookOutFor(LaneRelease release) {
        LaneRelease[] more = Arrays.copyOf(releases, releases.length + 1);
        more[releases.length] = release;
        releases = more;
    }

    /** Returns whether some actor waits for a disk, and so will have to do soon. */
    boolean awaitsDisk() {
        for (LaneRelease release : releases) {
            if (release.isAwaited()) {
                return true;
            }
        }
        return false;
    }

    boolean hasWork() {
        for (Worker worker : workers) {
            if (!worker.queue.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Takes work of others than {@code thief}. */
    @Nullable Task steal(Worker thief) {
        for (int i = 1; i < workers.length; i++) {
            Worker victim = workers[(thief.index + i) % workers.length];
            Task task = victim.queue.steal(thief.queue);
            if (task != null) {
                return task;
            }
        }
        return null;
    }

    /** Remembers in which turn each worker is. */
    void noteTurns(long[] seen) {
        for (Worker worker : workers) {
            seen[worker.index] = worker.turns();
        }
    }

    /** Takes what is next after a turn that has taken long: it was noted some time ago, and is not over yet. */
    @Nullable Task stealNext(Worker thief, long[] seen) {
        for (Worker victim : workers) {
            Task task = victim == thief ? null : victim.stealNext(seen[victim.index]);
            if (task != null) {
                return task;
            }
        }
        return null;
    }

    /** Has somebody run a task that was stolen for want of an idle worker. */
    void runElsewhere(Worker victim, Task task) {
        workers[(victim.index + 1) % workers.length].queue.add(task);
        signal();
    }

    int workerCount() {
        return workers.length;
    }

    Worker worker(int index) {
        return workers[index];
    }

    boolean isAsleep() {
        return parkedCount.get() == workers.length;
    }

    boolean isClosed() {
        return closed;
    }

    String name() {
        return name;
    }

    @Override
    public boolean close() {
        closed = true;
        boolean stopped = true;
        for (Worker worker : workers) {
            searching.incrementAndGet();
            if (!worker.unpark()) {
                searching.decrementAndGet();
            }
        }
        for (Worker worker : workers) {
            stopped &= worker.join(stopped ? CLOSE_TIMEOUT_MS : 1);
        }
        if (!stopped) {
            LOG.warn(
                    "workers are still busy, a handler may block: dispatcher={}, timeoutMs={}", name, CLOSE_TIMEOUT_MS);
        }
        return stopped;
    }
}
