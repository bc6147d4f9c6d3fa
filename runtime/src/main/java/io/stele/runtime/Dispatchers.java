package io.stele.runtime;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The dispatchers of one system, by name. A system whose turns are run by a test has that one under every name. */
final class Dispatchers {
    private static final int BLOCKING_THREADS_MAX = 256;

    private final Watchdog watchdog;
    private final Dispatcher standard;
    private final Map<String, Dispatcher> byName = new LinkedHashMap<>();

    Dispatchers(ActorSystemBuilder builder) {
        watchdog = new Watchdog(builder.turnMax());
        SeededTurns turns = builder.turns();
        if (turns != null) {
            standard = turns.dispatcher();
            List.of(ActorOptions.DEFAULT_DISPATCHER, ActorOptions.PINNED_DISPATCHER, ActorOptions.BLOCKING_DISPATCHER)
                    .forEach(name -> byName.put(name, standard));
            builder.dispatchers().keySet().forEach(name -> byName.put(name, standard));
            return;
        }
        standard = new StealingDispatcher("stele-worker", builder.workerCount(), watchdog);
        byName.put(ActorOptions.DEFAULT_DISPATCHER, standard);
        byName.put(ActorOptions.PINNED_DISPATCHER, new PinnedDispatcher("stele-pinned"));
        byName.put(
                ActorOptions.BLOCKING_DISPATCHER,
                BlockingDispatcher.virtualIfPossible("stele-blocking", BLOCKING_THREADS_MAX));
        builder.dispatchers().forEach((name, kind) -> byName.put(name, create("stele-" + name, kind)));
    }

    private Dispatcher create(String threadName, DispatcherKind kind) {
        if (kind instanceof DispatcherKind.Pool pool) {
            return new StealingDispatcher(threadName, pool.workerCount(), watchdog);
        } else if (kind instanceof DispatcherKind.Blocking blocking) {
            return BlockingDispatcher.virtualIfPossible(threadName, blocking.threadCountMax());
        }
        return new PinnedDispatcher(threadName);
    }

    Dispatcher standard() {
        return standard;
    }

    Watchdog watchdog() {
        return watchdog;
    }

    Dispatcher named(String name) {
        Dispatcher dispatcher = byName.get(name);
        if (dispatcher == null) {
            throw new IllegalArgumentException("system has no such dispatcher, give it to the builder: dispatcher="
                    + name + ", known=" + byName.keySet());
        }
        return dispatcher;
    }

    /** Stops all threads; false if some are still busy after a while. */
    boolean close() {
        boolean stopped = true;
        for (Dispatcher dispatcher : byName.values()) {
            stopped &= dispatcher.close();
        }
        watchdog.close();
        return stopped;
    }
}
