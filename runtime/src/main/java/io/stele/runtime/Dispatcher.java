package io.stele.runtime;

import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives actors to workers. The one seam below which no thread is started: a simulation supplies its own.
 *
 * <p>Any thread may call it.
 */
interface Dispatcher {

    /**
     * Runs {@code task} once, soon, on some worker. The same task may be given again once it has begun; it never completes. After
     * {@link #close} nothing happens.
     */
    void execute(ForkJoinTask<?> task);

    /** Lets workers get on while somebody waits for them. */
    default void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }

    /**
     * Takes no more tasks and waits until no worker runs anything. Closing twice does nothing.
     *
     * @return false if some worker is still busy after a while
     */
    boolean close();
}
