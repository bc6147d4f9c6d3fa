package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/** The actor has no handler for the command. Nothing was carried out. */
public final class UnhandledCommandException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public UnhandledCommandException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
