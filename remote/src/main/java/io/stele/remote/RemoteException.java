package io.stele.remote;

import io.stele.spi.SteleException;
import org.jspecify.annotations.Nullable;

/** A node could not be started, or not reached. */
public final class RemoteException extends SteleException {

    /** One sentence with its facts, and what was underneath. */
    public RemoteException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
