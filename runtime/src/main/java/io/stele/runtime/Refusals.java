package io.stele.runtime;

import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What the sender of a command is told when that was not carried out, or not seen through. */
final class Refusals {
    private Refusals() {}

    static ActorException handlerThrew(PersistenceId id, Command<?> command, Throwable cause, String aftermath) {
        return new ActorFailedException(
                "command handler threw, nothing was stored: persistenceId=" + id + ", command="
                        + command.getClass().getSimpleName() + ", reason=" + cause + aftermath,
                cause);
    }

    static ActorException notEncoded(PersistenceId id, SteleException cause) {
        return new ActorFailedException(
                "event cannot be encoded, nothing was stored: persistenceId=" + id + ", reason=" + cause.getMessage(),
                cause);
    }

    static ActorException journalFull(PersistenceId id, SteleException cause) {
        return new JournalUnavailableException(
                "event was not stored: persistenceId=" + id + ", reason=" + cause.getMessage(), cause);
    }

    static ActorException conflict(PersistenceId id, SteleException cause) {
        return new ActorFailedException(
                "event was not stored: persistenceId=" + id + ", reason=" + cause.getMessage(), cause);
    }

    static OutcomeUnknownException unknown(PersistenceId id, Throwable cause) {
        return new OutcomeUnknownException(
                "journal failed, whether the event is stored shows after the next start: persistenceId=" + id
                        + ", reason=" + cause.getMessage(),
                cause);
    }

    static ActorException notApplied(PersistenceId id, long sequenceNumber, OutOfMemoryError cause) {
        return new EventHandlerException(
                "events are stored, but there was no memory to apply them, so the actor is recovered: persistenceId="
                        + id + ", sequenceNumber=" + sequenceNumber,
                cause);
    }

    static ActorException replyThrew(PersistenceId id, long sequenceNumber, Throwable cause) {
        return new EventHandlerException(
                "events are stored, but the reply could not be worked out: persistenceId=" + id + ", sequenceNumber="
                        + sequenceNumber + ", reason=" + cause,
                cause);
    }

    static ActorException eventHandlerThrew(PersistenceId id, long sequenceNumber, Throwable cause) {
        return new EventHandlerException(
                "event is stored, but its handler threw: persistenceId=" + id + ", sequenceNumber=" + sequenceNumber
                        + ", reason=" + cause
                        + "; the actor stays out of service until its handler can apply the event",
                cause);
    }

    static ActorException unhandled(PersistenceId id, Command<?> command) {
        return new UnhandledCommandException(
                "actor has no handler for the command: persistenceId=" + id + ", command="
                        + command.getClass().getName(),
                null);
    }

    static ActorException stashFull(PersistenceId id, int stashCapacity, Command<?> command) {
        return new StashFullException(
                "actor has put back as many commands as it may: persistenceId=" + id + ", stashCapacity="
                        + stashCapacity + ", command=" + command.getClass().getSimpleName(),
                null);
    }

    static ActorException asyncFailed(PersistenceId id, Command<?> command, @Nullable Throwable cause) {
        String facts = "persistenceId=" + id + ", command=" + command.getClass().getSimpleName();
        return cause instanceof TimeoutException
                ? new AskTimeoutException("async effect took too long: " + facts, cause)
                : new ActorFailedException(
                        "async effect failed, nothing was stored: " + facts + ", reason=" + cause, cause);
    }

    static ActorException leftMemory(PersistenceId id) {
        return new ActorStoppedException("actor left memory, the message was not handled: persistenceId=" + id, null);
    }

    static ActorException stopped(String actor, Throwable cause) {
        return new ActorStoppedException(
                "actor has stopped because it failed, the message was not handled: actor=" + actor + ", reason="
                        + cause,
                cause);
    }
}
