package io.stele.runtime;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.stele.recovery.RecoveryReport;
import io.stele.spi.Clock;
import io.stele.spi.EventStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The spans of one system. It begins no trace of its own: it goes on with those that are sampled where a message is sent.
 *
 * <pre>
 *   application's span
 *     └ ask ──&gt; {@link Envelope} ──&gt; handle
 *                                      ├ append     its traceparent goes into the metadata of the batch
 *                                      └ force      until the durable position is reached, and replies leave
 *   recover ··· linked to the append of the last event ···&gt;
 * </pre>
 *
 * <p>Where no sampled span is current, each of these places costs one look at the thread's context and allocates nothing. Any thread.
 */
final class Tracing {
    private static final AttributeKey<String> ACTOR = AttributeKey.stringKey("stele.actor");
    private static final AttributeKey<String> MESSAGE = AttributeKey.stringKey("stele.message");
    private static final AttributeKey<Long> LANE = AttributeKey.longKey("stele.lane");
    private static final AttributeKey<Long> SEQUENCE_NUMBER = AttributeKey.longKey("stele.sequence_number");
    private static final AttributeKey<Long> EVENTS = AttributeKey.longKey("stele.events");
    private static final AttributeKey<Long> POSITION = AttributeKey.longKey("stele.position");

    /** What a line of the log says about the handler that has written it: while somebody follows it, so that nobody else pays. */
    private static final String TRACE_ID = "trace_id";

    private static final String SPAN_ID = "span_id";
    private static final String ACTOR_KEY = "actor";

    private static final String VERSION = "00";
    /** Of version 00: four fields in hexadecimal, and the dashes between them. */
    private static final int TRACEPARENT_LENGTH = 55;

    private static final int TRACE_ID_START = 3;
    private static final int SPAN_ID_START = 36;
    private static final int FLAGS_START = 53;

    private final Tracer tracer;
    private final Clock clock;

    Tracing(OpenTelemetry openTelemetry, Clock clock) {
        tracer = openTelemetry.getTracer("io.stele");
        this.clock = clock;
    }

    /** Returns the span that the calling thread is in; null if there is none, or nobody records it. */
    static @Nullable SpanContext current() {
        SpanContext context = Span.current().getSpanContext();
        return context.isSampled() ? context : null;
    }

    /** Returns the message, in an envelope with the sender's span if there is one. */
    Object carry(Object message) {
        SpanContext context = current();
        return context == null || message instanceof Envelope
                ? message
                : new Envelope(message, clock.nanoTime(), context);
    }

    /** As {@link #carry}, of a system that may not trace. */
    static Object carried(@Nullable Tracing tracing, Object message) {
        return tracing == null ? message : tracing.carry(message);
    }

    /** Begins a span that ends with the ask, and makes it current until the scope is closed. */
    @SuppressWarnings("MustBeClosedChecker") // its callers do
    static Scope ask(@Nullable Tracing tracing, Ask<?> ask, Object target) {
        if (tracing == null || current() == null) {
            return Scope.noop();
        }
        Span span = tracing.start("ask", ask.message, target.toString()).startSpan();
        var unused = ask.whenComplete((reply, failure) -> end(span, failure));
        return span.makeCurrent();
    }

    /** Begins the span of a handler, and makes it current until the scope is closed, which ends it. */
    @SuppressWarnings("MustBeClosedChecker") // its callers do
    static Scope handle(ActorSystem system, Envelope envelope, Cell actor) {
        Tracing tracing = system.tracing();
        SpanContext sender = envelope.trace;
        if (tracing == null || sender == null) {
            return Scope.noop();
        }
        Span span = tracing.start("handle", Ask.unwrap(envelope.message), actor.label())
                .setParent(with(sender))
                .startSpan();
        Scope scope = span.makeCurrent();
        MDC.put(TRACE_ID, span.getSpanContext().getTraceId());
        MDC.put(SPAN_ID, span.getSpanContext().getSpanId());
        MDC.put(ACTOR_KEY, actor.label());
        return () -> {
            MDC.remove(TRACE_ID);
            MDC.remove(SPAN_ID);
            MDC.remove(ACTOR_KEY);
            scope.close();
            span.end();
        };
    }

    /** Goes on in the span that a message was put away in. */
    @SuppressWarnings("MustBeClosedChecker") // its callers do
    static Scope resume(Envelope envelope) {
        SpanContext before = envelope.trace;
        return before == null ? Scope.noop() : with(before).makeCurrent();
    }

    /** Says that what the current span is about has failed. */
    static void failed(Throwable cause) {
        Span span = Span.current();
        if (span.isRecording()) {
            span.setStatus(StatusCode.ERROR).recordException(cause);
        }
    }

    /** Begins the span of an append; null if nobody follows it. */
    static @Nullable Span append(@Nullable Tracing tracing, EventStream stream, int events) {
        if (tracing == null || current() == null) {
            return null;
        }
        return tracing.tracer
                .spanBuilder("append")
                .setAttribute(ACTOR, stream.persistenceId().encoded())
                .setAttribute(LANE, (long) stream.lane())
                .setAttribute(SEQUENCE_NUMBER, stream.lastSequenceNumber() + 1)
                .setAttribute(EVENTS, (long) events)
                .startSpan();
    }

