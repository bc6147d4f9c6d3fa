package io.stele.remote;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.stele.spi.Clock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Makes the handlers that encrypt connections, from files that may change while the node runs.
 *
 * <p>Whether files have changed is looked at when a connection is made, at most once per interval; files that cannot be used are
 * reported and the previous ones stay. Any thread; {@link #client} and {@link #server} read files now and then, a few milliseconds.
 */
final class Tls {

    private static final String NODE_SCHEME = "stele://";
    private static final int URI_NAME = 6;
    private static final long FILE_BYTES_MAX = 16 << 20;

    private final TlsOptions options;
    private final String nodeId;
    private final Clock clock;
    private volatile Contexts current;
    private volatile @Nullable String reloadProblem;
    private long checkedAtNs;

    /** What was made of one state of the files. */
    private record Contexts(SslContext client, SslContext server, List<byte[]> files) {}

    private Tls(TlsOptions options, String nodeId, Clock clock) throws IOException, GeneralSecurityException {
        this.options = options;
        this.nodeId = nodeId;
        this.clock = clock;
        current = load(read());
        checkedAtNs = clock.nanoTime();
    }

    /**
     * Reads the files.
     *
     * @throws RemoteException if a file cannot be used, or the certificate does not name this node; says which and why
     */
    static Tls open(TlsOptions options, String nodeId, Clock clock) {
        try {
            return new Tls(options, nodeId, clock);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new RemoteException(
                    "certificates cannot be used: certificateChain=" + options.certificateChain() + ", privateKey="
                            + options.privateKey() + ", authorities=" + options.authorities() + ", reason=" + reason(e),
                    e);
        }
    }

    private static String reason(Throwable e) {
        Throwable cause = e.getCause();
        return cause == null ? e.toString() : e + ", because of " + cause;
    }

    /**
     * Makes the handler for a connection that this node opens.
     *
     * @param host the name or address that was dialled; the peer's certificate must have it
     */
    SslHandler client(ByteBufAllocator allocator, String host, int port) {
        SSLEngine engine = contexts().client().newEngine(allocator, host, port);
        identify(engine);
        return new SslHandler(engine);
    }

    /** Makes the handler for a connection that somebody opens to this node. */
    SslHandler server(ByteBufAllocator allocator, InetSocketAddress remote) {
        SSLEngine engine =
                contexts().server().newEngine(allocator, remote.getAddress().getHostAddress(), remote.getPort());
        if (options.isClientAddressChecked()) {
            identify(engine);
        }
        return new SslHandler(engine);
    }

    private static void identify(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
    }

    /**
     * Closes the door behind a handshake: with no cipher suite left, TLS 1.2 cannot begin another one. To be called once, as soon as
     * the handshake is done.
     */
    static void refuseRenegotiation(SSLEngine engine) {
        if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
            engine.setEnabledCipherSuites(new String[0]);
        }
    }

    /**
     * Returns which node the other end has proved to be.
     *
     * @throws RemoteException if its certificate names none, or several
     */
    static String provenNode(SSLSession session) {
        try {
            return nodeOf((X509Certificate) session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException | CertificateException e) {
            throw new RemoteException("the other end has not proved who it is: reason=" + e.getMessage(), e);
        }
    }

    /** Returns the one node that a certificate names. */
    static String nodeOf(X509Certificate certificate) throws CertificateException {
        List<String> nodes = new ArrayList<>();
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names != null) {
            for (List<?> name : names) {
                if (name.get(0).equals(URI_NAME) && name.get(1).toString().startsWith(NODE_SCHEME)) {
                    nodes.add(name.get(1).toString().substring(NODE_SCHEME.length()));
                }
            }
        }
        if (nodes.size() != 1 || nodes.get(0).isEmpty()) {
            throw new CertificateException("certificate must name one node as a URI " + NODE_SCHEME
                    + "<node-id>: subject=" + certificate.getSubjectX500Principal() + ", nodeCount=" + nodes.size());
        }
        return nodes.get(0);
    }

    /** Returns why the files that are there now are not used; null if they are. */
    @Nullable String reloadProblem() {
        return reloadProblem;
    }

    private Contexts contexts() {
        reloadIfDue();
        return current;
    }

    private synchronized void reloadIfDue() {
        long now = clock.nanoTime();
        if (now - checkedAtNs < options.reloadInterval().toNanos()) {
            return;
        }
        checkedAtNs = now;
        try {
            List<byte[]> files = read();
            if (!isSame(files, current.files())) {
                current = load(files);
            }
            reloadProblem = null;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            reloadProblem = "changed certificates cannot be used, the previous ones stay: certificateChain="
                    + options.certificateChain() + ", reason=" + reason(e);
        }
    }

    private static boolean isSame(List<byte[]> some, List<byte[]> others) {
        for (int i = 0; i < some.size(); i++) {
            if (!Arrays.equals(some.get(i), others.get(i))) {
                return false;
            }
        }
        return true;
    }

    private List<byte[]> read() throws IOException {
        List<byte[]> files = new ArrayList<>();
        files.add(read(options.certificateChain()));
        files.add(read(options.privateKey()));
        files.add(read(options.authorities()));
        if (options.revocationLists().isPresent()) {
            files.add(read(options.revocationLists().get()));
        }
        return files;
    }

    private static byte[] read(Path file) throws IOException {
        long bytes = Files.size(file);
        if (bytes > FILE_BYTES_MAX) {
            throw new IOException(
                    "file is too large: file=" + file + ", bytes=" + bytes + ", bytesMax=" + FILE_BYTES_MAX);
        }
        return Files.readAllBytes(file);
    }

    private Contexts load(List<byte[]> files) throws IOException, GeneralSecurityException {
        Collection<X509Certificate> own = certificates(files.get(0));
        if (own.isEmpty()) {
            throw new CertificateException("file has no certificate: file=" + options.certificateChain());
        }
        String named = nodeOf(own.iterator().next());
        if (!named.equals(nodeId)) {
            throw new CertificateException(
                    "certificate is that of another node: nodeId=" + nodeId + ", certificateNodeId=" + named);
        }
        TrustManager trust = new NodeTrustManager(trust(files));
        return new Contexts(
                context(SslContextBuilder.forClient().keyManager(stream(files, 0), stream(files, 1)), trust),
                context(
                        SslContextBuilder.forServer(stream(files, 0), stream(files, 1))
                                .clientAuth(ClientAuth.REQUIRE),
                        trust),
                files);
    }

    private static InputStream stream(List<byte[]> files, int index) {
        return new ByteArrayInputStream(files.get(index));
    }

    private SslContext context(SslContextBuilder builder, TrustManager trust) throws IOException {
        return builder.sslProvider(SslProvider.JDK)
                .trustManager(trust)
                .endpointIdentificationAlgorithm("HTTPS")
                .protocols(options.isTls12Allowed() ? List.of("TLSv1.3", "TLSv1.2") : List.of("TLSv1.3"))
                .build();
    }

    private X509ExtendedTrustManager trust(List<byte[]> files) throws GeneralSecurityException, IOException {
        KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        int count = 0;
        for (X509Certificate authority : certificates(files.get(2))) {
            anchors.setCertificateEntry("authority-" + count++, authority);
        }
        if (count == 0) {
            throw new CertificateException("file has no certificate: file=" + options.authorities());
        }
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
        parameters.setRevocationEnabled(files.size() > 3);
        if (files.size() > 3) {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            parameters.addCertStore(CertStore.getInstance(
                    "Collection",
                    new CollectionCertStoreParameters(factory.generateCRLs(new ByteArrayInputStream(files.get(3))))));
            PKIXRevocationChecker checker =
                    (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(
                    EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
            parameters.addCertPathChecker(checker);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("this JDK has no trust manager for X.509");
    }

    private static Collection<X509Certificate> certificates(byte[] pem) throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem))
                .forEach(certificate -> certificates.add((X509Certificate) certificate));
        return certificates;
    }
}
