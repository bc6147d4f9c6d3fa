package io.stele.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * How each event changes the state. Filled once, by {@link PersistentActor#events}, then only read.
 *
 * @param <E> events
 * @param <S> state
 */
public final class EventHandlers<E, S> {
    private final Map<Class<?>, BiFunction<S, ? extends E, S>> byType = new HashMap<>();
    private @Nullable Found<S> latest;

    EventHandlers() {}

    /**
     * Sets how events of class {@code type} change the state. The function gives the same answer on every replay: it reads no
     * clock, draws no random number, sends nothing.
     *
     * @param <T> the event
     * @throws IllegalArgumentException if the type has a handler already
     */
    public <T extends E> EventHandlers<E, S> on(Class<T> type, BiFunction<S, T, S> handler) {
        if (byType.putIfAbsent(type, handler) != null) {
            throw new IllegalArgumentException("event has two handlers: event=" + type.getName());
        }
        return this;
    }

    Set<Class<?>> types() {
        return byType.keySet();
    }

    /** Any thread: what another one has found meanwhile is a whole pair, and as good. */
    @SuppressWarnings("unchecked")
    @Nullable BiFunction<S, E, S> find(Class<?> type) {
        Found<S> found = latest;
        if (found == null || found.type != type) {
            BiFunction<S, ?, S> handler = byType.get(type);
            if (handler == null) {
                return null;
            }
            found = new Found<>(type, handler);
            latest = found;
        }
        return (BiFunction<S, E, S>) found.handler;
    }

    private record Found<S>(Class<?> type, BiFunction<S, ?, S> handler) {}
}
