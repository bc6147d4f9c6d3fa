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
 * <p>While others append as fast as they can, a waiter that takes over at its first chance does harm: the latch is free between
 * two of their appends, so it changes hands every few of them, and every time the lane's cache lines move. It counts their turns
 * and lets them have {@value #TURNS_IN_A_ROW} at most; fewer than one append in a hundred waits then. Where turns are few it takes
 * over at once, as nothing is won by waiting.
 *
 * <pre>
 *   waiter:    |- pause -|-- pause --|---- pause ----|-------- pause --------| takes over
 *   others:    ||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||    128 turns
 *
 *   waiter:    |- pause -| takes over
 *   others:      |     |                                                     a turn now and then
 * </pre>
 *
 * <p>Not reentrant. Unlocking publishes everything that was written under it.
 */
final class LaneLatch {
    private static final VarHandle STATE;
    private static final VarHandle TURNS;
    private static final int SPINS_MIN = 32;
    private static final int SPINS_MAX = 1 << 12;
    /** A turn that takes fewer spins than this is one of somebody who does nothing but append. */
    private static final int SPINS_OF_A_BUSY_TURN = 8;

    static final int TURNS_IN_A_ROW = 128;
    private static final int ROUNDS_BEFORE_PARK = 24;
    private static final long PARK_NS = 20_000;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(LaneLatch.class, "state", int.class);
            TURNS = lookup.findVarHandle(LaneLatch.class, "turns", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // by STATE
    private volatile int state;

    /** How many turns have ended. Written by the holder, read by those who wait. */
    @SuppressWarnings("unused") // by TURNS
    private int turns;

    void lock() {
        if (!STATE.compareAndSet(this, 0, 1)) {
            await();
        }
    }

    void unlock() {
        assert state == 1 : "unlocked twice";
        TURNS.setOpaque(this, turns + 1);
        STATE.setRelease(this, 0);
    }

    private void await() {
        int spins = SPINS_MIN;
        int rounds = 0;
        int first = (int) TURNS.getOpaque(this);
        int last = first;
        boolean isMyTurn;
        do {
            pause(spins, rounds++);
            int now = (int) TURNS.getOpaque(this);
            isMyTurn = now - first >= TURNS_IN_A_ROW || now - last <= spins / SPINS_OF_A_BUSY_TURN;
            last = now;
            spins = Math.min(2 * spins, SPINS_MAX);
        } while (!isMyTurn || state != 0 || !STATE.compareAndSet(this, 0, 1));
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
