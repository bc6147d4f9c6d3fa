package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The command's events are in the journal, but the actor's own event handler threw when they were applied. The actor stays out of
 * service until its handler can apply them.
 */
public final class EventHandlerException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public EventHandlerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
