package io.stele.runtime;

import io.stele.spi.SteleException;
import org.jspecify.annotations.Nullable;

/** An actor did not answer as asked. The subclass says what is known about the command. */
public class ActorException extends SteleException {

    /** One sentence with its facts, and what was underneath. */
    public ActorException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
