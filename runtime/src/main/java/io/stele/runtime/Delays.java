package io.stele.runtime;

/**
 * Runs short actions after a while: the ends of backoffs.
 *
 * <p>Any thread.
 */
interface Delays {

    /** Runs {@code action} once, never early; never at all once this is closed. */
    void after(long delayNs, Runnable action);

    /** Runs nothing any more. */
    void close();
}
