package io.stele.remote;

import io.stele.runtime.ActorRef;

/** Turns the addresses inside messages into texts and back. Any thread; must not block. */
interface RefResolver {

    /** Refuses every address. */
    RefResolver NONE = new RefResolver() {
        @Override
        public String addressOf(ActorRef<?> ref) {
            throw new IllegalArgumentException("addresses do not travel here: ref=" + ref);
        }

        @Override
        public ActorRef<?> resolve(String address) {
            throw new IllegalArgumentException("addresses do not travel here");
        }
    };

    /**
     * Returns the text under which other nodes find {@code ref}: at most 2,000 characters.
     *
     * @throws IllegalArgumentException if it cannot be reached from elsewhere; the message is refused with this reason
     */
    String addressOf(ActorRef<?> ref);

    /**
     * Returns the actor under an address that came over the wire, so it may be anything.
     *
     * @throws IllegalArgumentException if it is not an address; the message is refused with this reason
     */
    ActorRef<?> resolve(String address);
}
