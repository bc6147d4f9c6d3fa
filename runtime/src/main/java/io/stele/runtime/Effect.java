package io.stele.runtime;

import io.stele.spi.Durability;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What follows from a command. Made by the methods of {@link PersistentActor}; making one does nothing yet.
 *
 * <p>Its parts happen in this order, whatever order they were added in: events are appended (all or none), applied, and the reply
 * is worked out from the new state; once the events are durable the reply leaves, then side effects run in the order in which
 * they were added. None of it is done again at recovery.
 *
 * <p>Confined to the handler that makes it; each effect is used once.
 *
 * @param <E> events
 * @param <S> state
 * @param <R> the reply that the command gets
 */
public final class Effect<E, S, R> {
    enum Kind {
        EVENTS,
        REJECT,
        STASH,
        ASYNC
    }

    final Kind kind;
    final List<E> events;
    Function<? super S, ? extends @Nullable Object> reply = state -> Done.DONE;
    /** What few effects have, so that the others are small: one is made for each command. */
    private @Nullable Extras<E, S, R> extras;

    private static final class Extras<E, S, R> {
        @Nullable Object rejection;

        @Nullable CompletionStage<? extends Effect<E, S, R>> stage;

        List<Consumer<? super S>> afterwards = List.of();

        @Nullable Durability durability;

        List<TimerChange> timers = List.of();

        boolean stops;
        boolean unstashes;
    }

    Effect(Kind kind, List<E> events) {
        this.kind = kind;
        this.events = events;
    }

    /** Returns one that stores nothing and says no. */
    static <E, S, R> Effect<E, S, R> rejecting(Object reason) {
        Effect<E, S, R> effect = new Effect<>(Kind.REJECT, List.of());
        effect.extras().rejection = reason;
        return effect;
    }

    /** Returns one that is what a stage comes to. */
    static <E, S, R> Effect<E, S, R> awaiting(CompletionStage<? extends Effect<E, S, R>> stage) {
        Effect<E, S, R> effect = new Effect<>(Kind.ASYNC, List.of());
        effect.extras().stage = stage;
        return effect;
    }

    private Extras<E, S, R> extras() {
        Extras<E, S, R> made = extras;
        if (made == null) {
            made = new Extras<>();
            extras = made;
        }
        return made;
    }

    /** Returns why it says no; only of one that does. */
    Object rejection() {
        return Objects.requireNonNull(extras().rejection, "a rejection has a reason");
    }

    /** Returns what it waits for; only of one that does. */
    CompletionStage<? extends Effect<E, S, R>> stage() {
        return Objects.requireNonNull(extras().stage, "an async effect has a stage");
    }

    List<Consumer<? super S>> afterwards() {
        Extras<E, S, R> made = extras;
        return made == null ? List.of() : made.afterwards;
    }

    List<TimerChange> timers() {
        Extras<E, S, R> made = extras;
        return made == null ? List.of() : made.timers;
    }

    /** Returns the tier that its reply waits for, if it names one itself; otherwise {@code standard}. */
    Durability durabilityOr(Durability standard) {
        Extras<E, S, R> made = extras;
        return made == null || made.durability == null ? standard : made.durability;
    }

    boolean stops() {
        Extras<E, S, R> made = extras;
        return made != null && made.stops;
    }

    boolean unstashes() {
        Extras<E, S, R> made = extras;
        return made != null && made.unstashes;
    }

    /**
     * Replies with what {@code answer} makes of the state after the events. The compiler checks that it is what the command
     * asked for.
     *
     * @param <T> the reply
     */
    @SuppressWarnings("unchecked")
    public <T> Effect<E, S, T> thenReply(Function<? super S, ? extends T> answer) {
        reply = answer;
        return (Effect<E, S, T>) this;
    }

    /**
     * As {@link #thenReply(Function)}, for a handler that is one {@code switch} over all commands: {@code command} ties the
     * reply's type to the command's.
     *
     * @param <T> the reply
     */
    public <T> Effect<E, S, T> thenReply(Command<T> command, Function<? super S, ? extends T> answer) {
        return thenReply(answer);
    }

    /**
     * Runs {@code action} with the state after the events, once they are durable: at most once, and not at recovery. What it
     * throws is logged, and ends nothing else.
     */
    public Effect<E, S, R> thenRun(Consumer<? super S> action) {
        Extras<E, S, R> own = extras();
        if (own.afterwards.isEmpty()) {
            own.afterwards = new ArrayList<>(2);
        }
        own.afterwards.add(action);
        return this;
    }

    /**
     * Tells {@code message} to {@code target} once the events are durable; at most once.
     *
     * @param <M> what the target takes
     */
    public <M> Effect<E, S, R> thenTell(ActorRef<? super M> target, M message) {
        return thenRun(state -> target.tell(message));
    }

    /**
     * Has {@code command} given to this actor after {@code delay}, never early. The timer is stored together with the events; it
     * survives crashes, and fires also if nobody touches the actor until then. When it fires, the command is handled like any other,
     * and the record of its events says that the timer is gone: whatever happens, they are stored once. A command that fails is given
     * again after a while, until it succeeds, is rejected, or the timer is cancelled.
     *
     * <p>The class of the command must be storable, and listed in {@link PersistentActor#storedTypes()}. The kind of actor must be
     * registered after a restart for its timers to fire.
     *
     * @param name which timer, 1 to 256 characters; replaces the actor's timer of that name
     * @param delay at least zero, by the wall clock
     */
    public Effect<E, S, R> startTimer(String name, Duration delay, Command<?> command) {
        return change(new TimerChange(name, delay.toMillis(), true, command));
    }

    /** As {@link #startTimer(String, Duration, Command)}, at a time instead of after one; at once if that has passed. */
    public Effect<E, S, R> startTimer(String name, Instant due, Command<?> command) {
        return change(new TimerChange(name, due.toEpochMilli(), false, command));
    }

    /** Cancels the timer of that name, if there is one: its command is not given, unless it is being handled already. */
    public Effect<E, S, R> cancelTimer(String name) {
        return change(new TimerChange(name, 0, true, null));
    }

    private Effect<E, S, R> change(TimerChange change) {
        if (kind != Kind.EVENTS) {
            throw new IllegalStateException("only an effect that may store something can change a timer: effect=" + kind
                    + ", timer=" + change.name());
        }
        Extras<E, S, R> own = extras();
        if (own.timers.isEmpty()) {
            own.timers = new ArrayList<>(2);
        }
        own.timers.add(change);
        return this;
    }

    /** Takes the actor out of memory afterwards; the next message brings it back. */
    public Effect<E, S, R> thenStop() {
        extras().stops = true;
        return this;
    }

    /** Handles the commands that were put back, oldest first, before any other. */
    public Effect<E, S, R> thenUnstashAll() {
        extras().unstashes = true;
        return this;
    }

    /** Waits for this tier instead of {@link PersistentActor#durability()} before the reply and the side effects. */
    public Effect<E, S, R> durability(Durability tier) {
        extras().durability = tier;
        return this;
    }
}
