package io.stele.remote;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.function.UnaryOperator;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority made for one test, and what it signs, in files. */
final class Certificates {
    private final Path directory;
    private final X509Bundle authority;
    private int count;

    Certificates(Path directory) {
        this.directory = directory;
        try {
            authority = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=authority of a test")
                    .setIsCertificateAuthority(true)
                    .setKeyUsage(true, KeyUsage.keyCertSign, KeyUsage.cRLSign)
                    .notBefore(Instant.now().minusSeconds(86_400))
                    .notAfter(Instant.now().plusSeconds(86_400))
                    .buildSelfSigned();
            write("authority.crt", authority.getCertificatePEM());
        } catch (Exception e) {
            throw new IllegalStateException("authority cannot be made", e);
        }
    }

    X509Bundle authority() {
        return authority;
    }

    Path authorityFile() {
        return directory.resolve("authority.crt");
    }

    /** A good certificate for a node on the loopback address, changed as wanted. */
    X509Bundle bundle(String node, UnaryOperator<CertificateBuilder> change) {
        try {
            return change.apply(builder(node)).buildIssuedBy(authority);
        } catch (Exception e) {
            throw new IllegalStateException("certificate cannot be made", e);
        }
    }

    static CertificateBuilder builder(String node) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + node)
                .addSanUriName("stele://" + node)
                .addSanIpAddress("127.0.0.1")
                .addSanDnsName("localhost")
                .notBefore(Instant.now().minusSeconds(3_600))
                .notAfter(Instant.now().plusSeconds(3_600));
    }

    TlsOptions options(String node) {
        return options(bundle(node, builder -> builder));
    }

    TlsOptions options(X509Bundle bundle) {
        String name = "node-" + count++;
        write(name + ".crt", bundle.getCertificatePathPEM());
        write(name + ".key", bundle.getPrivateKeyPEM());
        return TlsOptions.of(directory.resolve(name + ".crt"), directory.resolve(name + ".key"), authorityFile());
    }

    /** Writes a list of revoked certificates. */
    Path revoked(X509Bundle... revoked) {
        try {
            X509v2CRLBuilder list = new JcaX509v2CRLBuilder(
                            authority.getCertificate().getSubjectX500Principal(),
                            Date.from(Instant.now().minusSeconds(60)))
                    .setNextUpdate(Date.from(Instant.now().plusSeconds(3_600)));
            for (X509Bundle each : revoked) {
                BigInteger serial = each.getCertificate().getSerialNumber();
                list.addCRLEntry(serial, Date.from(Instant.now().minusSeconds(30)), 1);
            }
            byte[] bytes = list.build(new JcaContentSignerBuilder("SHA256withECDSA")
                            .build(authority.getKeyPair().getPrivate()))
                    .getEncoded();
            return write(
                    "revoked-" + count++ + ".crl",
                    "-----BEGIN X509 CRL-----\n"
                            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                            + "\n-----END X509 CRL-----\n");
        } catch (Exception e) {
            throw new IllegalStateException("list cannot be made", e);
        }
    }

    Path write(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
