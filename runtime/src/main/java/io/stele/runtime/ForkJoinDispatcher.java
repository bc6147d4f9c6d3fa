package io.stele.runtime;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers that steal from one another: the JDK's fork-join pool, first in, first out. Actors are tasks that never complete, so
 * that scheduling one allocates nothing.
 */
final class ForkJoinDispatcher implements Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(ForkJoinDispatcher.class);
    private static final int CLOSE_TIMEOUT_S = 10;

    private final ForkJoinPool pool;

    /**
     * Starts no thread yet; workers come with the first tasks.
     *
     * @param name what the threads are called
     * @param workerCount how many, at least 1
     */
    ForkJoinDispatcher(String name, int workerCount) {
        ForkJoinPool.ForkJoinWorkerThreadFactory factory = pool -> {
            ForkJoinWorkerThread worker = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
            worker.setName(name + "-" + worker.getPoolIndex());
            return worker;
        };
        pool = new ForkJoinPool(
                workerCount,
                factory,
                (thread, e) -> LOG.error("worker caught what it should not have: thread={}", thread.getName(), e),
                true);
    }

    @Override
    public void execute(ForkJoinTask<?> task) {
        if (ForkJoinTask.getPool() == pool) {
            var unused = task.fork();
            return;
        }
        try {
            pool.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug(
                    "a wake-up came after the workers were stopped: task={}",
                    task.getClass().getSimpleName());
        }
    }

    @Override
    public boolean close() {
        pool.shutdown();
        try {
            if (pool.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                return true;
            }
            LOG.warn("workers are still busy, a handler may block: timeoutS={}", CLOSE_TIMEOUT_S);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
