package io.stele.runtime;

/** Something of the application's own to be done in a phase of the shutdown. */
@FunctionalInterface
public interface ShutdownTask {

    /**
     * Does it, on a thread of its own, which may block.
     *
     * @throws Exception if it cannot be done; that is logged, and the shutdown goes on
     */
    void run() throws Exception;
}
