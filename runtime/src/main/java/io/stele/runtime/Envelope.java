package io.stele.runtime;

import io.opentelemetry.api.trace.SpanContext;
import org.jspecify.annotations.Nullable;

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
    /** The sender's span, if it is sampled: see {@link Tracing}. */
    final @Nullable SpanContext trace;

    Envelope(Object message, long sentNs, @Nullable SpanContext trace) {
        this.message = message;
        this.sentNs = sentNs;
        this.trace = trace;
    }
}
