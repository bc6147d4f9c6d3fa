package io.stele.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few milliseconds whether some worker is still in the turn in which it was before. Who would have been next there is
 * run elsewhere; a turn that takes too long is reported once, with its stack.
 *
 * <p>Ticks only while some worker is awake. The number of the tick serves turns as a clock that costs nothing to read.
 */
final class Watchdog {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long JOIN_MS = 1_000;

    private final long ticksMax;
    private final AtomicLong reported = new AtomicLong();
    private final List<Watched> watched = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;
    private volatile int tick;

    /** Starts no thread before there is something to watch. */
    Watchdog(Duration turnMax) {
        ticksMax = Math.max(1, turnMax.toNanos() / TICK_NS);
        thread = new Thread(this::run, "stele-watchdog");
        thread.setDaemon(true);
    }

    /** What is remembered of a dispatcher's workers. */
    private static final class Watched {
        private final StealingDispatcher dispatcher;
        private final long[] turns;
        private final long[] ticks;

        Watched(StealingDispatcher dispatcher) {
            this.dispatcher = dispatcher;
            turns = new long[dispatcher.workerCount()];
            ticks = new long[dispatcher.workerCount()];
        }
    }

    synchronized void watch(StealingDispatcher dispatcher) {
        watched.add(new Watched(dispatcher));
        if (watched.size() == 1) {
            thread.start();
        }
        wake();
    }

    /** A worker has been woken. Any thread. */
    void wake() {
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    /** Returns the number of the current tick of 2 ms. Any thread. */
    int tick() {
        return tick;
    }

    /** Returns how many turns were reported. */
    long reportedCount() {
        return reported.get();
    }

    /** Returns how many workers have been in one turn for longer than they should, now. */
    int stuckCount() {
        int stuck = 0;
        for (Watched one : watched) {
            for (long ticks : one.ticks) {
                stuck += ticks >= ticksMax ? 1 : 0;
            }
        }
        return stuck;
    }

    /** Returns how many workers there are. */
    int workerCount() {
        return watched.stream().mapToInt(one -> one.ticks.length).sum();
    }

    void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(JOIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(this, TICK_NS);
            int now = tick + 1;
            tick = now; // its only writer
            for (Watched one : watched) {
                look(one);
            }
            sleepIfAllDo();
        }
    }

    private void sleepIfAllDo() {
        if (!allAsleep()) {
            return;
        }
        asleep = true;
        while (asleep && allAsleep() && !closed) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    private boolean allAsleep() {
        for (Watched one : watched) {
            if (!one.dispatcher.isAsleep() && !one.dispatcher.isClosed()) {
                return false;
            }
        }
        return true;
    }

    private void look(Watched one) {
        for (int i = 0; i < one.turns.length; i++) {
            Worker worker = one.dispatcher.worker(i);
            Task running = worker.running();
            long turn = worker.turns();
            if (running == null || turn != one.turns[i]) {
                one.turns[i] = turn;
                one.ticks[i] = 0;
                continue;
            }
            Task next = worker.stealNext(turn);
            if (next != null) {
                one.dispatcher.runElsewhere(worker, next);
            }
            if (++one.ticks[i] == ticksMax) {
                report(worker, running, turn);
            }
        }
    }

    private void report(Worker worker, Task running, long turn) {
        StackTraceElement[] stack = worker.thread().getStackTrace();
        if (worker.turns() != turn) {
            return; // over just now, and the stack is another one's
        }
        reported.incrementAndGet();
        List<String> frames = new ArrayList<>();
        Arrays.stream(stack).map(StackTraceElement::toString).forEach(frames::add);
        LOG.warn(
                "turn takes long, it keeps a worker from other actors: actor={}, worker={}, tookMs={}, stack={}",
                running.label(),
                worker.thread().getName(),
                TimeUnit.NANOSECONDS.toMillis(ticksMax * TICK_NS),
                frames);
    }
}
