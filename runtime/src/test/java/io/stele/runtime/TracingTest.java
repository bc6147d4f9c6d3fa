package io.stele.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.stele.codec.RecordCodec;
import io.stele.spi.Clock;
import io.stele.spi.Durability;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemoryJournalOptions;
import io.stele.testkit.InMemorySnapshotStore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One trace leads from an ask through handler and journal to the reply, and from a stored event to those who replay it. */
@SuppressWarnings("try") // a scope is there to be open
final class TracingTest {
    private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
    private static final String SAMPLED = "00-" + TRACE_ID + "-b7ad6b7169203331-01";
    private static final int ROUNDS = 100_000;
    /** What the JVM may allocate on a thread by itself meanwhile; one object per round would be 16 times that. */
    private static final long ALLOCATED_BYTES_MAX = 100_000;

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    private final Tracer tracer = sdk.getTracer("test");
    private InMemoryJournal journal = InMemoryJournal.open(
            InMemoryJournalOptions.standard().withSyncMode(InMemoryJournalOptions.SyncMode.OWN_THREAD));
    private ActorSystem system = start();

    private ActorSystem start() {
        return ActorSystem.builder()
                .journal(journal)
                .snapshots(InMemorySnapshotStore.open())
                .codec(RecordCodec.of())
                .workerCount(2)
                .closeTimeout(Duration.ofMillis(500))
                .tracing(sdk)
                .build();
    }

    @AfterEach
    void close() {
        system.close();
        sdk.close();
    }

    private EntityRef ledger() {
        return system.entity(Ledger.class, "1");
    }

    /** Asks in a span of its own, and returns that span. */
    private Span traced(Supplier<CompletionStage<?>> action) {
        Span span = tracer.spanBuilder("request").startSpan();
        try (Scope scope = span.makeCurrent()) {
            World.await(action.get());
        } finally {
            span.end();
        }
        return span;
    }

