package io.stele.actortestkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.recovery.Moment;
import io.stele.runtime.ActorException;
import io.stele.runtime.Command;
import io.stele.runtime.CommandRejectedException;
import io.stele.spi.Durability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What came of a command: events, a reply or a refusal, a state. Each {@code then…} returns the same outcome; {@link #when} goes on.
 *
 * <p>Confined to the test's thread.
 *
 * @param <E> events
 * @param <S> state
 * @param <R> the reply
 */
public final class Outcome<E, S, R> {
    private final ActorScenario<E, S> scenario;
    private final String what;
    private final List<E> events;
    private final @Nullable R reply;
    private final @Nullable Throwable failure;
    private final S state;

    private Outcome(
            ActorScenario<E, S> scenario,
            String what,
            List<E> events,
            @Nullable R reply,
            @Nullable Throwable failure,
            S state) {
        this.scenario = scenario;
        this.what = what;
        this.events = events;
        this.reply = reply;
        this.failure = failure;
        this.state = state;
    }

    static <E, S, R> Outcome<E, S, R> of(
            ActorScenario<E, S> scenario, String what, long sequenceNumberBefore, CompletableFuture<R> done) {
        @Nullable R reply = null;
        @Nullable Throwable failure = null;
        try {
            reply = done.join();
        } catch (CompletionException e) {
            failure = e.getCause();
        }
        Replays<E, S> replays = new Replays<>(scenario);
        List<E> events = replays.eventsAfter(sequenceNumberBefore);
        S state = failure == null || failure instanceof CommandRejectedException
                ? replays.requireOneState(what)
                : replays.state(0, Moment.LATEST);
        return new Outcome<>(scenario, what, events, reply, failure, state);
    }

    /** Requires that exactly these events were stored, in this order. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public final Outcome<E, S, R> thenEvents(E... expected) {
        assertThat(events).as("events after: %s", what).containsExactlyElementsOf(Arrays.asList(expected));
        return this;
    }

    /** Hands over the events that were stored, to be looked at. */
    public Outcome<E, S, R> thenEventsSatisfy(Consumer<? super List<E>> look) {
        look.accept(new ArrayList<>(events));
        return this;
    }

    /** Requires that nothing was stored. */
    public Outcome<E, S, R> thenNoEvents() {
        return thenEvents();
    }

    /** Requires this reply. */
    public Outcome<E, S, R> thenReply(R expected) {
        assertThat(requireReply()).as("reply to: %s", what).isEqualTo(expected);
        return this;
    }

    /** Hands over the reply, to be looked at. */
    public Outcome<E, S, R> thenReplySatisfies(Consumer<? super @Nullable R> look) {
        look.accept(requireReply());
        return this;
    }

    /** Requires that the handler rejected the command, for this reason. */
    public Outcome<E, S, R> thenRejected(Object reason) {
        assertThat(failure)
                .as("%s should have been rejected, reply=%s", what, reply)
                .isInstanceOfSatisfying(
                        CommandRejectedException.class,
                        rejected -> assertThat(rejected.reason())
                                .as("reason why this was rejected: %s", what)
                                .isEqualTo(reason));
        return this;
    }

    /** Requires that the command failed in this way. */
    public Outcome<E, S, R> thenFails(Class<? extends ActorException> type) {
        assertThat(failure).as("%s should have failed, reply=%s", what, reply).isInstanceOf(type);
        return this;
    }

    /** Requires this state, as a replay of the whole history finds it. */
    public Outcome<E, S, R> thenState(S expected) {
        assertThat(state).as("state after: %s", what).isEqualTo(expected);
        return this;
    }

    /** Hands over the state, as a replay of the whole history finds it, to be looked at. */
    public Outcome<E, S, R> thenStateSatisfies(Consumer<? super S> look) {
        look.accept(state);
        return this;
    }

    /**
     * Goes on with the next command. See {@link ActorScenario#when}.
     *
     * @param <T> its reply
     */
    public <T> Outcome<E, S, T> when(Command<T> command) {
        return scenario.when(command);
    }

    /** Goes on with time. See {@link ActorScenario#whenTimePasses}. */
    public Outcome<E, S, Void> whenTimePasses(Duration duration) {
        return scenario.whenTimePasses(duration);
    }

    /** Goes on behind a crash. See {@link ActorScenario#crash}. */
    public ActorScenario<E, S> crash(Durability survives) {
        return scenario.crash(survives);
    }

    private @Nullable R requireReply() {
        if (failure != null) {
            throw new AssertionError("command failed: " + what + ", failure=" + failure, failure);
        }
        return reply;
    }
}
