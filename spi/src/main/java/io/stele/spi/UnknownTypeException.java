package io.stele.spi;

/** A value is stored under a name, or in a version, that no class here stands for. The bytes are fine; nothing was changed. */
public final class UnknownTypeException extends PayloadCodecException {

    /** One sentence with its facts. */
    public UnknownTypeException(String message) {
        super(message);
    }
}
