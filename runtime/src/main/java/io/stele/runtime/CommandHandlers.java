package io.stele.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which handler takes which command. Filled once, by {@link PersistentActor#commands}, then only read.
 *
 * @param <E> events
 * @param <S> state
 */
public final class CommandHandlers<E, S> {
    private final Map<Class<?>, Handler<E, S, ?, ?>> byType = new HashMap<>();

    CommandHandlers() {}

    /**
     * Sets who takes commands of class {@code type}.
     *
     * @param <R> the reply, as the command says
     * @param <C> the command
     * @throws IllegalArgumentException if the type has a handler already
     */
    public <R, C extends Command<R>> CommandHandlers<E, S> on(Class<C> type, Simple<E, S, C, R> handler) {
        return on(type, (Handler<E, S, C, R>) (state, command, context) -> handler.handle(state, command));
    }

    /**
     * As {@link #on(Class, Simple)}, for a handler that needs to know more than state and command.
     *
     * @param <R> the reply, as the command says
     * @param <C> the command
     * @throws IllegalArgumentException if the type has a handler already
     */
    public <R, C extends Command<R>> CommandHandlers<E, S> on(Class<C> type, Handler<E, S, C, R> handler) {
        if (byType.putIfAbsent(type, handler) != null) {
            throw new IllegalArgumentException("command has two handlers: command=" + type.getName());
        }
        return this;
    }

    Set<Class<?>> types() {
        return byType.keySet();
    }

    @SuppressWarnings("unchecked")
    @Nullable Handler<E, S, Command<?>, ?> find(Class<?> type) {
        return (Handler<E, S, Command<?>, ?>) (Handler<E, S, ?, ?>) byType.get(type);
    }

    /**
     * Decides what follows from a command.
     *
     * @param <E> events
     * @param <S> state
     * @param <C> the command
     * @param <R> its reply
     */
    @FunctionalInterface
    public interface Simple<E, S, C extends Command<?>, R> {

        /** Decides; must not change anything itself. */
        Effect<E, S, R> handle(S state, C command);
    }

    /**
     * Decides what follows from a command, with a look at the actor.
     *
     * @param <E> events
     * @param <S> state
     * @param <C> the command
     * @param <R> its reply
     */
    @FunctionalInterface
    public interface Handler<E, S, C extends Command<?>, R> {

        /** Decides; must not change anything itself. */
        Effect<E, S, R> handle(S state, C command, ActorContext context);
    }
}
