package io.stele.spi;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that Stele throws on purpose. The message is one sentence with its facts as {@code key=value}, what
 * was left alone, and what to do next.
 */
public class SteleException extends RuntimeException {

    /** One sentence with its facts. */
    public SteleException(String message) {
        this(message, null);
    }

    /** One sentence with its facts, and what was underneath. */
    public SteleException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
