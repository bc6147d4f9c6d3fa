package io.stele.recovery;

import io.stele.spi.SteleException;
import org.jspecify.annotations.Nullable;

/** One actor cannot be brought back. Others are not affected, and nothing was changed on disk. */
public class RecoveryException extends SteleException {

    /** One sentence with its facts, and what was underneath. */
    public RecoveryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
