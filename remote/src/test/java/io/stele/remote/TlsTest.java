package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.X509Bundle;
import io.stele.spi.Clock;
import io.stele.testkit.Fault;
import io.stele.testkit.ManualClock;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handshakes between nodes, and with whoever is none. A refused one shows not a byte to what is behind the gate. */
@SuppressWarnings("FutureReturnValueIgnored") // what became of a write or a close is seen at the other end
final class TlsTest {

    @TempDir
    private Path directory;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final AtomicInteger bytesSeen = new AtomicInteger();
    private Certificates authority;

    @BeforeEach
    void makeAuthority() {
        authority = new Certificates(directory);
    }

    @AfterEach
    void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    @Fault("F32")
    void shouldConnectNodesOfOneAuthority() {
        assertThat(dial(authority.options("b"), authority.options("a"), "b"))
                .isEqualTo("b says hello to a over TLSv1.3");
    }

    @Test
    @Fault("F32")
    void shouldRefuseAnExpiredCertificate() {
        TlsOptions expired = authority.options(authority.bundle(
                "x",
                builder -> builder.notBefore(Instant.now().minusSeconds(7_200))
                        .notAfter(Instant.now().minusSeconds(3_600))));

        assertRefused(dial(expired, authority.options("a"), null));
        assertRefused(dial(authority.options("b"), expired, null));
    }

    @Test
    @Fault("F32")
    void shouldRefuseACertificateOfAnotherAuthority() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        TlsOptions theirs = new Certificates(elsewhere).options("x");
        TlsOptions stranger = TlsOptions.of(theirs.certificateChain(), theirs.privateKey(), authority.authorityFile());

