package io.stele.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may come in.
 *
 * <pre>
 *   Host is one of ours?  ──no──&gt; 421     a page elsewhere cannot reach us under a name of its own (DNS rebinding)
 *   token is right?       ──no──&gt; 401     header {@code Authorization: Bearer …}, or the cookie that {@code /?token=…} sets
 *   changes something?    ──not POST──&gt; 405
 *     Origin is ours, or absent with a header? ──no──&gt; 403     a page elsewhere cannot make a browser change something (CSRF)
 *     read-only?          ──yes──&gt; 403
 * </pre>
 *
 * <p>Immutable; any thread.
 */
final class Gate {
    static final String COOKIE = "stele_admin";

    private static final String BEARER = "Bearer ";

    private final byte[] token;
    private final boolean isReadOnly;
    private final Set<String> hosts;
    private final String cookie;

    Gate(AdminOptions options, int port) {
        token = options.token().getBytes(StandardCharsets.US_ASCII);
        isReadOnly = options.isReadOnly();
        String bound = options.address().getHostAddress();
        String host = bound.indexOf(':') < 0 ? bound : "[" + bound + "]";
        hosts = options.address().isLoopbackAddress()
                ? Set.of("localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port)
                : Set.of(host + ":" + port, options.address().getHostName().toLowerCase(Locale.ROOT) + ":" + port);
        cookie = COOKIE + "_" + port;
    }

    /** Returns the header that makes a browser remember the token, for this server alone and out of reach of scripts. */
    String cookie(String value) {
        return cookie + "=" + value + "; Path=/; HttpOnly; SameSite=Strict";
    }

    void requireHost(Request request) {
        String host = request.header("Host");
        if (host == null || !hosts.contains(host.toLowerCase(Locale.ROOT))) {
            throw new Refusal(421, "server is not known by that name: host=" + host);
        }
    }

    void requireToken(Request request) {
        if (!isKnown(bearer(request)) && !isKnown(cookieOf(request))) {
            throw new Refusal(
                    401, "token is missing or wrong; open the address that was printed when the server was started");
        }
    }

    boolean isKnown(@Nullable String presented) {
        return presented != null && MessageDigest.isEqual(token, presented.getBytes(StandardCharsets.UTF_8));
    }

    void requireMayChange(Request request) {
        if (!request.method.equals("POST")) {
            throw new Refusal(405, "this changes something, so it takes POST alone: path=" + request.path);
        }
        String origin = request.header("Origin");
        boolean own = origin == null
                ? isKnown(bearer(request))
                : hosts.contains(origin.toLowerCase(Locale.ROOT).replaceFirst("^http://", ""));
        if (!own) {
            throw new Refusal(403, "request comes from another page: origin=" + origin);
        }
        if (isReadOnly) {
            throw new Refusal(403, "server was started read-only; nothing was changed");
        }
    }

    private static @Nullable String bearer(Request request) {
        String header = request.header("Authorization");
        return header != null && header.startsWith(BEARER) ? header.substring(BEARER.length()) : null;
    }

    private @Nullable String cookieOf(Request request) {
        List<String> headers = request.exchange.getRequestHeaders().get("Cookie");
        for (String header : headers == null ? List.<String>of() : headers) {
            for (String part : header.split(";", -1)) {
                String trimmed = part.trim();
                if (trimmed.startsWith(cookie + "=")) {
                    return trimmed.substring(cookie.length() + 1);
                }
            }
        }
        return null;
    }
}
