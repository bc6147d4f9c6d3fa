package io.stele.runtime;

import java.util.List;

/**
 * Who can be found under a key, at some moment.
 *
 * @param key the key
 * @param actors those that were there, in the order in which they came
 * @param <M> the messages that they take
 */
public record Listing<M>(ServiceKey<M> key, List<ActorRef<M>> actors) {
    /** Copies the list. */
    public Listing {
        actors = List.copyOf(actors);
    }
}
