package io.stele.runtime;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * An actor that may wait for the disk: in the queue of its lane's {@link LaneRelease}, at most once.
 *
 * <pre>
 *   rest:        wait for the disk ──&gt; status = IDLE ──&gt; still in the queue, and nothing to do?     else: another turn
 *   onReleased:  out of the queue  ──&gt; wake, which does nothing while the turn goes on
 * </pre>
 *
 * <p>The race it closes: the lane may take the actor out of its queue while a turn goes on that lets another reply wait. The turn has found
 * the actor queued, the lane finds it in a turn, and neither would do anything for that reply. So a turn that ends looks once more,
 * <em>after</em> it has set the status, whether the lane still knows the actor.
 *
 * <p>{@link #onReleased} may be called by any thread, the rest is confined to the turns of the actor.
 */
abstract class LaneWaiter extends Cell {
    private static final AtomicIntegerFieldUpdater<LaneWaiter> QUEUED =
            AtomicIntegerFieldUpdater.newUpdater(LaneWaiter.class, "queued");

    /** The one that was queued before it; belongs to the {@link LaneRelease} that holds it. */
    @Nullable LaneWaiter waitingBefore;

    private volatile int queued;

    LaneWaiter(ActorSystem system, Kind kind) {
        super(system, kind);
    }

    /** Has the actor get a turn when the lane's durable position moves. A turn that has called it must end with {@link #rest}. */
    final void awaitDisk(LaneRelease release) {
        if (queued == 0 && QUEUED.compareAndSet(this, 0, 1)) {
            release.await(this);
        }
    }

    /** Is out of the lane's queue, because the durable position has moved. Any thread. */
    final void onReleased() {
        queued = 0;
        wake();
    }

    /**
     * Ends a turn after which the actor goes on.
     *
     * @param awaitsDisk whether something of it waits for the disk, so that it must be in the lane's queue
     */
    final void rest(boolean awaitsDisk) {
        status = IDLE;
        if (hasWork() || (awaitsDisk && queued == 0)) {
            wake();
        }
    }
}
