package io.stele.runtime;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A message that somebody waits for: envelope, reply address and future in one object.
 *
 * @param <R> the reply
 */
final class Ask<R> extends CompletableFuture<R> implements Recipient, ActorRef<R> {
    private static final Object NOTHING = new Object();

    /** What is asked. Set before the ask is handed to anybody. */
    Object message;

    /** Whether the message names this as the address of the reply, so that what the handler returns is no reply. */
    private final boolean addressed;

    /** Starts one whose message is still to be made. */
    Ask() {
        message = NOTHING;
        addressed = true;
    }

    Ask(Object message) {
        this.message = message;
        addressed = false;
    }

    /** Returns what a mailbox holds without its envelope. */
    static Object unwrap(Object message) {
        if (message instanceof Ask<?> ask) {
            return ask.message;
        }
        if (message instanceof TimerFiring firing) {
            return firing.command;
        }
        return message instanceof AdaptiveLimit.Timed timed ? unwrap(timed.message) : message;
    }

    /** Takes the reply; false if there has been one already. */
    @Override
    public boolean tell(R reply) {
        return complete(reply);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void deliver(@Nullable Object reply) {
        if (reply instanceof Refusal refusal) {
            completeExceptionally(refusal.cause());
        } else if (!addressed) {
            complete((R) reply);
        }
    }

    @Override
    public void fail(ActorException cause) {
        completeExceptionally(cause);
    }

    /** Fails the stage that it returns with {@link AskTimeoutException} if nothing has come in time. */
    CompletionStage<R> withTimeout(Duration timeout, Object target) {
        return copy().orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS).exceptionallyCompose(failure -> {
            if (failure instanceof TimeoutException) {
                return CompletableFuture.failedFuture(new AskTimeoutException(
                        "no reply in time, whether it was handled is not known: actor=" + target + ", message="
                                + message.getClass().getSimpleName() + ", timeout=" + timeout,
                        failure));
            }
            return CompletableFuture.failedFuture(
                    failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure);
        });
    }

    /** Derived stages are plain futures: they carry no message. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    /** An answer that says no, waiting like any other until the state that it was based on is durable. */
    record Refusal(ActorException cause) {}
}
