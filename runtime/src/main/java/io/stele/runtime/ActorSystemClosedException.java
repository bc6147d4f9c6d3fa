package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/** The system is closing or closed. The command was not taken. */
public final class ActorSystemClosedException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public ActorSystemClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
