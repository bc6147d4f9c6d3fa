package io.stele.spi;

import org.jspecify.annotations.Nullable;

/** Something in the journal does not read back as it was written. Nothing was changed on disk. */
public final class CorruptJournalException extends JournalException {

    /** One sentence: what, where (file, offset, actor, sequence number as far as known), and the command to run. */
    public CorruptJournalException(String message) {
        super(message);
    }

    /** One sentence, and what was underneath. */
    public CorruptJournalException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
