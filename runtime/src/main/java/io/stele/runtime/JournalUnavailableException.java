package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/** The journal takes no events for now. Nothing of the command was stored, and the actor's state is as it was. */
public final class JournalUnavailableException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public JournalUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
