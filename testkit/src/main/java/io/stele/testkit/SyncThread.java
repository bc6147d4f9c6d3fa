package io.stele.testkit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Runs a force when one is requested, and every 10 ms without. Any thread may request or stop. */
final class SyncThread {
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Runnable force;
    private final Thread thread;
    private volatile boolean stopped;

    private SyncThread(Runnable force) {
        this.force = force;
        thread = new Thread(this::run, "in-memory-journal-sync");
        thread.setDaemon(true);
    }

    static SyncThread start(Runnable force) {
        SyncThread started = new SyncThread(force);
        started.thread.start();
        return started;
    }

    /** Asks for a force. A request made during one is served by the next: the thread's permit remembers it. */
    void request() {
        LockSupport.unpark(thread);
    }

    /** Stops after the force that is under way and waits for its end, unless the caller is in it. */
    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!stopped) {
            LockSupport.parkNanos(this, INTERVAL_NS);
            if (!stopped) {
                force.run();
            }
        }
    }
}
