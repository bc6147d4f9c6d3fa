package io.stele.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives actors to threads. The one seam below which no thread is started: a simulation supplies its own.
 *
 * <p>Any thread may call it.
 */
interface Dispatcher {

    /**
     * Runs {@code task} once, soon, on some thread. The same task may be given again once it has begun. After {@link #close} nothing
     * happens.
     */
    void execute(Task task);

    /** Hears that a task will not be given any more. */
    default void release(Task task) {}

    /** Hears of a lane whose actors will have to be run when its disk is done. */
    default void lookOutFor(LaneRelease release) {}

    /** Lets workers get on while somebody waits for them. */
    default void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }

    /**
     * Takes no more tasks and waits until no thread runs anything. Closing twice does nothing.
     *
     * @return false if some thread is still busy after a while
     */
    boolean close();
}
