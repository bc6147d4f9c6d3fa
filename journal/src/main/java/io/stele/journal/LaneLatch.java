package io.stele.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets the threads that append to one lane take turns.
 *
 * <p>Unfair on purpose. An append holds the latch for about a hundred nanoseconds, less than it takes to move the lane's cache
 * lines to another core, so a waiter looks rarely and lets the holder come back several times before it takes over: test,
 * then test-and-set, with a pause that doubles (Anderson 1990). A waiter that has waited for long parks for a moment, because
 * the holder then rolls the segment or was taken off its core.
 *
 * <p>Not reentrant. Unlocking publishes everything that was written under it.
 */
final class LaneLatch {
    private static final VarHandle STATE;
    private static final int SPINS_MIN = 32;
    private static final int SPINS_MAX = 1 << 12;
    private static final int ROUNDS_BEFORE_PARK = 24;
    private static final long PARK_NS = 20_000;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(LaneLatch.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // by STATE
    private volatile int state;

    void lock() {
        if (!STATE.compareAndSet(this, 0, 1)) {
            await();
        }
    }

    void unlock() {
        assert state == 1 : "unlocked twice";
        STATE.setRelease(this, 0);
    }

    private void await() {
        int spins = SPINS_MIN;
        int rounds = 0;
        do {
            pause(spins, rounds++);
            spins = Math.min(2 * spins, SPINS_MAX);
        } while (state != 0 || !STATE.compareAndSet(this, 0, 1));
    }

    private static void pause(int spins, int rounds) {
        if (rounds > ROUNDS_BEFORE_PARK) {
            LockSupport.parkNanos(PARK_NS);
            return;
        }
        for (int i = 0; i < spins; i++) {
            Thread.onSpinWait();
        }
    }
}
