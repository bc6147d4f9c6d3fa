package io.stele.encryption;

import io.stele.spi.SteleException;
import org.jspecify.annotations.Nullable;

/** The keys could not be opened, or not be kept. */
public final class EncryptionException extends SteleException {

    /** One sentence with its facts. */
    public EncryptionException(String message) {
        this(message, null);
    }

    /** One sentence with its facts, and what was underneath. */
    public EncryptionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
