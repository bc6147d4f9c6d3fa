package io.stele.runtime;

/**
 * A message that somebody follows on its way: one in many, so that what it costs does not matter.
 *
 * <p>Immutable.
 */
final class Envelope {
    /** What the actor is to handle. */
    final Object message;
    /** When it was sent, by the system's clock. */
    final long sentNs;

    Envelope(Object message, long sentNs) {
        this.message = message;
        this.sentNs = sentNs;
    }
}
