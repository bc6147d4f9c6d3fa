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
}
