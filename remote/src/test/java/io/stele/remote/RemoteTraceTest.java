package io.stele.remote;

import static io.stele.remote.TwoNodes.await;
import static io.stele.remote.TwoNodes.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.stele.codec.RecordCodec;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemorySnapshotStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A trace goes on where its messages go. */
@SuppressWarnings("try") // a scope is there to be open
final class RemoteTraceTest {

    private static ActorSystem system(OpenTelemetrySdk sdk) {
        ActorSystem system = ActorSystem.builder()
                .journal(InMemoryJournal.open())
                .snapshots(InMemorySnapshotStore.open())
                .codec(RecordCodec.of())
                .workerCount(2)
                .closeTimeout(Duration.ofMillis(500))
                .tracing(sdk)
                .build();
        system.register(new Bank.Account());
        return system;
    }

    private static OpenTelemetrySdk sdk(InMemorySpanExporter exporter) {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                        .build())
                .build();
    }

    @Test
    void shouldGoOnOverThere() {
        InMemorySpanExporter here = InMemorySpanExporter.create();
        InMemorySpanExporter there = InMemorySpanExporter.create();
        try (OpenTelemetrySdk hereSdk = sdk(here);
                OpenTelemetrySdk thereSdk = sdk(there);
                ActorSystem right = system(thereSdk);
                ActorSystem left = system(hereSdk)) {
            Bank.Keeper keeper = new Bank.Keeper();
            right.spawn("keeper", () -> keeper);
            RemoteNode rightNode =
                    RemoteNode.start(right, TwoNodes.options("right").build());
            RemoteNode leftNode = RemoteNode.start(
                    left,
                    TwoNodes.options("left")
                            .peer("right", "127.0.0.1", rightNode.endpoint().port())
                            .build());
            Tracer tracer = hereSdk.getTracer("test");
            ActorRef<Object> far = left.actorFor("stele://right/actor/keeper");

            far.tell(new Bank.Note(1, 0));
            eventually("the first has arrived", () -> keeper.kept.size() == 1);
            assertThat(there.getFinishedSpanItems()).as("nobody traces it").isEmpty();
            Span span = tracer.spanBuilder("request").startSpan();
            try (Scope scope = span.makeCurrent()) {
                far.tell(new Bank.Note(1, 1));
                leftNode.reliable(far).tell(new Bank.Note(1, 2));
                await(left.entityFor("stele://right/entity/account/1").ask(new Bank.Deposit(1, "a")));
            } finally {
                span.end();
            }

            String traceId = span.getSpanContext().getTraceId();
            eventually(
                    "three messages are received in the trace",
                    () -> there.getFinishedSpanItems().stream()
                                    .filter(received -> received.getName().equals("receive"))
                                    .count()
                            == 3);
            assertThat(there.getFinishedSpanItems())
                    .allMatch(received -> received.getTraceId().equals(traceId));
            assertThat(there.getFinishedSpanItems()).hasSizeGreaterThan(3); // the account's, too
        }
    }

    @Test
    void shouldKeepEveryBitOfATrace() {
        String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        ByteBuf frame = Unpooled.buffer();

        Frames.writeTrace(frame, traceparent);

        assertThat(frame.readableBytes()).isEqualTo(Frames.TRACE_BYTES);
        assertThat(Frames.readTrace(frame)).isEqualTo(traceparent);
    }
}
