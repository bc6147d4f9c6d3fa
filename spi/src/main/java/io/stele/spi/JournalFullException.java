package io.stele.spi;

/**
 * The file system has too little room left, so the journal takes no events for now. Nothing was written; reads, recovery and
 * the CLI go on, and appends work again by themselves once space is free.
 */
public final class JournalFullException extends JournalException {

    /** One sentence with its facts. */
    public JournalFullException(String message) {
        super(message);
    }
}
