package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/** No reply came in time. Whether the command was or will be carried out is not known. */
public final class AskTimeoutException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public AskTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
