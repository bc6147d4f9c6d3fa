package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The actor has stopped before it came to the message, which was not handled. A persistent actor is brought back by the next
 * message; a plain one stays stopped.
 */
public final class ActorStoppedException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public ActorStoppedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
