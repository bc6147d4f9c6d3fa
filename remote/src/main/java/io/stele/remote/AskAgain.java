package io.stele.remote;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.stele.runtime.ActorException;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystemClosedException;
import io.stele.runtime.Command;
import io.stele.runtime.EntityRef;
import io.stele.runtime.Gateway;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks again when a peer does not answer, after a pause that grows, and goes another way when that has not helped.
 *
 * <pre>
 *   CompletionStage&lt;Balance&gt; balance = AskAgain.&lt;Balance&gt;on(node)
 *           .tries(5)
 *           .otherwise(failure -&gt; standby.ask(deposit))
 *           .ask(account, deposit);
 * </pre>
 *
 * <p>What was certainly not handled is asked again in any case: no room, circuit open, not sent. What may have been handled (no reply in
 * time, peer lost) only if that does no harm: the command has an id, or {@link #safeToRepeat} says so. What an actor answers, a rejection
 * for one, is an answer.
 *
 * <p>Confined to one thread until it asks; every ask stands for itself. An ask that waits for its next try costs some 200 bytes.
 *
 * @param <R> the reply
 */
public final class AskAgain<R> {
    private static final int TRIES_MAX = 100;

    private final RemoteNode node;
    private int tries = 3;
    private Duration pauseFirst = Duration.ofMillis(100);
    private Duration pauseMax = Duration.ofSeconds(5);
    private Duration timeout;
    private boolean safe;
    private @Nullable Function<? super ActorException, ? extends CompletionStage<R>> fallback;

    private AskAgain(RemoteNode node) {
        this.node = node;
        timeout = Duration.ofNanos(node.options().askTimeoutNs);
    }

    /**
     * Starts to say how asks are repeated.
     *
     * @param node what is asked from
     * @param <R> the reply
     */
    public static <R> AskAgain<R> on(RemoteNode node) {
        return new AskAgain<>(node);
    }

    /** Sets how often is asked at most, 1 to 100. Default: 3. */
    public AskAgain<R> tries(int value) {
        if (value < 1 || value > TRIES_MAX) {
            throw new IllegalArgumentException("tries is out of range: tries=" + value + ", min=1, max=" + TRIES_MAX);
        }
        tries = value;
        return this;
    }

    /** Sets the pause before the second try and the longest one, 1 ms to 10 min; it doubles, with jitter. Default: 100 ms and 5 s. */
    public AskAgain<R> pause(Duration first, Duration max) {
        pauseFirst = checked("pauseFirst", first);
        pauseMax = checked("pauseMax", max);
        return this;
    }

    /** Sets how long each try waits, 1 ms to 10 min. Default: {@link RemoteOptions.Builder#askTimeout}. */
    public AskAgain<R> timeout(Duration value) {
        timeout = checked("timeout", value);
        return this;
    }

    private static Duration checked(String name, Duration value) {
        if (value.toMillis() < 1 || value.toMillis() > 600_000) {
            throw new IllegalArgumentException(
                    name + " is out of range: " + name + "Ms=" + value.toMillis() + ", min=1, max=600000");
        }
        return value;
    }

    /** Says that it does no harm to handle the message twice. */
    public AskAgain<R> safeToRepeat() {
        safe = true;
        return this;
    }

    /**
     * Sets what is done when the peer has not answered: another actor is asked, say, or a value is made up.
     *
     * @param value given why it failed at last; called once, on a thread that carries messages, so it must not wait
     */
    public AskAgain<R> otherwise(Function<? super ActorException, ? extends CompletionStage<R>> value) {
        fallback = value;
        return this;
    }

    /** Asks a persistent actor. Fails as {@link EntityRef#ask} does, with what the last try failed with. */
    public CompletionStage<R> ask(EntityRef actor, Command<R> command) {
        Duration patience = timeout;
        return begin(safe || command.commandId() != null, () -> actor.ask(command, patience));
    }

    /** Asks any actor. Fails as {@link ActorRef#ask} does, with what the last try failed with. */
    public <M> CompletionStage<R> ask(ActorRef<M> actor, Function<? super ActorRef<R>, ? extends M> message) {
        Duration patience = timeout;
        return begin(safe, () -> actor.ask(message, patience));
    }

    private CompletionStage<R> begin(boolean repeatable, Supplier<CompletionStage<R>> ask) {
        Backoff pauses = new Backoff(pauseFirst.toNanos(), pauseMax.toNanos(), node.random());
        RetryConfig config = RetryConfig.custom()
                .maxAttempts(tries)
                .retryOnException(failure -> mayRepeat(failure, repeatable))
                .intervalFunction(attempt -> Math.max(1, TimeUnit.NANOSECONDS.toMillis(pauses.nextNs())))
                .build();
        Run<R> run = new Run<>(node, ask, Retry.of("ask", config).asyncContext(), fallback);
        if (node.asking().begin(run)) {
            run.attempt();
        } else {
            run.end(Gateway.Failure.CLOSED.exception("node is closed: node=" + node.id(), null));
        }
        return run.result;
    }

    private static boolean mayRepeat(Throwable failure, boolean repeatable) {
        if (failure instanceof ActorSystemClosedException) {
            return repeatable; // perhaps that of the peer
        }
        return switch (Gateway.Failure.of(failure)) {
            case MAILBOX_FULL, CIRCUIT_OPEN, STASH_FULL -> true;
            case TIMEOUT, OUTCOME_UNKNOWN, STOPPED, CLOSED, JOURNAL_UNAVAILABLE -> repeatable;
            case FAILED, UNHANDLED, REJECTED, REPLY_LOST, OTHER -> false;
        };
    }

    /** The asks of a node that have not come to an end: none is left waiting when the node is closed. Any thread. */
    static final class Open {
        private final Set<Run<?>> runs = ConcurrentHashMap.newKeySet();
        private volatile boolean closed;

        /** Returns false if the node is closed. */
        boolean begin(Run<?> run) {
            runs.add(run);
            return !closed || !runs.remove(run);
        }

        /** Returns whether it had not ended before. */
        boolean end(Run<?> run) {
            return runs.remove(run);
        }

        int count() {
            return runs.size();
        }

        void close(ActorException cause) {
            closed = true;
            for (Run<?> run : runs) {
                if (end(run)) {
                    run.end(cause);
                }
            }
        }
    }

    /** One ask with its tries. What a try fails with is looked at on the node's loop. */
    static final class Run<R> {
        private final RemoteNode node;
        private final Supplier<CompletionStage<R>> ask;
        private final Retry.AsyncContext<R> tries;
        private final @Nullable Function<? super ActorException, ? extends CompletionStage<R>> fallback;
        private final CompletableFuture<R> result = new CompletableFuture<>();

        Run(
                RemoteNode node,
                Supplier<CompletionStage<R>> ask,
                Retry.AsyncContext<R> tries,
                @Nullable Function<? super ActorException, ? extends CompletionStage<R>> fallback) {
            this.node = node;
            this.ask = ask;
            this.tries = tries;
            this.fallback = fallback;
        }

        private void attempt() {
            CompletionStage<R> asked;
            try {
                asked = ask.get();
            } catch (RuntimeException e) { // the message cannot be made
                node.asking().end(this);
                result.completeExceptionally(e);
                return;
            }
            var unused = asked.whenComplete((reply, failure) -> {
                if (failure == null) {
                    node.asking().end(this);
                    result.complete(reply);
                } else {
                    node.loop().execute(() -> onFailure(failure));
                }
            });
        }

        private void onFailure(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            long pauseMs = tries.onError(cause);
            if (pauseMs > 0) {
                node.loop().schedule(this::attempt, TimeUnit.MILLISECONDS.toNanos(pauseMs));
            } else if (node.asking().end(this)) {
                end(cause);
            }
        }

        /** There will be no more tries. Once. */
        void end(Throwable cause) {
            Function<? super ActorException, ? extends CompletionStage<R>> other = fallback;
            boolean answered = Gateway.Failure.of(cause) == Gateway.Failure.REJECTED;
            if (other == null || answered || !(cause instanceof ActorException known)) {
                result.completeExceptionally(cause);
                return;
            }
            try {
                var unused = other.apply(known).whenComplete((reply, failure) -> {
                    if (failure == null) {
                        result.complete(reply);
                    } else {
                        result.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        }
    }
}
