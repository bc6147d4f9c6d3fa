package io.stele.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait for one worker, first in, first out. Linked through the tasks themselves, so it has no limit and allocates
 * nothing; how long it gets is limited by how many actors there are, since each waits at most once.
 *
 * <p>Any thread may add, and any may take: that is stealing. Guarded by a spin lock that is held for a few instructions.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // the size is written under the lock only
final class RunQueue {
    private static final int STOLEN_MAX = 16;

    private final AtomicInteger lock = new AtomicInteger();
    private @Nullable Task first;
    private @Nullable Task last;
    private volatile int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(Task task) {
        acquire();
        append(task, task, 1);
        lock.setRelease(0);
    }

    @Nullable Task poll() {
        if (size == 0) {
            return null;
        }
        acquire();
        Task task = first;
        if (task != null) {
            first = task.behind;
            task.behind = null;
            if (first == null) {
                last = null;
            }
            size = size - 1;
        }
        lock.setRelease(0);
        return task;
    }

    /**
     * Takes half of what waits here, a handful at most: the first to be run by the caller, the others into {@code thief}.
     *
     * @return null if nothing waits
     */
    @Nullable Task steal(RunQueue thief) {
        if (size == 0 || !lock.weakCompareAndSetAcquire(0, 1)) {
            return null;
        }
        Task head = first;
        int count = Math.min(STOLEN_MAX, (size + 1) / 2);
        Task tail = head;
        for (int i = 1; i < count && tail != null; i++) {
            tail = tail.behind;
        }
        if (head == null || tail == null) {
            lock.setRelease(0);
            return null;
        }
        first = tail.behind;
        tail.behind = null;
        if (first == null) {
            last = null;
        }
        size -= count;
        lock.setRelease(0);
        Task rest = head.behind;
        head.behind = null;
        if (rest != null) {
            thief.acquire();
            thief.append(rest, tail, count - 1);
            thief.lock.setRelease(0);
        }
        return head;
    }

    private void append(Task from, Task to, int count) {
        Task before = last;
        if (before == null) {
            first = from;
        } else {
            before.behind = from;
        }
        last = to;
        size += count;
    }

    private void acquire() {
        while (!lock.weakCompareAndSetAcquire(0, 1)) {
            while (lock.getPlain() != 0) {
                Thread.onSpinWait();
            }
        }
    }
}
