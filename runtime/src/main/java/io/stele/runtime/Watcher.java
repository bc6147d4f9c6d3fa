package io.stele.runtime;

/** Somebody who is told, once, that an actor has stopped. Any thread. */
@FunctionalInterface
public interface Watcher {
    /** The actor has stopped. Must be quick, and must not throw. */
    void onTerminated(ActorRef<?> actor);
}
