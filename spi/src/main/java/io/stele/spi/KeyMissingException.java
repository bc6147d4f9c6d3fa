package io.stele.spi;

import org.jspecify.annotations.Nullable;

/**
 * A payload is encrypted and its key is not here. That says nothing against the payload: with the right keys it can be read, so nobody
 * is put into quarantine for it, and nothing is passed over.
 */
public class KeyMissingException extends PayloadCodecException {

    /** One sentence with its facts. */
    public KeyMissingException(String message) {
        this(message, null);
    }

    /** One sentence with its facts, and what was underneath. */
    public KeyMissingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
