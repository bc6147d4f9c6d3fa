package io.stele.it;

/** A campaign cannot run on this machine; the message says what it needs. */
final class NotPossibleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotPossibleException(String needs) {
        super(needs);
    }
}
