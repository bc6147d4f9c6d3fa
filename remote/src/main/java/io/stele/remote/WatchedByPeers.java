package io.stele.remote;

import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorRef;
import io.stele.runtime.Gateway;
import io.stele.runtime.Watcher;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which actors of this node other nodes want to know the end of. At most {@value #COUNT_MAX}; who watches one more is told at once that
 * it has ended, which is the safe lie.
 *
 * <p>Any thread.
 */
final class WatchedByPeers {
    static final int COUNT_MAX = 1 << 17;

    private final Gateway gateway;
    private final Map<Key, Watcher> watchers = new HashMap<>();

    private record Key(String peer, ActorAddress address) {}

    /** Tells a peer. */
    private record Teller(WatchedByPeers all, Association peer, Key key) implements Watcher {
        @Override
        public void onTerminated(ActorRef<?> actor) {
            synchronized (all) {
                all.watchers.remove(key);
            }
            peer.watches().sayEnded(key.address);
        }
    }

    WatchedByPeers(Gateway gateway) {
        this.gateway = gateway;
    }

    void add(Association peer, long incarnation, ActorAddress address) {
        Key key = new Key(peer.peer(), address);
        ActorRef<?> actor = gateway.find(address.kind(), address.name());
        Teller teller = new Teller(this, peer, key);
        synchronized (this) {
            if (watchers.containsKey(key)) {
                return;
            }
            if (actor != null && watchers.size() < COUNT_MAX) {
                watchers.put(key, teller);
            } else {
                actor = null;
            }
        }
        if (actor == null) {
            peer.watches().sayEnded(address);
        } else {
            gateway.watch(actor, teller);
        }
    }

    void remove(Association peer, ActorAddress address) {
        Watcher watcher;
        synchronized (this) {
            watcher = watchers.remove(new Key(peer.peer(), address));
        }
        unwatch(address, watcher);
    }

    private void unwatch(ActorAddress address, @Nullable Watcher watcher) {
        ActorRef<?> actor = watcher == null ? null : gateway.find(address.kind(), address.name());
        if (actor != null && watcher != null) {
            gateway.unwatch(actor, watcher);
        }
    }

    /** A peer is lost, or has begun a new life that knows nothing of what it watched. */
    void removeAll(Association peer) {
        Map<ActorAddress, Watcher> those = new HashMap<>();
        synchronized (this) {
            for (Iterator<Map.Entry<Key, Watcher>> all = watchers.entrySet().iterator(); all.hasNext(); ) {
                Map.Entry<Key, Watcher> entry = all.next();
                if (entry.getKey().peer().equals(peer.peer())) {
                    those.put(entry.getKey().address(), entry.getValue());
                    all.remove();
                }
            }
        }
        those.forEach(this::unwatch);
    }

    synchronized int count() {
        return watchers.size();
    }
}
