package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/** Somebody who waits for the durable truth: an ask, a side effect, a snapshot. */
interface Recipient {

    /** Hands over what was waited for. Called once, on the actor's worker. */
    void deliver(@Nullable Object message);

    /** Says that it will never be known to be durable. Called once, instead of {@link #deliver}. */
    void fail(ActorException cause);
}
