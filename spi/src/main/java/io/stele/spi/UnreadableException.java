package io.stele.spi;

import org.jspecify.annotations.Nullable;

/**
 * Something cannot be looked at, for want of rights or because the disk refuses, so that nobody knows whether it is there. Nothing was
 * opened or changed; taking it for absent could serve an empty state, or remove what must be kept.
 */
public class UnreadableException extends SteleException {

    /** One sentence with its facts. */
    public UnreadableException(String message) {
        this(message, null);
    }

    /** One sentence with its facts, and what was underneath. */
    public UnreadableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
