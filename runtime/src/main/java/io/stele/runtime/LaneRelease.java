package io.stele.runtime;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/**
 * The actors of one lane that wait for the disk. When the lane's durable position moves, all of them get a turn.
 *
 * <p>The race it closes: an actor queues itself first and looks at the durable position afterwards; the sync thread moves the
 * position first and looks at the queue afterwards. So one of the two sees the other.
 *
 * <p>Any thread may call it; the queue is drained by one worker at a time.
 */
final class LaneRelease extends Task {
    private static final int CHUNK = 256;

    private final Dispatcher dispatcher;
    private final MpscUnboundedVarHandleArrayQueue<Entity<?, ?>> waiting =
            new MpscUnboundedVarHandleArrayQueue<>(CHUNK);
    private final AtomicBoolean scheduled = new AtomicBoolean();

    LaneRelease(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** Queues an actor for the next move of the durable position. */
    void await(Entity<?, ?> entity) {
        waiting.offer(entity);
    }

    /** Says that the durable position has moved, or that it never will again. */
    void onProgress() {
        if (!waiting.isEmpty() && scheduled.compareAndSet(false, true)) {
            dispatcher.execute(this);
        }
    }

    @Override
    void run() {
        scheduled.set(false);
        synchronized (this) {
            int count = waiting.size();
            for (int i = 0; i < count; i++) {
                Entity<?, ?> entity = waiting.poll();
                if (entity == null) {
                    break;
                }
                entity.onReleased();
            }
        }
    }
}
