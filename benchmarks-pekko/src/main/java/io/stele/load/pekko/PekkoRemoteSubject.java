package io.stele.load.pekko;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.stele.load.RemoteLoad;
import io.stele.load.RemoteSubject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SpawnProtocol;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * A node of Apache Pekko with Artery over TCP, set as its documentation names for speed: one lane each way, a queue of 65,536 outbound
 * messages, a serialiser by hand into its own buffers, a fork-join dispatcher with one thread per processor and a throughput of 100.
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public final class PekkoRemoteSubject implements RemoteSubject {
    private static final byte[] BYTES = new byte[PAYLOAD_BYTES];
    private static final long PATIENCE_S = 30;

    private final AtomicInteger askCount = new AtomicInteger();
    private final ConcurrentHashMap<Integer, Runnable> asks = new ConcurrentHashMap<>();
    private @Nullable ActorSystem<SpawnProtocol.Command> system;
    private @Nullable ActorRef<Object> counting;
    private @Nullable ActorRef<Object> echo;
    private @Nullable ActorRef<Object> own;

    /** What travels. */
    sealed interface Message permits Payload, Hello, Report, Question, Answer {}

    record Payload(byte[] bytes) implements Message {}

    record Hello(ActorRef<Object> reportTo) implements Message {}

    record Report(long count) implements Message {}

    record Question(int number, byte[] bytes, ActorRef<Object> replyTo) implements Message {}

    record Answer(int number, byte[] bytes) implements Message {}

    private PekkoRemoteSubject() {}

    /** Serves or runs one load: see {@link RemoteLoad#main}. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        RemoteLoad.main(PekkoRemoteSubject::new, arguments);
        Runtime.getRuntime().halt(0); // Pekko's own shutdown takes seconds
    }

    private static Config config(int port) {
        int processors = Runtime.getRuntime().availableProcessors();
        return ConfigFactory.parseString("""
                pekko { loglevel = ERROR, stdout-loglevel = ERROR, log-dead-letters = off
                  actor { provider = remote
                    serializers.wire = "io.stele.load.pekko.WireSerializer"
                    serialization-bindings { "io.stele.load.pekko.PekkoRemoteSubject$Message" = wire }
                    default-dispatcher { throughput = 100, executor = fork-join-executor
                      fork-join-executor { parallelism-min = %d, parallelism-factor = 1.0, parallelism-max = %d } } }
                  remote { use-unsafe-remote-features-outside-cluster = on, warn-unsafe-watch-outside-cluster = off
                    artery { transport = tcp, canonical { hostname = "127.0.0.1", port = %d }
                      advanced { outbound-message-queue-size = 65536, inbound-lanes = 1, outbound-lanes = 1 } } } }
                """.formatted(processors, processors, port))
                .withFallback(ConfigFactory.load());
    }

    private ActorSystem<SpawnProtocol.Command> start() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ActorSystem<SpawnProtocol.Command> started =
                ActorSystem.create(Behaviors.setup(context -> SpawnProtocol.create()), "load", config(port));
        system = started;
        return started;
    }

    private static ActorRef<Object> spawn(
            ActorSystem<SpawnProtocol.Command> system,
            org.apache.pekko.actor.typed.Behavior<Object> behavior,
            String name) {
        return AskPattern.<SpawnProtocol.Command, ActorRef<Object>>ask(
                        system,
                        replyTo -> new SpawnProtocol.Spawn<>(behavior, name, Props.empty(), replyTo),
                        java.time.Duration.ofSeconds(PATIENCE_S),
                        system.scheduler())
                .toCompletableFuture()
                .join();
    }

    @Override
    public int serve() throws IOException {
        ActorSystem<SpawnProtocol.Command> started = start();
        spawn(started, Behaviors.setup(context -> counting()), "counting");
        spawn(
                started,
                Behaviors.receiveMessage(message -> {
                    Question question = (Question) message;
                    question.replyTo().tell(new Answer(question.number(), question.bytes()));
                    return Behaviors.same();
                }),
                "echo");
        return started.address().getPort().get();
    }

    private static org.apache.pekko.actor.typed.Behavior<Object> counting() {
        long[] count = new long[1];
        Object[] reportTo = new Object[1];
        return Behaviors.receiveMessage(message -> {
            if (message instanceof Hello hello) {
                count[0] = 0;
                reportTo[0] = hello.reportTo();
                hello.reportTo().tell(new Report(0));
            } else if (++count[0] % REPORT_EVERY == 0) {
                report(reportTo[0], count[0]);
            }
            return Behaviors.same();
        });
    }

    @SuppressWarnings("unchecked")
    private static void report(Object reportTo, long count) {
        ((ActorRef<Object>) reportTo).tell(new Report(count));
    }

    @Override
    public void connect(int port, OnReport onReport) throws IOException, InterruptedException {
        ActorSystem<SpawnProtocol.Command> started = start();
        CountDownLatch answered = new CountDownLatch(1);
        own = spawn(
                started,
                Behaviors.receiveMessage(message -> {
                    if (message instanceof Answer answer) {
                        Runnable onReply = asks.remove(answer.number());
                        if (onReply != null) {
                            onReply.run();
                        }
                    } else {
                        onReport.onReport(((Report) message).count(), 0);
                        answered.countDown();
                    }
                    return Behaviors.same();
                }),
                "own");
        ActorRefResolver resolver = ActorRefResolver.get(started);
        counting = resolver.resolveActorRef("pekko://load@127.0.0.1:" + port + "/user/counting");
        echo = resolver.resolveActorRef("pekko://load@127.0.0.1:" + port + "/user/echo");
        counting.tell(new Hello(own));
        if (!answered.await(PATIENCE_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("other node has not answered within " + PATIENCE_S + " s");
        }
    }

    @Override
    public boolean tell() {
        Objects.requireNonNull(counting, "not connected").tell(new Payload(BYTES));
        return true;
    }

    @Override
    public void ask(Runnable onReply) {
        int number = askCount.incrementAndGet();
        asks.put(number, onReply);
        Objects.requireNonNull(echo, "not connected")
                .tell(new Question(number, BYTES, Objects.requireNonNull(own, "not connected")));
    }

    @Override
    public void close() {
        ActorSystem<SpawnProtocol.Command> started = system;
        if (started != null) {
            started.terminate();
        }
    }
}
