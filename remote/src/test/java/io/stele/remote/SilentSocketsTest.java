package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.stele.runtime.ActorRef;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ten thousand connections of which nothing comes, or half a frame. */
final class SilentSocketsTest {
    private static final int COUNT = 10_000;
    private static final long HEAP_BYTES_MAX = 64 << 20;

    @Test
    @Fault("F30")
    void shouldServeOthersBesideSocketsThatSayNothing() throws IOException {
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        assumeTrue(
                system.getMaxFileDescriptorCount() >= COUNT + 4_000,
                "not enough file descriptors: max=" + system.getMaxFileDescriptorCount());
        List<SocketChannel> silent = new ArrayList<>();
        try (TwoNodes nodes = new TwoNodes()) {
            nodes.right.spawn("greeter", Bank.Greeter::new);
            ActorRef<Bank.Greet> greeter = nodes.left.actorFor("stele://right/actor/greeter");
            TwoNodes.await(greet(greeter));
            long heapBefore = usedHeapBytes();

            InetSocketAddress right = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), nodes.rightNode.endpoint().port());
            for (int i = 0; i < COUNT; i++) {
                SocketChannel socket = SocketChannel.open(right);
                silent.add(socket);
                if (i % 2 == 0) {
                    sayHalf(socket);
                }
                if (i % 1_000 == 0) {
                    TwoNodes.await(greet(greeter));
                }
            }

            assertThat(TwoNodes.await(greet(greeter))).isEqualTo(new Bank.Greeting("Hello, you"));
            assertThat(usedHeapBytes() - heapBefore).as("heap that is kept").isLessThan(HEAP_BYTES_MAX);
            for (SocketChannel socket : silent) {
                socket.configureBlocking(false);
            }
            List<SocketChannel> open = new ArrayList<>(silent);
            long startNs = System.nanoTime();
            while (!open.isEmpty()) {
                open.removeIf(SilentSocketsTest::isClosedByTheOtherEnd);
                assertThat(System.nanoTime() - startNs)
                        .as("some were not closed: count=%d", open.size())
                        .isLessThan(TwoNodes.PATIENCE.toNanos());
            }
            assertThat(TwoNodes.await(greet(greeter))).isEqualTo(new Bank.Greeting("Hello, you"));
        } finally {
            for (SocketChannel socket : silent) {
                socket.close();
            }
        }
    }

    private static java.util.concurrent.CompletionStage<Bank.Greeting> greet(ActorRef<Bank.Greet> greeter) {
        return greeter.ask(replyTo -> new Bank.Greet("you", replyTo), Duration.ofSeconds(30));
    }

    /** The length of a frame as large as a stranger may send, and no more. */
    private static void sayHalf(SocketChannel socket) {
        try {
            socket.write(
                    ByteBuffer.allocate(6).putInt(60_000).putShort((short) 0).flip());
        } catch (IOException e) {
            assertThat(e).as("closed at once").isNotNull();
        }
    }

    private static boolean isClosedByTheOtherEnd(SocketChannel socket) {
        try {
            return socket.read(ByteBuffer.allocate(1 << 10)) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    private static long usedHeapBytes() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(
                    used,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return used;
    }
}