        assertRefused(dial(stranger, authority.options("a"), null));
        assertRefused(dial(authority.options("b"), stranger, null));
    }

    @Test
    @Fault("F32")
    void shouldRefuseASelfSignedCertificate() throws Exception {
        TlsOptions own = authority.options(
                Certificates.builder("x").setIsCertificateAuthority(true).buildSelfSigned());

        assertRefused(dial(own, authority.options("a"), null));
        assertRefused(dial(authority.options("b"), own, null));
    }

    @Test
    @Fault("F32")
    void shouldRefuseACertificateForAnotherHost() {
        X509Bundle bundle = elsewhere("b");

        assertRefused(dial(authority.options(bundle), authority.options("a"), null));
        assertRefused(dial(authority.options("b"), authority.options(elsewhere("a")), null));
        assertThat(dial(authority.options("b").withoutClientAddressCheck(), authority.options(elsewhere("a")), "b"))
                .contains("says hello");
    }

    private X509Bundle elsewhere(String node) {
        try {
            return new io.netty.pkitesting.CertificateBuilder()
                    .ecp256()
                    .subject("CN=" + node)
                    .addSanUriName("stele://" + node)
                    .addSanIpAddress("192.0.2.1")
                    .buildIssuedBy(authority.authority());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @Fault("F32")
    void shouldRefuseAnotherNodeThanExpected() {
        assertThat(dial(authority.options("b"), authority.options("a"), "c"))
                .contains("another node has answered", "nodeIdExpected=c", "nodeId=b");
        assertThat(bytesSeen.get()).isZero();
    }

    @Test
    @Fault("F32")
    void shouldRefuseACertificateThatNamesNoNodeOrTwo() throws Exception {
        SSLContext nobody = context(new io.netty.pkitesting.CertificateBuilder()
                .ecp256()
                .subject("CN=nobody")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority.authority()));
        SSLContext both =
                context(authority.bundle("x", builder -> builder.addSanUriName(java.net.URI.create("stele://y"))));
        try (Node server = new Node(authority.options("b"))) {
            assertThat(talk(nobody, server.port(), "TLSv1.3")).isEqualTo("closed");
            assertThat(talk(both, server.port(), "TLSv1.3")).isEqualTo("closed");
            assertThat(bytesSeen.get()).isZero();
            assertThat(talk(context(authority.bundle("x", builder -> builder)), server.port(), "TLSv1.3"))
                    .isEqualTo("hello from b");
        }
    }

    @Test
    @Fault("F32")
    void shouldNotStartWithTheCertificateOfAnotherNode() {
        TlsOptions options = authority.options("a");

        assertThatThrownBy(() -> Tls.open(options, "b", Clock.system()))
                .isInstanceOf(RemoteException.class)
                .hasMessageContaining("nodeId=b, certificateNodeId=a");
        assertThatThrownBy(() -> Tls.open(
                        TlsOptions.of(directory.resolve("none.crt"), options.privateKey(), options.authorities()),
                        "a",
                        Clock.system()))
                .isInstanceOf(RemoteException.class)
                .hasMessageContaining("none.crt");
    }

    @Test
    @Fault("F32")
    void shouldTakeTls12OnlyWhereItIsAllowed() throws Exception {
        SSLContext client = context(authority.bundle("a", builder -> builder));
        try (Node strict = new Node(authority.options("b"));
                Node lenient = new Node(authority.options("b").withTls12())) {
            assertThat(talk(client, strict.port(), "TLSv1.2")).isEqualTo("closed");
            assertThat(bytesSeen.get()).isZero();
            assertThat(talk(client, lenient.port(), "TLSv1.2")).isEqualTo("hello from b");
        }
    }

    /** A ClientHello of TLS 1.1, byte by byte, because no JDK sends one any more. */
    @Test
    @Fault("F32")
    void shouldRefuseTls11EvenWhereTls12IsAllowed() throws Exception {
        byte[] hello = HexFormat.of()
                .parseHex("160301002f" + "0100002b" + "0302" + "00".repeat(32) + "00" + "0004c013002f" + "0100");
        try (Node server = new Node(authority.options("b").withTls12())) {
            byte[] answer = sendPlain(server.port(), hello);

            assertThat(answer.length).as("an alert and the end").isBetween(0, 7);
            if (answer.length > 0) {
                assertThat(answer[0]).isEqualTo((byte) 0x15);
            }
            assertThat(bytesSeen.get()).isZero();
        }
    }

    @Test
    @Fault("F32")
    void shouldRefusePlainBytes() throws Exception {
        try (Node server = new Node(authority.options("b"))) {
            byte[] answer = sendPlain(server.port(), "hello, this is not TLS at all".getBytes(StandardCharsets.UTF_8));

            assertThat(answer.length).isLessThan(8);
            assertThat(bytesSeen.get()).isZero();
        }
    }

    /** Somebody who has no TLS at all sits where a node should be. */
    @Test
    @Fault("F32")
    void shouldNotTalkToAServerWithoutTls() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try (Socket socket = plain.accept()) {
                    socket.getOutputStream().write("welcome, no need to encrypt".getBytes(StandardCharsets.UTF_8));
                    socket.getInputStream().readNBytes(10);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });

            assertRefused(new Node(authority.options("a")).dialAndClose(plain.getLocalPort(), null));
            served.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    @Fault("F32")
    void shouldRefuseAClientWithoutCertificate() throws Exception {
        try (Node server = new Node(authority.options("b").withTls12())) {
            for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
                assertThat(talk(context(null), server.port(), protocol))
                        .as(protocol)
                        .isEqualTo("closed");
            }
            assertThat(bytesSeen.get()).isZero();
        }
    }

    @Test
    @Fault("F32")
    void shouldRefuseRenegotiation() throws Exception {
        try (Node server = new Node(authority.options("b").withTls12());
                SSLSocket socket =
                        connect(context(authority.bundle("a", builder -> builder)), server.port(), "TLSv1.2")) {
            assertThat(exchange(socket)).isEqualTo("hello from b");

            socket.startHandshake();

            assertThat(exchange(socket)).isEqualTo("closed");
        }
    }

    @Test
    @Fault("F32")
    void shouldRefuseWhatWasRevoked() {
        X509Bundle revoked = authority.bundle("a", builder -> builder.serial(java.math.BigInteger.valueOf(77)));
        Path list = authority.revoked(revoked);

        assertRefused(dial(authority.options("b").withRevocationLists(list), authority.options(revoked), null));
        assertRefused(dial(authority.options(revoked), authority.options("b").withRevocationLists(list), null));
        assertThat(dial(authority.options("b").withRevocationLists(list), authority.options("a"), "b"))
                .contains("says hello");
    }

    /** The files change, one connection stays open, the next one sees the new certificate; bad files change nothing. */
    @Test
    @Fault("F32")
    void shouldReloadWithoutDroppingAnybody() throws Exception {
        ManualClock clock = ManualClock.start();
        TlsOptions options = authority.options("b");
        TlsOptions renewed = authority.options(
                authority.bundle("b", builder -> builder.serial(java.math.BigInteger.valueOf(4_711))));
        SSLContext client = context(authority.bundle("a", builder -> builder));
        try (Node server = new Node(options, clock);
                SSLSocket early = connect(client, server.port(), "TLSv1.3")) {
            assertThat(exchange(early)).isEqualTo("hello from b");
            Files.copy(renewed.certificateChain(), options.certificateChain(), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(renewed.privateKey(), options.privateKey(), StandardCopyOption.REPLACE_EXISTING);

            assertThat(serial(client, server.port())).as("not looked at yet").isNotEqualTo(4_711);
            clock.advance(Duration.ofMinutes(2));
            assertThat(serial(client, server.port())).isEqualTo(4_711);
            assertThat(exchange(early)).isEqualTo("hello from b");

            Files.writeString(options.privateKey(), "not a key");
            clock.advance(Duration.ofMinutes(2));
            assertThat(serial(client, server.port())).isEqualTo(4_711);
            assertThat(server.tls.reloadProblem()).contains("previous ones stay");
        }
    }

    // How nodes and others talk.

    private void assertRefused(String outcome) {
        assertThat(outcome).doesNotContain("says hello").contains("TLS handshake has failed");
        assertThat(bytesSeen.get()).as("bytes shown to what is behind the gate").isZero();
    }

    private String dial(TlsOptions server, TlsOptions client, @Nullable String expected) {
        bytesSeen.set(0);
        try (Node listening = new Node(server)) {
            return new Node(client).dialAndClose(listening.port(), expected);
        }
    }

    private static String nodeOf(TlsOptions options) {
        try (InputStream in = Files.newInputStream(options.certificateChain())) {
            return Tls.nodeOf((java.security.cert.X509Certificate)
                    java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A listener that answers every piece of bytes with who it is, and that dials. */
    private final class Node implements AutoCloseable {
        private final String node;
        private final Tls tls;
        private final Channel listener;

        Node(TlsOptions options) {
            this(options, Clock.system());
        }

        Node(TlsOptions options, Clock clock) {
            node = nodeOf(options);
            tls = Tls.open(options, node, clock);
            listener = new ServerBootstrap()
                    .group(group)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline()
                                    .addLast(
                                            tls.server(channel.alloc(), (InetSocketAddress) channel.remoteAddress()),
                                            new TlsGate(null),
                                            new Answering());
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .syncUninterruptibly()
                    .channel();
        }

        int port() {
            return ((InetSocketAddress) listener.localAddress()).getPort();
        }

        String dialAndClose(int port, @Nullable String expected) {
            BlockingQueue<String> outcome = new LinkedBlockingQueue<>();
            try (Node self = this) {
                new Bootstrap()
                        .group(group)
                        .channel(NioSocketChannel.class)
                        .handler(new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(
                                                tls.client(channel.alloc(), "127.0.0.1", port),
                                                new TlsGate(expected),
                                                new Saying(outcome));
                            }
                        })
                        .connect("127.0.0.1", port);
                String said = outcome.poll(30, TimeUnit.SECONDS);
                return said == null ? "nothing within 30 s" : said.replace("to nobody", "to " + self.node);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            listener.close().syncUninterruptibly();
        }

        private final class Answering extends ChannelInboundHandlerAdapter {
            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                bytesSeen.addAndGet(((ByteBuf) bytes).readableBytes());
                ((ByteBuf) bytes).release();
                context.writeAndFlush(Unpooled.copiedBuffer("hello from " + node, StandardCharsets.UTF_8));
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                context.close();
            }
        }
    }

    /** Says something as soon as it may, and notes what became of it. */
    private static final class Saying extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<String> outcome;
        private String problem = "TLS handshake has failed: it was closed";

        Saying(BlockingQueue<String> outcome) {
            this.outcome = outcome;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.writeAndFlush(Unpooled.copiedBuffer("hi", StandardCharsets.UTF_8));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            String text = ((ByteBuf) bytes).toString(StandardCharsets.UTF_8);
            ((ByteBuf) bytes).release();
            var session = context.pipeline().get(SslHandler.class).engine().getSession();
            outcome.add(text.replace("hello from ", "") + " says hello to nobody over " + session.getProtocol());
            context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof RemoteException) {
                problem = String.valueOf(cause.getMessage());
            }
            context.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            outcome.add(problem);
        }
    }

    /** What a client that is none of ours would use; it believes our authority. */
    private SSLContext context(@Nullable X509Bundle own) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = own == null ? null : own.toKeyManagerFactory().getKeyManagers();
        context.init(keys, authority.authority().toTrustManagerFactory().getTrustManagers(), null);
        return context;
    }

    private static SSLSocket connect(SSLContext context, int port, String protocol) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        socket.setEnabledProtocols(new String[] {protocol});
        return socket;
    }

    private static String talk(SSLContext context, int port, String protocol) {
        try (SSLSocket socket = connect(context, port, protocol)) {
            return exchange(socket);
        } catch (IOException e) {
            return "closed";
        }
    }

    private static String exchange(SSLSocket socket) {
        try {
            socket.getOutputStream().write("hi".getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[64];
            int count = socket.getInputStream().read(answer);
            return count < 0 ? "closed" : new String(answer, 0, count, StandardCharsets.UTF_8);
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(java.net.SocketTimeoutException.class);
            return "closed";
        }
    }

    private static long serial(SSLContext context, int port) throws IOException {
        try (SSLSocket socket = connect(context, port, "TLSv1.3")) {
            socket.startHandshake();
            assertThat(exchange(socket)).isEqualTo("hello from b");
            return ((java.security.cert.X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSerialNumber()
                    .longValue();
        }
    }

    private static byte[] sendPlain(int port, byte[] bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(bytes);
            return socket.getInputStream().readAllBytes();
        } catch (java.net.SocketException e) {
            return new byte[0];
        }
    }
}
