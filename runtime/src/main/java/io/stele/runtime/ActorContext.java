package io.stele.runtime;

import io.stele.spi.PersistenceId;

/** What a handler may know about the actor it works for. Valid only during the call it was handed to. */
public interface ActorContext {

    /** Returns the id under which the actor's events are stored. */
    PersistenceId persistenceId();

    /** Returns which one of its type the actor is: {@code persistenceId().entityId()}. */
    String entityId();

    /** Returns the number of the actor's last event; 0 if it has none. */
    long sequenceNumber();

    /** Returns the wall-clock time of this turn, in milliseconds since 1970. */
    long nowMs();

    /** Returns the actor's own address. */
    EntityRef self();

    /** Returns the system it lives in. */
    ActorSystem system();

    /**
     * Has this actor told {@code notice} when another actor of this system has stopped: at once, if it has already. That this actor
     * passivates or restarts changes nothing; after a crash or a close nothing is told.
     *
     * @throws IllegalArgumentException if it is not the address of an actor of this system
     */
    void watch(ActorRef<?> other, Command<?> notice);

    /** Takes a {@link #watch} with the same notice back: nothing comes any more. */
    void unwatch(ActorRef<?> other, Command<?> notice);
}
