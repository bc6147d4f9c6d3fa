package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The command was not carried out: its handler threw, or the actor could not be recovered, or its event could not be encoded.
 * No event of it was stored.
 */
public final class ActorFailedException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public ActorFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
