package io.stele.runtime;

import io.stele.spi.ForgottenException;
import io.stele.spi.PersistenceId;

/** The actor's data was forgotten: its key was destroyed on purpose. Nothing can be read of it, and nothing is stored for it any more. */
public final class ActorForgottenException extends ActorException {

    /** Says what the codec said. */
    ActorForgottenException(ForgottenException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }

    static ForgottenException of(PersistenceId persistenceId) {
        return new ForgottenException("actor was forgotten, nothing of it can be read: persistenceId=" + persistenceId);
    }
}
