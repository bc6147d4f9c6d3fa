package io.stele.runtime;

import io.stele.spi.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Fails asks that nobody answers in time. Linked through the asks themselves, so that a timeout allocates nothing.
 *
 * <pre>
 *   ask ──&gt; fresh ──at the next tick, unless answered──&gt; [ slot ][ slot ][ slot ] …  64 of 10 ms, visited in turn
 * </pre>
 *
 * <p>Nearly all asks are answered before the next tick and never reach the wheel. One that was answered later is forgotten when its
 * slot is visited, within 0.64 s. Never early, and late by a tick at most.
 *
 * <p>{@link #add} may be called by any thread; the wheel is confined to the thread that ticks, which rests while nobody waits.
 */
final class AskTimeouts {
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int SLOTS = 64;
    private static final long JOIN_MS = 1_000;

    private final Clock clock;
    private final long startNs;
    private final AtomicReference<@Nullable Ask<?>> fresh = new AtomicReference<>();
    private final @Nullable Ask<?>[] slots = new Ask<?>[SLOTS];
    private final Thread thread = new Thread(this::run, "stele-ask-timeouts");
    private long lastTick;
    private int waiting;
    private boolean started;
    private volatile boolean asleep;
    private volatile boolean closed;

    AskTimeouts(Clock clock) {
        this.clock = clock;
        startNs = clock.nanoTime();
        thread.setDaemon(true);
    }

    /** Starts a thread that ticks, unless a test runs the turns, which then ticks as well. */
    static AskTimeouts start(Clock clock, @Nullable SeededTurns turns) {
        AskTimeouts timeouts = new AskTimeouts(clock);
        if (turns == null) {
            timeouts.started = true;
            timeouts.thread.start();
        } else {
            turns.onTick(timeouts::tick);
        }
        return timeouts;
    }

    void add(Ask<?> ask, long timeoutNs) {
        ask.deadlineNs = clock.nanoTime() + timeoutNs;
        Ask<?> head;
        do {
            head = fresh.get();
            ask.behind = head;
        } while (!fresh.compareAndSet(head, ask));
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    /** Fails what is due. One thread at a time. */
    void tick() {
        long nowNs = clock.nanoTime();
        Ask<?> ask = fresh.getAndSet(null);
        while (ask != null) {
            Ask<?> next = ask.behind;
            keepUnlessOver(ask, nowNs);
            ask = next;
        }
        long now = (nowNs - startNs) / TICK_NS;
        for (long tick = Math.max(lastTick + 1, now - SLOTS + 1); tick <= now; tick++) {
            visit((int) (tick % SLOTS), nowNs);
        }
        lastTick = now;
    }

    private void visit(int slot, long nowNs) {
        Ask<?> ask = slots[slot];
        slots[slot] = null;
        while (ask != null) {
            Ask<?> next = ask.behind;
            waiting--;
            keepUnlessOver(ask, nowNs);
            ask = next;
        }
    }

    private void keepUnlessOver(Ask<?> ask, long nowNs) {
        ask.behind = null;
        if (ask.isDone()) {
            return;
        }
        if (ask.deadlineNs - nowNs <= 0) {
            ask.expire();
            return;
        }
        int slot = (int) (((ask.deadlineNs - startNs) / TICK_NS + 1) % SLOTS);
        ask.behind = slots[slot];
        slots[slot] = ask;
        waiting++;
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(this, TICK_NS);
            tick();
            if (waiting == 0 && fresh.get() == null) {
                sleep();
            }
        }
    }

    private void sleep() {
        asleep = true;
        while (asleep && fresh.get() == null && !closed) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    /** Fails everything that still waits. After everybody who could answer has ended. */
    void close() {
        closed = true;
        if (started) {
            LockSupport.unpark(thread);
            try {
                thread.join(JOIN_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        tick();
        for (int slot = 0; slot < SLOTS; slot++) {
            for (Ask<?> ask = slots[slot]; ask != null; ask = ask.behind) {
                ask.expire();
            }
            slots[slot] = null;
        }
    }
}
