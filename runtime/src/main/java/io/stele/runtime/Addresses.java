package io.stele.runtime;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Finds actors by what they are called, here or on another node, and whoever is to be watched.
 *
 * <p>Any thread.
 */
final class Addresses {
    private final ActorSystem system;
    private final LocalActor<?> root;
    private final AtomicReference<@Nullable Network> network = new AtomicReference<>();

    Addresses(ActorSystem system, LocalActor<?> root) {
        this.system = system;
        this.root = root;
    }

    /** Makes the system a node of a network. Throws as {@link Gateway#open} does. */
    void connect(Network value) {
        if (!network.compareAndSet(null, value)) {
            throw new IllegalStateException("system is a node of a network already: node=" + value.node());
        }
    }

    void disconnect(Network value) {
        network.compareAndSet(value, null);
    }

    /** Throws as {@link ActorSystem#actorFor} does. */
    ActorRef<?> actor(String address) {
        if (address.startsWith("/")) {
            return present(address);
        }
        ActorAddress parsed = ActorAddress.parse(address);
        if (!isOfThisNode(parsed)) {
            return network(parsed).actor(parsed);
        }
        return switch (parsed.kind()) {
            case ACTOR -> present("/" + parsed.name());
            case ENTITY -> system.entity(parsed.persistenceId());
            case REPLY -> throw new IllegalArgumentException("address is good for one reply only: address=" + parsed);
        };
    }

    /** Throws as {@link ActorSystem#entityFor} does. */
    EntityRef entity(String address) {
        ActorAddress parsed = ActorAddress.parse(address);
        if (parsed.kind() != ActorAddress.Kind.ENTITY) {
            throw new IllegalArgumentException("address is not that of a persistent actor: address=" + parsed);
        }
        return isOfThisNode(parsed)
                ? system.entity(parsed.persistenceId())
                : network(parsed).entity(parsed);
    }

    private boolean isOfThisNode(ActorAddress address) {
        Network present = network.get();
        return present != null && present.node().equals(address.node());
    }

    private Network network(ActorAddress address) {
        Network present = network.get();
        if (present == null) {
            throw new IllegalArgumentException(
                    "system has no way to other nodes, start a RemoteNode first: address=" + address);
        }
        return present;
    }

    private ActorRef<?> present(String path) {
        ActorRef<?> found = find(path);
        if (found == null) {
            throw new IllegalArgumentException("no living actor has that path: path=" + path);
        }
        return found;
    }

    /** Returns the living plain actor of a path; null if there is none. */
    @Nullable LocalActor<?> find(String path) {
        LocalActor<?> found = root;
        for (String name : path.substring(1).split("/", -1)) {
            Children children = found.children;
            found = children == null ? null : children.find(name);
            if (found == null) {
                return null;
            }
        }
        return found.isClosed() ? null : found;
    }

    void watch(ActorRef<?> actor, Watcher watcher) {
        if (actor instanceof RemoteActorRef remote) {
            remote.addWatcher(watcher);
        } else if (actor instanceof LocalActor<?> local && local.system == system) {
            local.addWatcher(watcher);
        } else if (actor instanceof LocalEntityRef entity && entity.system() == system) {
            system.watches().add(entity, watcher);
        } else {
            throw new IllegalArgumentException(
                    "only actors of this system and of nodes that it reaches can be watched: actor=" + actor);
        }
    }

    void unwatch(ActorRef<?> actor, Watcher watcher) {
        if (actor instanceof RemoteActorRef remote) {
            remote.removeWatcher(watcher);
        } else if (actor instanceof LocalActor<?> local) {
            local.removeWatcher(watcher);
        } else if (actor instanceof LocalEntityRef entity) {
            system.watches().remove(entity, watcher);
        }
    }
}
