package io.stele.runtime;

/** The actor has failed too often in a row and is left alone for a while. The message was not taken; try again later. */
public final class CircuitOpenException extends ActorException {

    CircuitOpenException(String message) {
        super(message, null);
    }

    /** A refusal is an answer, not a fault: it carries no stack trace. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
