package io.stele.runtime;

import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Actor} may know and do while it handles a message. Valid only during the call it was handed to, and only on
 * its thread.
 *
 * @param <M> the messages that the actor takes
 */
public interface Context<M> {

    /** Returns the actor's own address. */
    ActorRef<M> self();

    /** Returns where the actor is in the tree: {@code /parent/child}. */
    String path();

    /** Returns the system it lives in. */
    ActorSystem system();

    /** Returns the wall-clock time, in milliseconds since 1970. */
    long nowMs();

    /**
     * Starts an actor as a child of this one. A child is stopped before its parent is.
     *
     * @param name what no other living child is called: 1 to 255 characters, none of them a slash, the first not a dollar sign
     * @param actor makes the actor, on the thread of its first turn; called again if it is restarted
     * @param <C> the messages that the child takes
     * @throws IllegalArgumentException if the name is taken or not acceptable
     */
    default <C> ActorRef<C> spawn(String name, Supplier<? extends Actor<C>> actor) {
        return spawn(name, ActorOptions.standard(), actor);
    }

    /**
     * As {@link #spawn(String, Supplier)}, with a name that nobody else has.
     *
     * @param <C> the messages that the child takes
     */
    default <C> ActorRef<C> spawn(Supplier<? extends Actor<C>> actor) {
        return spawn(ActorOptions.standard(), actor);
    }

    /**
     * As {@link #spawn(Supplier)}, with other threads, another mailbox or another limit.
     *
     * @param <C> the messages that the child takes
     * @throws IllegalArgumentException if the system has no dispatcher of that name
     */
    <C> ActorRef<C> spawn(ActorOptions options, Supplier<? extends Actor<C>> actor);

    /**
     * As {@link #spawn(String, Supplier)}, with other threads, another mailbox or another limit.
     *
     * @param <C> the messages that the child takes
     * @throws IllegalArgumentException also if the system has no dispatcher of that name
     */
    <C> ActorRef<C> spawn(String name, ActorOptions options, Supplier<? extends Actor<C>> actor);

    /**
     * Has {@link Actor#onTerminated} called when another actor of this system has stopped: once, and at once if it has stopped already.
     * A persistent actor that passivates has not stopped. Watching an actor twice changes nothing; a restart of this one neither.
     *
     * @throws IllegalArgumentException if it is not the address of an actor of this system
     */
    void watch(ActorRef<?> other);

    /** As {@link #watch(ActorRef)}, but has {@code notice} handled instead, before any message that waits. */
    void watch(ActorRef<?> other, M notice);

    /** Takes a {@link #watch} back: nothing comes any more. */
    void unwatch(ActorRef<?> other);

    /**
     * Tells this actor what a stage came to, when that is known: the way to wait for something without keeping a worker from others.
     *
     * <pre>
     *   context.pipeToSelf(prices.find(id), (price, failure) -&gt; failure == null ? new Found(price) : new NotFound(failure));
     * </pre>
     *
     * @param message makes a message of the value, or of what the stage failed with, on whatever thread completes it: it must not look at
     *     the actor's fields
     * @param <T> the value
     */
    default <T> void pipeToSelf(
            CompletionStage<T> stage,
            BiFunction<? super @Nullable T, ? super @Nullable Throwable, ? extends M> message) {
        Pipe.to(self(), stage, message);
    }

    /** Stops this actor after the current message. Messages that still wait become dead letters. */
    void stop();

    /**
     * Stops a child after the message that it handles now. Messages that still wait become dead letters.
     *
     * @throws IllegalArgumentException if it is not a child of this actor
     */
    void stop(ActorRef<?> child);
}
