package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The journal failed after the command was taken: its events may or may not be found after the next start. Ask again then, with the
 * same {@link Command#commandId()}.
 */
public final class OutcomeUnknownException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
