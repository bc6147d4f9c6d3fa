package io.stele.benchmarks;

import com.sun.management.ThreadMXBean;
import io.stele.load.RemoteLoad;
import io.stele.load.RemoteSubject;
import io.stele.remote.PeerStatus;
import io.stele.remote.RemoteNode;
import io.stele.remote.RemoteOptions;
import io.stele.remote.TlsOptions;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A node of Stele, as the loads between two JVMs see it. */
public final class SteleRemoteSubject implements RemoteSubject {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final byte[] BYTES = new byte[PAYLOAD_BYTES];
    private static final Payload PAYLOAD = new Payload(BYTES);

    private final ActorSystem system = ActorSystem.builder().build();
    private final @Nullable Path certificates;
    private @Nullable RemoteNode node;
    private @Nullable ActorRef<Object> counting;
    private @Nullable ActorRef<Object> reliable;
    private @Nullable ActorRef<Question> echo;

    record Payload(byte[] bytes) {}

    record Hello(ActorRef<Report> reportTo) {}

    record Report(long count, long allocatedBytes) {}

    record Question(byte[] bytes, ActorRef<Payload> replyTo) {}

    private SteleRemoteSubject() {
        String directory = System.getProperty("stele.certificates");
        certificates = directory == null ? null : Path.of(directory);
    }

    /** Serves or runs one load: see {@link RemoteLoad#main}. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        RemoteLoad.main(SteleRemoteSubject::new, arguments);
        System.exit(0);
    }

    private RemoteOptions.Builder options(String id) {
        RemoteOptions.Builder options = RemoteOptions.builder(id)
                .messages(Payload.class, Hello.class, Report.class, Question.class)
                .queueCapacity(1 << 15);
        return certificates == null
                ? options
                : options.tls(TlsOptions.of(
                        certificates.resolve(id + ".crt"),
                        certificates.resolve(id + ".key"),
                        certificates.resolve("authorities.crt")));
    }

    @Override
    public int serve() {
        system.spawn("counting", Counting::new);
        system.<Question>spawn(
                "echo", () -> (question, context) -> question.replyTo().tell(new Payload(question.bytes())));
        RemoteNode started = RemoteNode.start(system, options("server").build());
        node = started;
        return started.endpoint().port();
    }

    @Override
    public void connect(int port, OnReport onReport) throws InterruptedException {
        node = RemoteNode.start(
                system, options("client").peer("server", "127.0.0.1", port).build());
        CountDownLatch answered = new CountDownLatch(1);
        ActorRef<Report> reports = system.spawn("reports", () -> (report, context) -> {
            onReport.onReport(report.count(), report.allocatedBytes());
            answered.countDown();
        });
        counting = system.actorFor("stele://server/actor/counting");
        echo = system.actorFor("stele://server/actor/echo");
        while (!counting().tell(new Hello(reports))) {
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
        if (!answered.await(30, java.util.concurrent.TimeUnit.SECONDS)) {
            throw new IllegalStateException("other node has not answered within 30 s");
        }
        reliable = node.reliable(counting());
    }

    private ActorRef<Object> counting() {
        return Objects.requireNonNull(counting, "not connected");
    }

    @Override
    public boolean tell() {
        return counting().tell(PAYLOAD);
    }

    @Override
    public boolean tellReliably() {
        return Objects.requireNonNull(reliable, "not connected").tell(PAYLOAD);
    }

    @Override
    public void ask(Runnable onReply) {
        var unused = Objects.requireNonNull(echo, "not connected")
                .<Payload>ask(replyTo -> new Question(BYTES, replyTo), TIMEOUT)
                .whenComplete((reply, failure) -> {
                    if (failure != null) {
                        throw new IllegalStateException("ask has failed", failure);
                    }
                    onReply.run();
                });
    }

    @Override
    public boolean isConnected() {
        return Objects.requireNonNull(node, "not connected").status().stream()
                .anyMatch(peer -> peer.node().equals("server") && peer.state() != PeerStatus.State.LOST);
    }

    @Override
    public void close() {
        system.close();
    }

    /** Counts, and reports now and then. */
    private static final class Counting implements io.stele.runtime.Actor<Object> {
        private long count;
        private @Nullable ActorRef<Report> reportTo;

        @Override
        public void onMessage(Object message, io.stele.runtime.Context<Object> context) {
            if (message instanceof Hello hello) {
                count = 0;
                reportTo = hello.reportTo();
                report();
            } else if (++count % REPORT_EVERY == 0) {
                report();
            }
        }

        private void report() {
            if (reportTo != null && !reportTo.tell(new Report(count, allocatedBytes()))) {
                throw new IllegalStateException("report was not taken: count=" + count);
            }
        }

        private static long allocatedBytes() {
            long sum = 0;
            for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
                sum += Math.max(0, bytes);
            }
            return sum;
        }
    }
}
