package io.stele.remote;

import static io.stele.remote.TwoNodes.await;
import static io.stele.remote.TwoNodes.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.ActorRef;
import io.stele.testkit.Fault;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whoever connects may send anything. */
final class HostilePeerTest {

    private static Socket connect(TwoNodes nodes) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), nodes.rightNode.endpoint().port());
        socket.setSoTimeout((int) TwoNodes.PATIENCE.toMillis());
        return socket;
    }

    /** Reads to the end; fails if there is none. */
    private static void awaitEnd(Socket socket) throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {}
        } catch (java.net.SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    private static void assertServes(TwoNodes nodes) {
        ActorRef<Bank.Greet> greeter = nodes.left.actorFor("stele://right/actor/greeter");
        var greeting = greeter.ask(
                (ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo), Duration.ofSeconds(20));
        assertThat(await(greeting)).isEqualTo(new Bank.Greeting("Hello, Ada"));
    }

    @Test
    @Fault({"F28", "F30"})
    void shouldCloseConnectionsThatMakeNoSense() throws Exception {
        try (TwoNodes nodes = new TwoNodes()) {
            nodes.right.spawn("greeter", Bank.Greeter::new);
            SplittableRandom random = new SplittableRandom(7);
            int[] lengths = {Integer.MAX_VALUE, -1, 0, 5, (64 << 10) + 1};
            for (int length : lengths) {
                try (Socket socket = connect(nodes)) {
                    new DataOutputStream(socket.getOutputStream()).writeInt(length);
                    awaitEnd(socket);
                }
            }
            for (int i = 0; i < 50; i++) {
                byte[] garbage = new byte[6 + random.nextInt(200)];
                random.nextBytes(garbage);
                try (Socket socket = connect(nodes)) {
                    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                    out.writeInt(garbage.length);
                    out.write(garbage);
                    awaitEnd(socket);
                }
            }
            try (Socket socket = connect(nodes)) { // goes away in the middle of a frame
                new DataOutputStream(socket.getOutputStream()).writeInt(1_000);
                socket.setSoLinger(true, 0);
            }

            assertServes(nodes);
            assertThat(nodes.rightNode.hostileCount()).isGreaterThanOrEqualTo(50);
        }
    }

    @Test
    @Fault({"F26", "F30"})
    void shouldEndConnectionsThatNeverMakeThemselvesKnownAndAdmitSoManyOnly() throws Exception {
        try (TwoNodes nodes = new TwoNodes(
                options -> options,
                options -> options.strangersMax(32).timeouts(Duration.ofSeconds(2), Duration.ofSeconds(1)))) {
            nodes.right.spawn("greeter", Bank.Greeter::new);
            assertServes(nodes);
            List<Socket> silent = new ArrayList<>();
            try {
                for (int i = 0; i < 200; i++) {
                    silent.add(connect(nodes));
                }
                for (Socket socket : silent) {
                    awaitEnd(socket);
                }
            } finally {
                for (Socket socket : silent) {
                    socket.close();
                }
            }

            assertServes(nodes);
        }
    }

    @Test
    void shouldComeBackAfterItsConnectionsAreCut() {
        try (TwoNodes nodes = new TwoNodes()) {
            Bank.Keeper keeper = new Bank.Keeper();
            nodes.right.spawn("keeper", () -> keeper);
            ActorRef<Object> remote = nodes.leftNode.reliable(nodes.left.actorFor("stele://right/actor/keeper"));

            List<Object> sent = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                Bank.Note note = new Bank.Note(1, i);
                eventually("taken", () -> remote.tell(note));
                sent.add(note);
                if (i % 100 == 50) {
                    nodes.leftNode.association("right").cut(StreamKind.ORDINARY);
                }
                if (i % 500 == 250) {
                    nodes.leftNode.association("right").cut(StreamKind.CONTROL);
                }
            }

            eventually("all have arrived", () -> keeper.kept.size() >= sent.size());
            assertThat(keeper.kept).containsExactlyElementsOf(sent);
        }
    }
}
