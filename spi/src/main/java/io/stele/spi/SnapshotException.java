package io.stele.spi;

import org.jspecify.annotations.Nullable;

/** The snapshot store could not do what was asked. No event is lost by that. */
public class SnapshotException extends SteleException {

    /** One sentence with its facts. */
    public SnapshotException(String message) {
        this(message, null);
    }

    /** One sentence with its facts, and what was underneath. */
    public SnapshotException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
