package io.stele.spi;

import org.jspecify.annotations.Nullable;

/** A value could not be turned into bytes, or bytes into a value. Nothing was written. */
public class PayloadCodecException extends SteleException {

    /** One sentence with its facts. */
    public PayloadCodecException(String message) {
        this(message, null);
    }

    /** One sentence with its facts, and what was underneath. */
    public PayloadCodecException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
