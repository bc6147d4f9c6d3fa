package io.stele.runtime;

import java.lang.reflect.Method;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For actors that wait for something: each turn on a virtual thread where the JDK has them (21 and later), otherwise on one of a
 * bounded number of threads. What waits here is limited by the number of actors, since each waits at most once.
 */
final class BlockingDispatcher implements Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(BlockingDispatcher.class);
    private static final int CLOSE_TIMEOUT_S = 10;
    private static final int KEEP_ALIVE_S = 30;

    private final String name;
    private final ExecutorService executor;
    private final boolean virtual;

    private BlockingDispatcher(String name, int threadCountMax, @Nullable ExecutorService threads) {
        this.name = name;
        virtual = threads != null;
        executor = threads == null ? boundedPool(threadCountMax) : threads;
    }

    /**
     * Returns one that takes virtual threads if there are any. Starts no thread yet.
     *
     * @param name what the threads are called
     * @param threadCountMax how many there are at most if they are not virtual
     */
    static BlockingDispatcher virtualIfPossible(String name, int threadCountMax) {
        return new BlockingDispatcher(name, threadCountMax, virtualThreads());
    }

    /** Returns one that never takes virtual threads: for work that would hold their carriers, like reading files. */
    static BlockingDispatcher bounded(String name, int threadCountMax) {
        return new BlockingDispatcher(name, threadCountMax, null);
    }

    /** Found by name: this is compiled for a JDK that does not have it. */
    private static @Nullable ExecutorService virtualThreads() {
        if (Runtime.version().feature() < 21) {
            return null;
        }
        try {
            Method create = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
            return (ExecutorService) create.invoke(null);
        } catch (ReflectiveOperationException e) {
            LOG.warn("there are no virtual threads, a bounded pool takes their place: reason={}", e.toString());
            return null;
        }
    }

    private ExecutorService boundedPool(int threadCountMax) {
        AtomicInteger count = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, name + "-" + count.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threadCountMax, threadCountMax, KEEP_ALIVE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    boolean isVirtual() {
        return virtual;
    }

    @Override
    public void execute(Task task) {
        try {
            executor.execute(task::run);
        } catch (RejectedExecutionException e) {
            LOG.debug("a wake-up came after the threads were stopped: task={}", task.label());
        }
    }

    @Override
    public boolean close() {
        executor.shutdown();
        try {
            if (executor.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                return true;
            }
            LOG.warn("threads are still busy: dispatcher={}, timeoutS={}", name, CLOSE_TIMEOUT_S);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
