package io.stele.runtime;

/** The address of an actor of another node. Implemented by the module {@code remote}. Any thread. */
public interface RemoteActorRef {

    /** Returns what the actor is called among all nodes. */
    ActorAddress address();

    /** Has {@code watcher} told, once, when the actor has stopped, was not there, or its node is lost. */
    void addWatcher(Watcher watcher);

    /** Takes that back. */
    void removeWatcher(Watcher watcher);
}
