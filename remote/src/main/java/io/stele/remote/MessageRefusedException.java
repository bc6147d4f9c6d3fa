package io.stele.remote;

import io.stele.runtime.ActorException;
import org.jspecify.annotations.Nullable;

/** A message cannot travel, or what arrived is not a message that this node takes. It was not sent, or not given to any actor. */
public final class MessageRefusedException extends ActorException {

    /** One sentence with its facts, and what was underneath. */
    public MessageRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
