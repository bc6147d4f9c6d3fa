package io.stele.remote;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * With which files a node proves who it is, and whom it believes. Both sides of a connection prove themselves, there is no switch
 * that turns a check off for everybody, and the protocol is TLS 1.3.
 *
 * <p>A certificate names its node in a subject alternative name of the kind URI: {@code stele://node-7} for the node {@code node-7},
 * exactly one of that scheme. It also names the host under which the node is dialled, as a DNS name or an IP address.
 *
 * <pre>
 *   TlsOptions.of(Path.of("node-7.crt"), Path.of("node-7.key"), Path.of("ca.crt"))
 * </pre>
 *
 * @param certificateChain PEM: this node's certificate, then those between it and the authority
 * @param privateKey PEM, PKCS #8, not encrypted; readable by nobody else
 * @param authorities PEM: the authorities that sign nodes, and nothing else
 * @param revocationLists PEM or DER: the current lists of all authorities; empty for no lists
 * @param reloadInterval how long a change of these files may go unnoticed, 1 second or more; connections that are open stay open
 * @param isTls12Allowed whether a peer that cannot do better may use TLS 1.2, without renegotiation
 * @param isClientAddressChecked whether the certificate of whoever dials must name the IP address that the connection comes from;
 *     without it, as behind a translation of addresses, the id of its node still must be the one that it claims
 */
public record TlsOptions(
        Path certificateChain,
        Path privateKey,
        Path authorities,
        Optional<Path> revocationLists,
        Duration reloadInterval,
        boolean isTls12Allowed,
        boolean isClientAddressChecked) {

    /** Checks the interval. */
    public TlsOptions {
        if (reloadInterval.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "reloadInterval is out of range: reloadInterval=" + reloadInterval + ", reloadIntervalMin=PT1S");
        }
    }

    /** TLS 1.3, no revocation lists, files looked at once a minute, addresses of clients checked. */
    public static TlsOptions of(Path certificateChain, Path privateKey, Path authorities) {
        return new TlsOptions(
                certificateChain, privateKey, authorities, Optional.empty(), Duration.ofMinutes(1), false, true);
    }

    /** The same, with lists of what was revoked. A connection is refused if the list of an authority is missing or outdated. */
    public TlsOptions withRevocationLists(Path file) {
        return new TlsOptions(
                certificateChain,
                privateKey,
                authorities,
                Optional.of(file),
                reloadInterval,
                isTls12Allowed,
                isClientAddressChecked);
    }

    /** The same, with another interval. */
    public TlsOptions withReloadInterval(Duration interval) {
        return new TlsOptions(
                certificateChain,
                privateKey,
                authorities,
                revocationLists,
                interval,
                isTls12Allowed,
                isClientAddressChecked);
    }

    /** The same, for peers that cannot do better than TLS 1.2. */
    public TlsOptions withTls12() {
        return new TlsOptions(
                certificateChain,
                privateKey,
                authorities,
                revocationLists,
                reloadInterval,
                true,
                isClientAddressChecked);
    }

    /** The same, for nodes whose connections come from addresses that their certificates cannot know. */
    public TlsOptions withoutClientAddressCheck() {
        return new TlsOptions(
                certificateChain, privateKey, authorities, revocationLists, reloadInterval, isTls12Allowed, false);
    }
}
