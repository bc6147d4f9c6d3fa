package io.stele.spi;

import org.jspecify.annotations.Nullable;

/**
 * The journal could not do what was asked. Unless a subclass says otherwise the lane that was written to now refuses appends
 * until the journal is reopened, and whether the event is on disk is not known.
 */
public class JournalException extends SteleException {

    /** One sentence with its facts. */
    public JournalException(String message) {
        this(message, null);
    }

    /** One sentence with its facts, and what was underneath. */
    public JournalException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
