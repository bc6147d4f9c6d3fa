package io.stele.spi;

/**
 * A data directory is encrypted, and was to be opened without its keys or with those of another one: what it holds could not be read,
 * and what was written to it would be in plain. Nothing was opened or changed.
 */
public class DirectoryEncryptedException extends SteleException {

    /** One sentence with its facts. */
    public DirectoryEncryptedException(String message) {
        super(message);
    }
}
