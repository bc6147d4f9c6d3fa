package io.stele.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker of a {@link StealingDispatcher}: its queue, what it runs next, and what it does when there is nothing to run.
 *
 * <p>Confined to its own thread but for the queue, {@link #stealNext}, {@link #unpark} and what is read of its turn.
 */
final class Worker implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final VarHandle NEXT;
    /** How often it looks around before it parks: for about as long as parking and being woken takes. */
    private static final int LOOKS = 1_000;
    /** How often while actors wait for a disk that is forced just now: for about as long as that takes. */
    private static final int LOOKS_FOR_DISK = 6_000;
    /** Whoever looks for long offers its processor to others, once in so many looks. */
    private static final int LOOKS_PER_YIELD = 32;

    private static final int NEXT_IN_A_ROW = 16;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(Worker.class, "next", Task.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final StealingDispatcher dispatcher;
    final int index;
    final RunQueue queue = new RunQueue();
    private final AtomicBoolean parked = new AtomicBoolean();
    private final long[] seen;
    private volatile @Nullable Task next;
    private volatile @Nullable Task running;
    private volatile long turns;
    private volatile WorkerThread thread;
    private int nextInARow;

    Worker(StealingDispatcher dispatcher, int index, int workerCount) {
        this.dispatcher = dispatcher;
        this.index = index;
        seen = new long[workerCount];
        thread = newThread();
    }

    private WorkerThread newThread() {
        return new WorkerThread(this, dispatcher.name() + "-" + index);
    }

    void start() {
        thread.start();
    }

    /** Has a task run by this worker, right after the current turn if nothing else is to be. Called in a turn. */
    void schedule(Task task) {
        if (next == null && nextInARow < NEXT_IN_A_ROW) {
            NEXT.setRelease(this, task);
        } else {
            queue.add(task);
            dispatcher.signal();
        }
    }

    @Override
    public void run() {
        boolean finished = false;
        try {
            loop();
            finished = true;
        } finally {
            if (!finished && !dispatcher.isClosed()) { // an error that nobody catches: another thread goes on
                LOG.error(
                        "worker's thread ended with an error, another one takes its place: worker={}",
                        thread.getName());
                thread = newThread();
                thread.start();
            }
        }
    }

    private void loop() {
        while (true) {
            Task task = take();
            if (task == null) {
                task = search();
            }
            if (task != null) {
                run(task);
            } else if (dispatcher.isClosed()) {
                return;
            }
        }
    }

    private void run(Task task) {
        long turn = turns + 1;
        turns = turn; // its only writer
        running = task;
        try {
            task.run();
        } catch (Exception | VirtualMachineError | LinkageError | AssertionError e) {
            LOG.error("worker caught what it should not have: task={}", task.label(), e);
        } finally {
            running = null;
        }
    }

    private @Nullable Task take() {
        Task task = next;
        if (task != null && NEXT.compareAndSet(this, task, null)) {
            if (++nextInARow <= NEXT_IN_A_ROW || queue.isEmpty()) {
                return task;
            }
            queue.add(task);
        }
        nextInARow = 0;
        return queue.poll();
    }

    /** Looks around for a while, then parks until somebody has work. */
    private @Nullable Task search() {
        if (dispatcher.searching.get() * 2 < dispatcher.workerCount()) {
            dispatcher.searching.incrementAndGet();
            Task task = lookAround();
            if (task != null) {
                return task;
            }
        }
        while (!dispatcher.isClosed()) {
            if (park()) {
                return find();
            }
            Task task = lookAround(); // woken, and counted by whoever woke it
            if (task != null) {
                return task;
            }
        }
        return null;
    }

    /** Searches; it has been counted as one who does. */
    @SuppressWarnings("ThreadPriorityCheck") // it relies on nothing: a yield that does nothing is a pause
    private @Nullable Task lookAround() {
        dispatcher.noteTurns(seen);
        Task task = find();
        for (int i = 0; i < LOOKS && task == null && !dispatcher.isClosed(); i++) {
            Thread.onSpinWait();
            task = find();
        }
        for (int i = LOOKS; i < LOOKS_FOR_DISK && task == null && dispatcher.awaitsDisk(); i++) {
            if (i % LOOKS_PER_YIELD == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
            task = find();
        }
        if (task == null) {
            task = dispatcher.stealNext(this, seen);
        }
        if (dispatcher.searching.decrementAndGet() == 0 && task != null) {
            dispatcher.signal();
        }
        return task;
    }

    private @Nullable Task find() {
        Task task = queue.poll();
        return task == null ? dispatcher.steal(this) : task;
    }

    /**
     * Parks, unless there is work after all.
     *
     * @return true if there is, or the dispatcher is closed; false if it was woken to look around
     */
    private boolean park() {
        parked.set(true);
        dispatcher.parkedCount.incrementAndGet();
        if (dispatcher.hasWork() || dispatcher.isClosed()) {
            if (parked.compareAndSet(true, false)) {
                dispatcher.parkedCount.decrementAndGet();
                return true;
            }
            return false;
        }
        while (parked.get()) {
            LockSupport.park(this);
        }
        return false;
    }

    /** Wakes it if it is parked; the caller has counted it as one who looks around. Any thread. */
    boolean unpark() {
        if (parked.get() && parked.compareAndSet(true, false)) {
            dispatcher.parkedCount.decrementAndGet();
            LockSupport.unpark(thread);
            return true;
        }
        return false;
    }

    /** Takes what is next if it is still in the turn of that number. Any thread. */
    @Nullable Task stealNext(long turn) {
        Task task = next;
        return task != null && turns == turn && NEXT.compareAndSet(this, task, null) ? task : null;
    }

    /** Returns whether it sleeps. Any thread. */
    boolean isParked() {
        return parked.get();
    }

    /** Returns whether nothing but the current turn is to be done by it. Called in a turn. */
    boolean isFree() {
        return next == null && queue.isEmpty();
    }

    boolean hasNext() {
        return next != null;
    }

    /** Returns how many turns it has begun. Any thread. */
    long turns() {
        return turns;
    }

    /** Returns what it runs now. Any thread. */
    @Nullable Task running() {
        return running;
    }

    WorkerThread thread() {
        return thread;
    }

    /** Waits until its thread has ended; false if it has not by then. */
    boolean join(long timeoutMs) {
        try {
            thread.join(timeoutMs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
