package io.stele.runtime;

/** Somebody who is told, once, that an actor has stopped. Any thread. */
@FunctionalInterface
interface Watcher {
    void onTerminated(ActorRef<?> actor);
}
