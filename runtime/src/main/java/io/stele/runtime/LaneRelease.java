package io.stele.runtime;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The actors of one lane that wait for the disk. When the lane's durable position moves, all of them get a turn.
 *
 * <pre>
 *   await ──&gt; [ newest ] ──&gt; [ … ] ──&gt; [ oldest ]      taken as a whole, woken from the oldest on
 * </pre>
 *
 * <p>Linked through the actors themselves, so that waiting allocates nothing.
 *
 * <p>The race it closes: an actor queues itself first and looks at the durable position afterwards; the sync thread moves the
 * position first and looks at the queue afterwards. So one of the two sees the other.
 *
 * <p>Any thread may call it.
 */
final class LaneRelease extends Task {
    private final Dispatcher dispatcher;
    private final AtomicReference<@Nullable LaneWaiter> newest = new AtomicReference<>();
    /** Whether a run is coming that will see everybody who waits now. */
    private final AtomicBoolean scheduled = new AtomicBoolean();

    LaneRelease(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** Returns whether some actor waits for the disk. */
    boolean isAwaited() {
        return newest.get() != null;
    }

    /** Queues an actor for the next move of the durable position. It must not be in the queue. */
    void await(LaneWaiter actor) {
        LaneWaiter before;
        do {
            before = newest.get();
            actor.waitingBefore = before;
        } while (!newest.compareAndSet(before, actor));
    }

    /** Says that the durable position has moved, or that it never will again. */
    void onProgress() {
        if (newest.get() != null && scheduled.compareAndSet(false, true)) {
            dispatcher.execute(this);
        }
    }

    @Override
    void run() {
        scheduled.set(false);
        LaneWaiter actor = oldestFirst(newest.getAndSet(null));
        while (actor != null) {
            LaneWaiter next = actor.waitingBefore; // once it is woken, the link is its own again
            actor.waitingBefore = null;
            actor.onReleased();
            actor = next;
        }
    }

    private static @Nullable LaneWaiter oldestFirst(@Nullable LaneWaiter newestFirst) {
        LaneWaiter reversed = null;
        LaneWaiter left = newestFirst;
        while (left != null) {
            LaneWaiter next = left.waitingBefore;
            left.waitingBefore = reversed;
            reversed = left;
            left = next;
        }
        return reversed;
    }
}
