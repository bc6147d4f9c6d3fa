package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/** What a plain actor is told by the tree that it lives in. Overtakes messages, and does not need room in the mailbox. */
sealed interface Signal {

    /** A brother or sister has failed, and all are to start afresh. */
    record Restart(Throwable cause, long delayNs) implements Signal {}

    /** The failure that it had handed up is to be passed over. */
    record Resume() implements Signal {}

    /** A child hands its failure up. */
    record ChildFailed(LocalActor<?> child, Throwable cause) implements Signal {}

    /** It has waited long enough for its restart. */
    record BackoffOver() implements Signal {}

    /** An actor that it watches has stopped. */
    record Terminated(ActorRef<?> actor) implements Signal {}

    /** What a watching actor wants to be told: a message of its own, or null for the hook. */
    record Watch(@Nullable Object message) {}
}
