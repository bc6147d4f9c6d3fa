package io.stele.runtime;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A command that somebody waits for: envelope and future in one object.
 *
 * @param <R> the reply
 */
final class Ask<R> extends CompletableFuture<R> implements Recipient {
    final Command<R> command;

    Ask(Command<R> command) {
        this.command = command;
    }

    @Override
    @SuppressWarnings("unchecked")
    public void deliver(@Nullable Object message) {
        if (message instanceof Refusal refusal) {
            completeExceptionally(refusal.cause());
        } else {
            complete((R) message);
        }
    }

    @Override
    public void fail(ActorException cause) {
        completeExceptionally(cause);
    }

    /** Derived stages are plain futures: they carry no command. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    /** An answer that says no, waiting like any other until the state that it was based on is durable. */
    record Refusal(ActorException cause) {}
}
