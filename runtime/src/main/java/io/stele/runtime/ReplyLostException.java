package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/** The command was carried out before, once, but the reply that it got cannot be given again. */
public final class ReplyLostException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public ReplyLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
