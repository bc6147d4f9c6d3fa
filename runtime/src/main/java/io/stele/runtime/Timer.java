package io.stele.runtime;

/** A message on its way that has not left yet, made by {@link Timers}. Any thread may use it. */
public interface Timer {

    /**
     * Cancels it. A message that is in the mailbox already comes all the same.
     *
     * @return false if it had fired for the last time, or was cancelled, before
     */
    boolean cancel();
}
