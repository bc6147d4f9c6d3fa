package io.stele.runtime;

import io.stele.spi.PersistenceId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The address of an actor in this process.
 *
 * @param system where it lives
 * @param type its kind
 * @param persistenceId which one
 */
record LocalEntityRef(ActorSystem system, EntityType<?, ?> type, PersistenceId persistenceId) implements EntityRef {
    private static final int COMMAND_ID_LENGTH_MAX = 256;

    @Override
    public boolean tell(Command<?> command) {
        return refusal(command) == null && system.deliver(type, persistenceId, command) == null;
    }

    @Override
    public <R> CompletionStage<R> ask(Command<R> command) {
        Ask<R> ask = new Ask<>(command);
        ActorException refusal = refusal(command);
        if (refusal == null) {
            refusal = system.deliver(type, persistenceId, ask);
        }
        if (refusal != null) {
            ask.fail(refusal);
        }
        return ask;
    }

    @Override
    public <R> CompletionStage<R> ask(Command<R> command, Duration timeout) {
        CompletableFuture<R> reply = ask(command).toCompletableFuture().copy();
        return reply.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS).exceptionallyCompose(failure -> {
            if (failure instanceof TimeoutException) {
                return CompletableFuture.failedFuture(new AskTimeoutException(
                        "no reply in time, whether the command was carried out is not known: persistenceId="
                                + persistenceId + ", command="
                                + command.getClass().getSimpleName() + ", timeout="
                                + timeout,
                        failure));
            }
            return CompletableFuture.failedFuture(
                    failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure);
        });
    }

    /** Looks at what can be seen from here, before anything is sent. */
    private @Nullable ActorException refusal(Command<?> command) {
        String commandId = command.commandId();
        if (commandId != null && (commandId.isEmpty() || commandId.length() > COMMAND_ID_LENGTH_MAX)) {
            return new UnhandledCommandException(
                    "command id must have 1 to " + COMMAND_ID_LENGTH_MAX + " characters: persistenceId=" + persistenceId
                            + ", command=" + command.getClass().getSimpleName() + ", length=" + commandId.length(),
                    null);
        }
        return null;
    }

    @Override
    public String toString() {
        return persistenceId.encoded();
    }
}
