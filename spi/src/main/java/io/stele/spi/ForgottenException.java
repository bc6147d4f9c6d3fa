package io.stele.spi;

/**
 * What was asked for cannot be read, or written, because somebody had it forgotten: the key was destroyed on purpose. This is no
 * damage, and nothing can bring it back.
 */
public final class ForgottenException extends PayloadCodecException {

    /** One sentence with its facts. */
    public ForgottenException(String message) {
        super(message);
    }
}