    /** Begins to wait for the disk; null if nobody follows that. What it returns ends the span. */
    static @Nullable Recipient force(@Nullable Tracing tracing, EventStream stream) {
        if (tracing == null || current() == null) {
            return null;
        }
        return new Forced(tracing.tracer
                .spanBuilder("force")
                .setAttribute(LANE, (long) stream.lane())
                .setAttribute(POSITION, stream.lastPosition())
                .startSpan());
    }

    /**
     * An actor has been recovered. That is worth a span if somebody follows the message that it was recovered for, or the last event.
     *
     * @param waiting the span that the actor was wanted in; null if nobody follows that
     * @param lastEvent the traceparent in the metadata of the last event; null if there is none
     */
    void recovered(@Nullable SpanContext waiting, @Nullable String lastEvent, RecoveryReport report, long durationNs) {
        SpanContext last = lastEvent == null ? null : parse(lastEvent);
        boolean linked = last != null && last.isSampled();
        if (waiting == null && !linked) {
            return;
        }
        long endNs = TimeUnit.MILLISECONDS.toNanos(clock.epochMs());
        SpanBuilder builder = tracer.spanBuilder("recover")
                .setStartTimestamp(endNs - durationNs, TimeUnit.NANOSECONDS)
                .setAttribute(ACTOR, report.persistenceId().encoded())
                .setAttribute(EVENTS, report.eventsReplayed());
        if (waiting == null) {
            builder.setNoParent();
        } else {
            builder.setParent(with(waiting));
        }
        if (last != null && linked) {
            builder.addLink(last);
        }
        builder.startSpan().end(endNs, TimeUnit.NANOSECONDS);
    }

    /** Does something in a trace that has begun on another node; just does it if the traceparent is not understood, or not sampled. */
    @SuppressWarnings("try")
    void continued(String traceparent, String name, Runnable action) {
        SpanContext sender = parse(traceparent);
        if (sender == null || !sender.isSampled()) {
            action.run();
            return;
        }
        Span span = tracer.spanBuilder(name)
                .setSpanKind(SpanKind.SERVER)
                .setParent(with(sender))
                .startSpan();
        try (Scope scope = span.makeCurrent()) {
            action.run();
        } catch (RuntimeException e) {
            span.setStatus(StatusCode.ERROR).recordException(e);
            throw e;
        } finally {
            span.end();
        }
    }

    private SpanBuilder start(String verb, Object message, String actor) {
        Class<?> type = message.getClass();
        return tracer.spanBuilder(verb + " " + type.getSimpleName())
                .setAttribute(ACTOR, actor)
                .setAttribute(MESSAGE, type.getName());
    }

    private static Context with(SpanContext parent) {
        return Context.root().with(Span.wrap(parent));
    }

    static void end(Span span, @Nullable Throwable failure) {
        if (failure != null) {
            span.setStatus(StatusCode.ERROR).recordException(failure);
        }
        span.end();
    }

    static void end(Span span, boolean done) {
        if (!done) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
    }

    /** Returns a span as the header {@code traceparent} has it, version 00. The trace's state is not carried. */
    static String traceparent(SpanContext context) {
        return VERSION + "-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                + context.getTraceFlags().asHex();
    }

    /** Reads a header {@code traceparent}, of this version or a later one; null if it is not understood. */
    static @Nullable SpanContext parse(String traceparent) {
        boolean longer = traceparent.length() > TRACEPARENT_LENGTH;
        if (traceparent.length() < TRACEPARENT_LENGTH
                || traceparent.startsWith("ff")
                || (longer && (traceparent.startsWith(VERSION) || traceparent.charAt(TRACEPARENT_LENGTH) != '-'))
                || traceparent.charAt(TRACE_ID_START - 1) != '-'
                || traceparent.charAt(SPAN_ID_START - 1) != '-'
                || traceparent.charAt(FLAGS_START - 1) != '-') {
            return null;
        }
        String traceId = traceparent.substring(TRACE_ID_START, SPAN_ID_START - 1);
        String spanId = traceparent.substring(SPAN_ID_START, FLAGS_START - 1);
        String flags = traceparent.substring(FLAGS_START, TRACEPARENT_LENGTH);
        if (!TraceId.isValid(traceId) || !SpanId.isValid(spanId) || !flags.matches("[0-9a-f]{2}")) {
            return null;
        }
        return SpanContext.createFromRemoteParent(
                traceId, spanId, TraceFlags.fromHex(flags, 0), TraceState.getDefault());
    }

    /** Waits for the disk in front of a reply. */
    private record Forced(Span span) implements Recipient {
        @Override
        public void deliver(@Nullable Object message) {
            span.end();
        }

        @Override
        public void fail(ActorException cause) {
            end(span, cause);
        }
    }
}
