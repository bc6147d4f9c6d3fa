package io.stele.remote;

import static io.stele.remote.TwoNodes.await;
import static io.stele.remote.TwoNodes.eventually;
import static io.stele.remote.TwoNodes.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.MailboxFullException;
import io.stele.runtime.routing.Router;
import io.stele.runtime.routing.Routing;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Peers that are away, gone, elsewhere, or have much to do. */
final class PeersTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static RemoteOptions.Builder quick(String node) {
        return TwoNodes.options(node)
                .heartbeat(Duration.ofMillis(50), Duration.ofSeconds(3), 8)
                .backoff(Duration.ofMillis(5), Duration.ofMillis(20));
    }

    /** Nobody listens there, for as long as the test takes: or so one may hope of ports. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static CompletionStage<Bank.Greeting> greet(ActorRef<Bank.Greet> greeter, String name) {
        return greeter.ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet(name, replyTo), TIMEOUT);
    }

    @Test
    void shouldNotKeepReliableAddressesThatNobodyHolds() {
        try (TwoNodes nodes = new TwoNodes()) {
            ActorRef<Object> keeper = nodes.left.actorFor("stele://right/actor/keeper");

            WeakReference<Object> dropped = new WeakReference<>(nodes.leftNode.reliable(keeper));

            eventually("it is collected", () -> {
                System.gc();
                return dropped.get() == null;
            });
        }
    }

    @Test
    void shouldCountWhatIsUnacknowledgedOnceItsAddressIsDropped() throws IOException {
        try (ActorSystem left = TwoNodes.system();
                RemoteNode node = RemoteNode.start(
                        left,
                        quick("left").peer("right", "127.0.0.1", freePort()).build())) {
            ActorRef<Object> keeper = left.actorFor("stele://right/actor/keeper");

            assertThat(node.reliable(keeper).tell(new Bank.Note(1, 1))).isTrue();
            assertThat(node.outbox("shop/1", keeper, upTo -> {}, number -> {}).send(1, new Bank.Note(2, 1)))
                    .isTrue();

            assertThat(node.status().get(0).unacknowledged()).isEqualTo(2);
        }
    }

    @Test
    void shouldTryEachWayToAPeer() throws IOException {
        try (ActorSystem right = TwoNodes.system();
                RemoteNode rightNode = RemoteNode.start(right, quick("right").build());
                ActorSystem left = TwoNodes.system();
                RemoteNode node = RemoteNode.start(
                        left,
                        quick("left")
                                .peer("right", "127.0.0.1", freePort())
                                .peer("right", "127.0.0.1", freePort())
                                .peer("right", "127.0.0.1", rightNode.endpoint().port())
                                .build())) {
            right.spawn("greeter", Bank.Greeter::new);

            assertThat(await(greet(left.actorFor("stele://right/actor/greeter"), "Ada")))
                    .isEqualTo(new Bank.Greeting("Hello, Ada"));
            assertThat(node.status().get(0).endpoint())
                    .isEqualTo(rightNode.endpoint().toString());
        }
    }

    @Test
    void shouldKeepMessagesForAPeerThatComesInTime() throws IOException {
        int port = freePort();
        Bank.Keeper keeper = new Bank.Keeper();
        try (ActorSystem left = TwoNodes.system();
                RemoteNode node = RemoteNode.start(
                        left,
                        quick("left")
                                .peer("right", "127.0.0.1", port)
                                .bufferFor(Duration.ofMinutes(10))
                                .lostAfter(Duration.ofMillis(100))
                                .build())) {
            ActorRef<Object> to = left.actorFor("stele://right/actor/keeper");
            for (int i = 0; i < 3; i++) {
                assertThat(to.tell(new Bank.Note(1, i))).isTrue();
            }
            eventually("it is lost", () -> node.status().get(0).state() == PeerStatus.State.LOST);

            try (ActorSystem right = TwoNodes.system()) {
                right.spawn("keeper", () -> keeper);
                RemoteNode.start(right, quick("right").listen("127.0.0.1", port).build());

                eventually("they have arrived", () -> keeper.kept.size() == 3);
                assertThat(keeper.kept).containsExactly(new Bank.Note(1, 0), new Bank.Note(1, 1), new Bank.Note(1, 2));
            }
        }
    }

    @Test
    void shouldMakeDeadLettersOfWhatHasWaitedForTooLong() throws IOException {
        try (ActorSystem left = TwoNodes.system();
                RemoteNode node = RemoteNode.start(
                        left,
                        quick("left")
                                .peer("right", "127.0.0.1", freePort())
                                .bufferFor(Duration.ofMillis(300))
                                .build())) {
            ActorRef<Object> to = left.actorFor("stele://right/actor/keeper");
            int taken = 0;
            while (taken < 3 && to.tell(new Bank.Note(1, taken))) {
                taken++;
            }
            int sent = taken;

            eventually("they are dead letters", () -> node.status().get(0).unsent() == sent);
            eventually("nothing more is taken", () -> !to.tell(new Bank.Note(1, 3)));
        }
    }

    @Test
    void shouldNotDialForEverWhoHasOnlyMadeItselfKnown() {
        ActorSystem right = TwoNodes.system();
        try (right) {
            RemoteNode rightNode = RemoteNode.start(
                    right,
                    quick("right")
                            .lostAfter(Duration.ofMillis(200))
                            .bufferFor(Duration.ofMillis(200))
                            .forgetAfter(Duration.ofMillis(400))
                            .build());
            int port;
            try (ActorSystem left = TwoNodes.system();
                    RemoteNode leftNode = RemoteNode.start(
                            left,
                            quick("left")
                                    .peer(
                                            "right",
                                            "127.0.0.1",
                                            rightNode.endpoint().port())
                                    .build())) {
                port = leftNode.endpoint().port();
                eventually("both have met", () -> isIn(rightNode, PeerStatus.State.UP));
            }

            eventually("it is given up", () -> isIn(rightNode, PeerStatus.State.IDLE));
            ActorRef<Object> again = rightNode.reliable(right.actorFor("stele://left/actor/keeper"));
            assertThat(again.tell(new Bank.Note(1, 1))).isTrue();
            eventually("it is tried for whom waits", () -> isIn(rightNode, PeerStatus.State.LOST));
            java.util.concurrent.locks.LockSupport.parkNanos(
                    1_000_000_000); // longer than it is dialled if nobody waits
            assertThat(isIn(rightNode, PeerStatus.State.LOST)).isTrue();

            Bank.Keeper keeper = new Bank.Keeper();
            try (ActorSystem left = TwoNodes.system()) {
                left.spawn("keeper", () -> keeper);
                RemoteNode.start(left, quick("left").listen("127.0.0.1", port).build());
                eventually("it has arrived", () -> keeper.kept.contains(new Bank.Note(1, 1)));
            }
        }
    }

    private static boolean isIn(RemoteNode node, PeerStatus.State state) {
        List<PeerStatus> peers = node.status();
        return !peers.isEmpty() && peers.get(0).state() == state;
    }

    @Test
    void shouldBoundAsksThatAreUnderWayAndShowTheBreaker() {
        CountDownLatch open = new CountDownLatch(1);
        try (TwoNodes nodes = new TwoNodes(options -> options.asksMax(2), options -> options)) {
            nodes.right.<Bank.Greet>spawn("slow", () -> (greet, context) -> {
                open.await();
                greet.replyTo().tell(new Bank.Greeting(greet.name()));
            });
            ActorRef<Bank.Greet> slow = nodes.left.actorFor("stele://right/actor/slow");

            var first = greet(slow, "first");
            var second = greet(slow, "second");
            assertThat(failure(greet(slow, "third"), MailboxFullException.class))
                    .hasMessageContaining("asksMax=2");
            open.countDown();
            await(first);
            await(second);
            eventually("others may ask", () -> {
                var fourth = greet(slow, "fourth").toCompletableFuture();
                return fourth.handle((greeting, failure) -> failure == null).join();
            });
            assertThat(nodes.leftNode.status().get(0).breaker()).isEqualTo("CLOSED");
        } finally {
            open.countDown();
        }
    }

    @Test
    void shouldShowThatABreakerIsOpen() {
        try (TwoNodes nodes = new TwoNodes()) {
            nodes.right.<Bank.Greet>spawn("silent", () -> (greet, context) -> {});
            ActorRef<Bank.Greet> silent = nodes.left.actorFor("stele://right/actor/silent");

            eventually("it opens", () -> {
                silent.ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo), Duration.ofMillis(20))
                        .handle((greeting, failure) -> true)
                        .toCompletableFuture()
                        .join();
                return nodes.leftNode.status().get(0).breaker().equals("OPEN");
            });
        }
    }

    @Test
    void shouldRouteToTheNodeThatHasLessToDo() {
        CountDownLatch open = new CountDownLatch(1);
        Bank.Keeper keeper = new Bank.Keeper();
        try (ActorSystem one = TwoNodes.system();
                ActorSystem other = TwoNodes.system();
                ActorSystem left = TwoNodes.system()) {
            RemoteNode oneNode = RemoteNode.start(one, quick("one").build());
            RemoteNode otherNode = RemoteNode.start(other, quick("other").build());
            RemoteNode node = RemoteNode.start(
                    left,
                    quick("left")
                            .peer("one", "127.0.0.1", oneNode.endpoint().port())
                            .peer("other", "127.0.0.1", otherNode.endpoint().port())
                            .build());
            one.<Object>spawn("worker", () -> (message, context) -> open.await());
            other.spawn("worker", () -> keeper);
            ActorRef<Object> busy = left.actorFor("stele://one/actor/worker");
            ActorRef<Object> idle = left.actorFor("stele://other/actor/worker");
            for (int i = 0; i < 100; i++) {
                assertThat(busy.tell(new Bank.Note(1, i))).isTrue();
            }
            eventually("its heartbeats say so", () -> node.status().get(0).load() > 50);

            Router<Object> workers = Router.of(Routing.leastLoaded(), List.of(busy, idle));
            for (int i = 0; i < 20; i++) {
                assertThat(workers.tell(new Bank.Note(2, i))).isTrue();
            }

            eventually("all have gone to the other", () -> keeper.kept.size() == 20);
        } finally {
            open.countDown();
        }
    }
}
