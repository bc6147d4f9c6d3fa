package io.stele.runtime;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** For actors that have a thread of their own, as long as they are in memory. */
final class PinnedDispatcher implements Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(PinnedDispatcher.class);
    private static final int CLOSE_TIMEOUT_MS = 10_000;
    private static final int LOOKS = 1_000;

    private final String name;
    private final AtomicInteger threadCount = new AtomicInteger();
    private final Map<Task, Pinned> threads = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Starts no thread yet.
     *
     * @param name what the threads are called
     */
    PinnedDispatcher(String name) {
        this.name = name;
    }

    @Override
    public void execute(Task task) {
        if (!closed) {
            threads.computeIfAbsent(task, own -> Pinned.start(this, own)).wake();
        }
    }

    @Override
    public void release(Task task) {
        Pinned own = threads.remove(task);
        if (own != null) {
            own.end();
        }
    }

    @Override
    public boolean close() {
        closed = true;
        boolean stopped = true;
        threads.values().forEach(Pinned::end);
        for (Pinned own : threads.values()) {
            stopped &= own.join(stopped ? CLOSE_TIMEOUT_MS : 1);
        }
        return stopped;
    }

    /** One actor's thread. */
    private final class Pinned implements Runnable {
        private final Task task;
        private final Thread thread;
        private final AtomicBoolean due = new AtomicBoolean();
        private volatile boolean ended;

        private Pinned(Task task) {
            this.task = task;
            thread = new Thread(this, name + "-" + threadCount.getAndIncrement());
            thread.setDaemon(true);
        }

        static Pinned start(PinnedDispatcher dispatcher, Task task) {
            Pinned own = dispatcher.new Pinned(task);
            own.thread.start();
            return own;
        }

        void wake() {
            due.set(true);
            LockSupport.unpark(thread);
        }

        void end() {
            ended = true;
            LockSupport.unpark(thread);
        }

        boolean join(long timeoutMs) {
            try {
                thread.join(timeoutMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return !thread.isAlive();
        }

        @Override
        public void run() {
            while (true) {
                if (due.compareAndSet(true, false)) {
                    runTask();
                } else if (ended) {
                    return;
                } else {
                    rest();
                }
            }
        }

        private void runTask() {
            try {
                task.run();
            } catch (Exception | VirtualMachineError | LinkageError | AssertionError e) {
                LOG.error("actor's thread caught what it should not have: task={}", task.label(), e);
            }
        }

        private void rest() {
            for (int i = 0; i < LOOKS && !due.get() && !ended; i++) {
                Thread.onSpinWait();
            }
            if (!due.get() && !ended) {
                LockSupport.park(this);
            }
        }
    }
}
