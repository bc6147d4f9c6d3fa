package io.stele.runtime;

/** The actor understood the command and refused it. Nothing was stored. */
public final class CommandRejectedException extends ActorException {
    private final transient Object reason;

    CommandRejectedException(Object reason) {
        super("command was rejected: reason=" + reason, null);
        this.reason = reason;
    }

    /** Returns the reason, as the handler gave it to {@link PersistentActor#reject}. */
    public Object reason() {
        return reason;
    }

    /** A refusal is an answer, not a fault: it carries no stack trace. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
