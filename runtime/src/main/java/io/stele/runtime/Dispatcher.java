package io.stele.runtime;

import java.util.concurrent.ForkJoinTask;

/**
 * Gives actors to workers. The one seam below which no thread is started: a simulation supplies its own.
 *
 * <p>Any thread may call it.
 */
interface Dispatcher extends AutoCloseable {

    /**
     * Runs {@code task} once, soon, on some worker. The same task may be given again once it has begun; it never completes.
     */
    void execute(ForkJoinTask<?> task);

    /** Waits until no worker runs anything. Closing twice does nothing. */
    @Override
    void close();
}
