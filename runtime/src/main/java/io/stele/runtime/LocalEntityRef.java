package io.stele.runtime;

import io.opentelemetry.context.Scope;
import io.stele.spi.PersistenceId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
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
    public int waitingCount() {
        return system.entities().waitingCount(persistenceId);
    }

    @Override
    public boolean tell(Command<?> command) {
        return refusal(command) == null && system.deliver(type, persistenceId, command) == null;
    }

    @Override
    public <R> CompletionStage<R> ask(Command<R> command) {
        return send(new Ask<R>(command));
    }

    @Override
    public <R> CompletionStage<R> ask(Function<? super ActorRef<R>, ? extends Command<?>> message, Duration timeout) {
        Ask<R> ask = new Ask<>();
        ask.message = message.apply(ask);
        return send(ask).withTimeout(timeout, this, system.askTimeouts());
    }

    @SuppressWarnings("try")
    private <R> Ask<R> send(Ask<R> ask) {
        ActorException refusal = refusal((Command<?>) ask.message);
        if (refusal == null) {
            try (Scope trace = Tracing.ask(system.tracing(), ask, this)) {
                refusal = system.deliver(type, persistenceId, ask);
            }
        }
        if (refusal != null) {
            ask.fail(refusal);
        }
        return ask;
    }

    @Override
    public <R> CompletionStage<R> ask(Command<R> command, Duration timeout) {
        return send(new Ask<R>(command)).withTimeout(timeout, this, system.askTimeouts());
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
