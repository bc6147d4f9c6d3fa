package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/** The actor has as many messages waiting as it may. The command was not taken; try again later, or slower. */
public final class MailboxFullException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public MailboxFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
