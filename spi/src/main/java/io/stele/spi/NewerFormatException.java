package io.stele.spi;

/** What should be opened was written by a later version, in a format that this one does not know. Nothing was changed. */
public final class NewerFormatException extends JournalException {

    /** One sentence: what, which version it has, which ones are known. */
    public NewerFormatException(String message) {
        super(message);
    }
}
