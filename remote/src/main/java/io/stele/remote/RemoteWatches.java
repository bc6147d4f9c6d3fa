package io.stele.remote;

import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorRef;
import io.stele.runtime.Watcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who waits for the end of which actor of one peer. The peer is told of each actor once per connection; when the peer is lost, or has
 * begun a new life, all of them have ended.
 *
 * <p>Any thread.
 */
final class RemoteWatches {
    private final Association association;
    private final Map<ActorAddress, Entry> entries = new HashMap<>();
    /** Ends of actors of ours that the peer watches and was not told of. Confined to the loop. */
    private final Set<ActorAddress> untold = new LinkedHashSet<>(0);

    /** One actor. */
    private static final class Entry {
        private final RemoteTarget target;
        private final Set<Watcher> watchers = new LinkedHashSet<>();

        Entry(RemoteTarget target) {
            this.target = target;
        }
    }

    RemoteWatches(Association association) {
        this.association = association;
    }

    void add(RemoteTarget target, Watcher watcher) {
        boolean first;
        synchronized (this) {
            Entry entry = entries.get(target.address);
            first = entry == null;
            if (entry == null) {
                entry = new Entry(target);
                entries.put(target.address, entry);
            }
            entry.watchers.add(watcher);
        }
        if (association.isLost()) {
            endAll();
        } else if (first) {
            say(target.address, true);
        }
    }

    void remove(RemoteTarget target, Watcher watcher) {
        synchronized (this) {
            Entry entry = entries.get(target.address);
            if (entry == null || !entry.watchers.remove(watcher) || !entry.watchers.isEmpty()) {
                return;
            }
            entries.remove(target.address);
        }
        say(target.address, false);
    }

    /** Returns whether nobody watches anybody there. */
    synchronized boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Returns whom the peer is to be told of when it is met again. */
    private synchronized List<ActorAddress> all() {
        return List.copyOf(entries.keySet());
    }

    /** Tells the peer that somebody watches, or no longer does. */
    private void say(ActorAddress address, boolean begins) {
        association.want();
        association
                .loop()
                .execute(() -> association
                        .control()
                        .sendNow(
                                begins ? Frames.WATCH : Frames.UNWATCH,
                                body -> FrameWriter.writeAddress(body, address)));
    }

    /** Says again who is watched: what was told of an end may have gone down with a connection. */
    void sayAgain() {
        all().forEach(address -> say(address, true));
    }

    /** Tells the peer that an actor of ours that it watches has ended, as soon as there is a connection. */
    void sayEnded(ActorAddress address) {
        association.want();
        association.loop().execute(() -> {
            if (!trySayEnded(address) && untold.size() < WatchedByPeers.COUNT_MAX) {
                untold.add(address);
            }
        });
    }

    private boolean trySayEnded(ActorAddress address) {
        return association.control().sendNow(Frames.TERMINATED, body -> FrameWriter.writeAddress(body, address));
    }

    /** The peer can be reached. On the loop. */
    void onUp() {
        sayAgain();
        untold.removeIf(this::trySayEnded);
    }

    /** The peer is lost, and everybody there. On the loop. */
    void onLost() {
        untold.clear();
        endAll();
    }

    /** An actor has ended. */
    void end(ActorAddress address) {
        Entry entry;
        synchronized (this) {
            entry = entries.remove(address);
        }
        if (entry != null) {
            tell(entry);
        }
    }

    /** All of them have. */
    void endAll() {
        List<Entry> those;
        synchronized (this) {
            those = new ArrayList<>(entries.values());
            entries.clear();
        }
        those.forEach(RemoteWatches::tell);
    }

    private static void tell(Entry entry) {
        entry.watchers.forEach(watcher -> watcher.onTerminated((ActorRef<?>) entry.target));
    }
}
