package io.stele.remote;

import io.stele.runtime.ActorAddress;
import java.util.List;

/**
 * What a peer may send, and to whom. What is not allowed is refused before its bytes are looked at, and never sent again by itself.
 *
 * @param actors beginnings of what an address has behind its node, such as {@code entity/bank-account/} or {@code actor/desk}; empty for
 *     nobody
 * @param messages the classes of messages that are taken, and what extends or implements them; empty for none
 */
public record PeerRules(List<String> actors, List<Class<?>> messages) {
    private static final PeerRules ALL = new PeerRules(List.of(""), List.of(Object.class));
    private static final PeerRules NONE = new PeerRules(List.of(), List.of());

    /** Copies both. */
    public PeerRules {
        actors = List.copyOf(actors);
        messages = List.copyOf(messages);
    }

    /** Returns those that allow everything that is registered. */
    public static PeerRules all() {
        return ALL;
    }

    /** Returns those that allow nothing but replies. */
    public static PeerRules none() {
        return NONE;
    }

    boolean allows(ActorAddress.Kind kind, String name) {
        String target = (kind == ActorAddress.Kind.ENTITY ? "entity/" : "actor/") + name;
        return actors.stream().anyMatch(target::startsWith);
    }

    boolean allows(Object message) {
        return messages.stream().anyMatch(type -> type.isInstance(message));
    }
}
