package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/** The actor has put back as many commands as it may. The command was not carried out. */
public final class StashFullException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public StashFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
