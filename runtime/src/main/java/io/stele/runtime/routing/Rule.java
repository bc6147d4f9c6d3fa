package io.stele.runtime.routing;

import io.stele.runtime.ActorRef;
import java.util.function.Predicate;

/**
 * Who takes which messages.
 *
 * @param when true of those messages; any thread may call it
 * @param to who takes them
 * @param <M> the messages
 */
public record Rule<M>(Predicate<? super M> when, ActorRef<M> to) {}
