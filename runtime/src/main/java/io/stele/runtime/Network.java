package io.stele.runtime;

/** How a system reaches actors of other nodes. Implemented by the module {@code remote}; an application has no need of it. Any thread. */
public interface Network {

    /** Returns the id of this node. */
    String node();

    /**
     * Returns the address of an actor of another node, whether it is there or not.
     *
     * @throws IllegalArgumentException if no way to that node is known
     */
    ActorRef<?> actor(ActorAddress address);

    /** As {@link #actor}, of a persistent actor. */
    EntityRef entity(ActorAddress address);
}
