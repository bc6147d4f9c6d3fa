package io.stele.runtime;

import io.stele.spi.PersistenceId;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Who waits for the end of which persistent actor, and which of them have stopped lately: a persistent actor that is not in memory may
 * have passivated, which is no end, or stopped, which is one. The newest {@value #STOPPED_COUNT_MAX} of those that have stopped are
 * remembered until they are brought back.
 *
 * <p>Any thread.
 */
final class Watches {
    static final int STOPPED_COUNT_MAX = 1 << 16;

    private final Map<PersistenceId, Set<Watcher>> watchers = new HashMap<>();
    private final Set<PersistenceId> stopped = new LinkedHashSet<>();

    /** Has {@code watcher} told when the actor stops; at once, if it has. */
    void add(LocalEntityRef actor, Watcher watcher) {
        synchronized (this) {
            if (!stopped.contains(actor.persistenceId()) && !isOutOfService(actor)) {
                watchers.computeIfAbsent(actor.persistenceId(), id -> new LinkedHashSet<>())
                        .add(watcher);
                return;
            }
        }
        watcher.onTerminated(actor);
    }

    private static boolean isOutOfService(LocalEntityRef actor) {
        return actor.system().quarantine().refusal(actor.persistenceId()) != null;
    }

    synchronized void remove(LocalEntityRef actor, Watcher watcher) {
        Set<Watcher> those = watchers.get(actor.persistenceId());
        if (those != null && those.remove(watcher) && those.isEmpty()) {
            watchers.remove(actor.persistenceId());
        }
    }

    /** An actor has come to life. */
    synchronized void onStarted(PersistenceId persistenceId) {
        stopped.remove(persistenceId);
    }

    /** An actor's life has ended, and not because it was idle. */
    void onStopped(LocalEntityRef actor) {
        Set<Watcher> those;
        synchronized (this) {
            those = watchers.remove(actor.persistenceId());
            stopped.add(actor.persistenceId());
            if (stopped.size() > STOPPED_COUNT_MAX) {
                Iterator<PersistenceId> oldest = stopped.iterator();
                oldest.next();
                oldest.remove();
            }
        }
        if (those != null) {
            those.forEach(watcher -> watcher.onTerminated(actor));
        }
    }
}
