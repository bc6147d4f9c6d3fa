package io.stele.runtime;

import io.stele.spi.PersistenceId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * The address of a persistent actor. It exists as soon as it is named; the first message brings it into memory.
 *
 * <p>Any thread may use it.
 */
public interface EntityRef extends ActorRef<Command<?>> {

    /** Returns the id under which the actor's events are stored. */
    PersistenceId persistenceId();

    /**
     * Sends a command and returns its reply, which comes once everything it reports is as durable as the actor promises.
     *
     * <p>The stage fails with an {@link ActorException} whose subclass says whether the command was carried out:
     * {@link CommandRejectedException}, {@link MailboxFullException}, {@link UnhandledCommandException},
     * {@link ActorFailedException} (not carried out), {@link OutcomeUnknownException} (perhaps carried out: ask again with the
     * same {@link Command#commandId()}). Continuations that are not {@code …Async} run on the actor's worker and must not
     * block.
     *
     * @param <R> the reply
     */
    <R> CompletionStage<R> ask(Command<R> command);

    /**
     * As {@link #ask(Command)}, but fails with {@link AskTimeoutException} after {@code timeout}. The command may be carried out
     * all the same.
     *
     * @param timeout above zero
     * @param <R> the reply
     */
    <R> CompletionStage<R> ask(Command<R> command, Duration timeout);
}
