package io.stele.runtime;

/**
 * Picks the messages that are followed on their way: the first one in every tick of the watchdog, which is 2 ms. So a flood costs no
 * more than a trickle, and whoever sends pays for two reads.
 *
 * <p>Any thread. Racy on purpose: two messages are as good as one.
 */
final class Sampler {
    private int tick = -1;

    /** Returns the message, in an envelope if it is to be followed. */
    Object sample(Object message, ActorSystem system) {
        int now = system.tick();
        if (now == tick || message instanceof Envelope) {
            return message;
        }
        tick = now;
        return new Envelope(message, system.clock().nanoTime(), null);
    }
}