    private SpanData finished(String name) {
        World.eventually(
                "span has ended: " + name,
                () -> exporter.getFinishedSpanItems().stream()
                        .anyMatch(span -> span.getName().equals(name)));
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<@Nullable String> storedTraces() {
        List<@Nullable String> traces = new ArrayList<>();
        PersistenceId id = new PersistenceId("ledger", "1");
        journal.replay(
                id,
                1,
                Long.MAX_VALUE,
                event -> traces.add(RecordMetadata.findText(event.metadata(), RecordMetadata.TRACE_CONTEXT)));
        return traces;
    }

    @Test
    void shouldLeadFromTheAskToTheReplyInOneTrace() {
        Span request = traced(() -> ledger().ask(new Ledger.Add(7)));

        SpanData ask = finished("ask Add");
        SpanData handle = finished("handle Add");
        SpanData append = finished("append");
        SpanData force = finished("force");
        String traceId = request.getSpanContext().getTraceId();
        assertThat(List.of(ask, handle, append, force))
                .allSatisfy(span -> assertThat(span.getTraceId()).isEqualTo(traceId));
        assertThat(ask.getParentSpanId()).isEqualTo(request.getSpanContext().getSpanId());
        assertThat(handle.getParentSpanId()).isEqualTo(ask.getSpanId());
        assertThat(append.getParentSpanId()).isEqualTo(handle.getSpanId());
        assertThat(force.getParentSpanId()).isEqualTo(handle.getSpanId());
        assertThat(exporter.getFinishedSpanItems())
                .as("no reply before the disk")
                .extracting(SpanData::getName)
                .containsSubsequence("append", "force", "ask Add");
        assertThat(handle.getAttributes().asMap().values()).contains("ledger/1", Ledger.Add.class.getName());
        assertThat(finished("recover").getParentSpanId()).as("for that ask").isEqualTo(ask.getSpanId());
    }

    @Test
    void shouldFindTheTraceAgainAfterACrash() {
        traced(() -> ledger().ask(new Ledger.Add(7)));
        SpanData append = finished("append");
        ActorSystem before = system;
        journal = journal.crash(Durability.POWER_LOSS);
        exporter.reset();
        system = start();
        before.close();

        assertThat(World.await(ledger().ask(new Ledger.Get())).sum()).isEqualTo(7);

        SpanData recover = finished("recover");
        assertThat(recover.getLinks()).singleElement().satisfies(link -> {
            assertThat(link.getSpanContext().getTraceId()).isEqualTo(append.getTraceId());
            assertThat(link.getSpanContext().getSpanId()).isEqualTo(append.getSpanId());
        });
        assertThat(storedTraces()).containsExactly(Tracing.traceparent(append.getSpanContext()));
    }

    @Test
    void shouldGoOnWithWhatWasStashedOrWaited() {
        World.await(ledger().ask(new Ledger.Hold(true)));
        CompletableFuture<Long> amount = new CompletableFuture<>();
        Span request = tracer.spanBuilder("request").startSpan();
        CompletionStage<?> held;
        CompletionStage<?> later;
        try (Scope scope = request.makeCurrent()) {
            held = ledger().ask(new Ledger.WhenFree(1));
        }
        World.await(ledger().ask(new Ledger.Hold(false)));
        World.await(held);
        try (Scope scope = request.makeCurrent()) {
            later = ledger().ask(new Ledger.AddLater(amount));
        }
        amount.complete(2L);
        World.await(later);
        request.end();

        String traceId = request.getSpanContext().getTraceId();
        assertThat(storedTraces()).hasSize(4);
        assertThat(storedTraces().get(0)).as("nobody followed it").isNull();
        assertThat(storedTraces().get(2)).contains(traceId);
        assertThat(storedTraces().get(3)).contains(traceId);
    }

    @Test
    void shouldSayWhatFailed() {
        Span request = tracer.spanBuilder("request").startSpan();
        try (Scope scope = request.makeCurrent()) {
            World.failure(ledger().ask(new Ledger.Explode()), ActorFailedException.class);
        } finally {
            request.end();
        }

        assertThat(finished("handle Explode").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(finished("ask Explode").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }

    @Test
    void shouldCarryTheTraceFromActorToActor() {
        ActorRef<String> last = system.spawn("last", () -> (message, context) -> {});
        ActorRef<String> first = system.spawn("first", () -> (message, context) -> last.tell(message));

        Span request = tracer.spanBuilder("request").startSpan();
        try (Scope scope = request.makeCurrent()) {
            first.tell("hello");
        } finally {
            request.end();
        }

        World.eventually(
                "both have handled it",
                () -> exporter.getFinishedSpanItems().stream()
                                .filter(span -> span.getName().equals("handle String"))
                                .count()
                        == 2);
        assertThat(exporter.getFinishedSpanItems())
                .extracting(SpanData::getTraceId)
                .containsOnly(request.getSpanContext().getTraceId());
    }

    @Test
    void shouldContinueWhatHasBegunOnAnotherNode() {
        Gateway gateway = Gateway.open(system, new Nowhere());
        List<@Nullable String> inside = new ArrayList<>();

        assertThat(gateway.traceparent()).isNull();
        gateway.inTrace(SAMPLED, "receive", () -> inside.add(gateway.traceparent()));
        gateway.inTrace("nonsense", "receive", () -> inside.add(gateway.traceparent()));

        SpanData receive = finished("receive");
        assertThat(receive.getTraceId()).isEqualTo(TRACE_ID);
        assertThat(receive.getParentSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(inside).containsExactly(Tracing.traceparent(receive.getSpanContext()), null);
    }

    @Test
    void shouldCostAnUnsampledMessageNoAllocation() {
        Tracing tracing = new Tracing(sdk, Clock.system());
        Object message = "message";
        SpanContext unsampled =
                SpanContext.create(TRACE_ID, "b7ad6b7169203331", TraceFlags.getDefault(), TraceState.getDefault());

        try (Scope scope = Span.wrap(unsampled).makeCurrent()) {
            assertThat(allocatedBy(() -> tracing.carry(message))).isLessThan(ALLOCATED_BYTES_MAX);
            assertThat(tracing.carry(message)).isSameAs(message);
            World.await(ledger().ask(new Ledger.Add(1)));
        }
        assertThat(allocatedBy(() -> tracing.carry(message))).isLessThan(ALLOCATED_BYTES_MAX);
        assertThat(exporter.getFinishedSpanItems()).isEmpty();
        assertThat(storedTraces()).containsExactly((String) null);
    }

    private static long allocatedBy(Runnable action) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        action.run();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            action.run();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void shouldReadWhatItWrites() {
        SpanContext context = Tracing.parse(SAMPLED);

        assertThat(context)
                .isNotNull()
                .satisfies(parsed -> assertThat(Tracing.traceparent(parsed)).isEqualTo(SAMPLED));
        assertThat(Tracing.parse("01" + SAMPLED.substring(2) + "-more")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-zz",
                "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01"
            })
    void shouldTakeNothingElseForATrace(String traceparent) {
        assertThat(Tracing.parse(traceparent)).isNull();
    }

    /** A network without other nodes. */
    private static final class Nowhere implements Network {
        @Override
        public String node() {
            return "here";
        }

        @Override
        public ActorRef<?> actor(ActorAddress address) {
            throw new IllegalArgumentException("nobody: " + address);
        }

        @Override
        public EntityRef entity(ActorAddress address) {
            throw new IllegalArgumentException("nobody: " + address);
        }
    }
}
