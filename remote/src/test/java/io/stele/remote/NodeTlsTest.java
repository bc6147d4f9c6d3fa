package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.runtime.ActorRef;
import io.stele.testkit.Fault;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that talk over TLS, and nodes that should not. */
final class NodeTlsTest {

    @TempDir
    private Path directory;

    @Test
    @Fault("F32")
    void shouldAskOverTls() {
        Certificates authority = new Certificates(directory);
        try (TwoNodes nodes = new TwoNodes(
                left -> left.tls(authority.options("left")), right -> right.tls(authority.options("right")))) {
            nodes.right.spawn("greeter", Bank.Greeter::new);
            ActorRef<Bank.Greet> greeter = nodes.left.actorFor("stele://right/actor/greeter");

            Bank.Greeting greeting = TwoNodes.await(
                    greeter.<Bank.Greeting>ask(replyTo -> new Bank.Greet("you", replyTo), Duration.ofSeconds(30)));

            assertThat(greeting).isEqualTo(new Bank.Greeting("Hello, you"));
        }
    }

    /** A good certificate, but of another node than the one that is dialled. */
    @Test
    @Fault("F32")
    void shouldNotTalkToAnotherNodeThanTheOneThatWasMeant() {
        Certificates authority = new Certificates(directory);
        try (TwoNodes nodes = new TwoNodes(
                left -> left.tls(authority.options("left")), right -> right.tls(authority.options("right")))) {
            nodes.leftNode.peer(
                    "other",
                    new Endpoint("127.0.0.1", nodes.rightNode.endpoint().port()));

            ActorRef<Bank.Note> other = nodes.left.actorFor("stele://other/actor/notes");
            assertThat(other.tell(new Bank.Note(1, 1))).isTrue();

            TwoNodes.eventually(
                    "problem is reported",
                    () -> nodes.leftNode.status().stream()
                            .filter(peer -> peer.node().equals("other"))
                            .flatMap(peer -> peer.streams().stream())
                            .anyMatch(stream -> stream.problem().contains("nodeIdExpected=other, nodeId=right")));
        }
    }

    @Test
    @Fault("F32")
    void shouldNotTalkToANodeWithoutTls() {
        Certificates authority = new Certificates(directory);
        try (TwoNodes nodes = new TwoNodes(left -> left.tls(authority.options("left")), right -> right)) {
            nodes.left.actorFor("stele://right/actor/greeter").tell(new Bank.Note(1, 1));

            TwoNodes.eventually(
                    "problem is reported",
                    () -> nodes.leftNode.status().stream()
                            .flatMap(peer -> peer.streams().stream())
                            .anyMatch(stream -> stream.problem().contains("TLS handshake has failed")));
            assertThat(nodes.rightNode.status()).noneMatch(peer -> peer.state() == PeerStatus.State.UP);
        }
    }

    @Test
    @Fault("F32")
    void shouldListenElsewhereThanOnLoopbackOnlyWithTls() {
        Certificates authority = new Certificates(directory);
        var system = TwoNodes.system();
        try {
            assertThatThrownBy(() -> RemoteNode.start(
                            system,
                            TwoNodes.options("left").listen("0.0.0.0", 0).build()))
                    .isInstanceOf(RemoteException.class)
                    .hasMessageContaining("without TLS");

            RemoteNode node = RemoteNode.start(
                    system,
                    TwoNodes.options("left")
                            .listen("0.0.0.0", 0)
                            .tls(authority.options("left"))
                            .build());

            assertThat(node.endpoint().port()).isPositive();
        } finally {
            system.close();
        }
    }
}
