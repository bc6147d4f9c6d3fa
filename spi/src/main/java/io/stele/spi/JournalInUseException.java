package io.stele.spi;

/** Another process, or another system in this one, owns the directory. Nothing was opened or changed. */
public final class JournalInUseException extends JournalException {

    /** One sentence that names the holder. */
    public JournalInUseException(String message) {
        super(message);
    }
}
