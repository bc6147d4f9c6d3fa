package io.stele.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** Certificates for a measurement, made by the JDK's own tool: each node believes the other one's. */
final class BenchCertificates {
    private static final char[] PASSWORD = "measured".toCharArray();

    private BenchCertificates() {}

    /** Writes {@code node.crt} and {@code node.key} for each, and {@code authorities.crt}. */
    static void write(Path directory, String... nodes) throws IOException, InterruptedException {
        StringBuilder all = new StringBuilder();
        for (String node : nodes) {
            Path store = directory.resolve(node + ".p12");
            Files.deleteIfExists(store);
            int code = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-keyalg",
                            "EC",
                            "-groupname",
                            "secp256r1",
                            "-alias",
                            node,
                            "-dname",
                            "CN=" + node,
                            "-ext",
                            "san=uri:stele://" + node + ",ip:127.0.0.1",
                            "-validity",
                            "2",
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            store.toString(),
                            "-storepass",
                            new String(PASSWORD))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("keytool has failed: node=" + node + ", code=" + code);
            }
            all.append(export(directory, store, node));
        }
        Files.writeString(directory.resolve("authorities.crt"), all);
    }

    private static String export(Path directory, Path store, String node) throws IOException {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD);
            String certificate = pem("CERTIFICATE", keys.getCertificate(node).getEncoded());
            Files.writeString(directory.resolve(node + ".crt"), certificate);
            Files.writeString(
                    directory.resolve(node + ".key"),
                    pem("PRIVATE KEY", keys.getKey(node, PASSWORD).getEncoded()));
            return certificate;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("certificate cannot be read: node=" + node, e);
        }
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + what
                + "-----\n";
    }
}
