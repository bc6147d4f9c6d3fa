package io.stele.runtime;

/**
 * On which threads the actors of a dispatcher run. See {@link ActorSystemBuilder#dispatcher} and {@link ActorOptions#withDispatcher}.
 */
public sealed interface DispatcherKind {

    /** A fixed number of workers, which steal from one another. For actors that compute, and keep others of the kind apart. */
    static DispatcherKind pool(int workerCount) {
        return new Pool(workerCount);
    }

    /** A thread for each actor, as long as it is in memory. */
    static DispatcherKind pinned() {
        return new Pinned();
    }

    /**
     * Threads for actors that wait: a virtual one for each turn where the JDK has them (21 and later), otherwise up to
     * {@code threadCountMax}.
     */
    static DispatcherKind blocking(int threadCountMax) {
        return new Blocking(threadCountMax);
    }

    /**
     * A fixed number of workers.
     *
     * @param workerCount 1 to 1,024
     */
    record Pool(int workerCount) implements DispatcherKind {
        public Pool {
            check("workerCount", workerCount, 1_024);
        }
    }

    /** A thread for each actor. */
    record Pinned() implements DispatcherKind {}

    /**
     * Threads for actors that wait.
     *
     * @param threadCountMax 1 to 16,384; of no consequence where there are virtual threads
     */
    record Blocking(int threadCountMax) implements DispatcherKind {
        public Blocking {
            check("threadCountMax", threadCountMax, 16_384);
        }
    }

    private static void check(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(
                    name + " is out of range: " + name + "=" + value + ", min=1, max=" + max);
        }
    }
}
