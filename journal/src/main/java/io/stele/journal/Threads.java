package io.stele.journal;

import java.util.concurrent.locks.LockSupport;

/** Ends a thread of the journal without interrupting it: an interrupt would close the file that it is forcing. */
final class Threads {
    private Threads() {}

    /** Wakes a thread that has been told to end, and waits for it. An interrupt of the caller is kept for later. */
    static void stop(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            LockSupport.unpark(thread);
            try {
                thread.join(100);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
