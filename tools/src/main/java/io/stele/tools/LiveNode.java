package io.stele.tools;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A running system, asked through its admin page (docs/admin.md). Only asks: sends nothing but GET. Confined to one thread; an answer
 * may take half a minute and be 16 MiB long, and is none otherwise.
 */
final class LiveNode {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final int ANSWER_BYTES_MAX = 16 << 20;
    private static final String TOKEN = "token=";

    private final URI base;
    private final String token;

    private LiveNode(URI base, String token) {
        this.base = base;
        this.token = token;
    }

    /**
     * Reads an address such as {@code http://127.0.0.1:41239/?token=…}.
     *
     * @param environment has the token in {@code STELE_TOKEN} if the address has none
     * @throws IllegalArgumentException if it is none; the message keeps the token to itself
     */
    static LiveNode of(String url, Map<String, String> environment) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw notAnAddress(url);
        }
        boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!isHttp || uri.getHost() == null) {
            throw notAnAddress(url);
        }
        String token = environment.getOrDefault("STELE_TOKEN", "");
        String query = uri.getQuery();
        for (String part : query == null ? new String[0] : query.split("&", -1)) {
            token = part.startsWith(TOKEN) ? part.substring(TOKEN.length()) : token;
        }
        if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("token has characters that no token has");
        }
        return new LiveNode(URI.create(uri.getScheme() + "://" + uri.getRawAuthority()), token);
    }

    private static IllegalArgumentException notAnAddress(String url) {
        return new IllegalArgumentException("address is none of a running system: url=" + url.replaceFirst("\\?.*", "")
                + "; write it as http://127.0.0.1:8080/?token=…");
    }

    /** Returns where it is, without the token. */
    String address() {
        return base.toString();
    }

    /**
     * Asks.
     *
     * @param path such as {@code /api/timers}
     * @return the object that it answers
     * @throws CommandFailure if it does not answer, or refuses
     */
    Map<?, ?> get(String path) {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(ANSWER_TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .GET()
                .build();
        HttpClient client =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                return object(response.statusCode(), body.readNBytes(ANSWER_BYTES_MAX));
            }
        } catch (IOException e) {
            throw unreachable("cause=" + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.INTERRUPTED, "interrupted while waiting for an answer", e);
        }
    }

    private Map<?, ?> object(int status, byte[] body) {
        if (status == 401 || status == 403) {
            throw new CommandFailure(
                    ErrorCode.NODE_REFUSES,
                    "running system does not accept the token: address=" + base + ", tokenGiven=" + !token.isEmpty());
        }
        if (status != 200) {
            throw unreachable("status=" + status, null);
        }
        try {
            if (JsonReader.read(new String(body, StandardCharsets.UTF_8)) instanceof Map<?, ?> map) {
                return map;
            }
        } catch (IllegalArgumentException e) {
            throw unreachable("answer=no JSON", e);
        }
        throw unreachable("answer=no object", null);
    }

    private CommandFailure unreachable(String fact, @Nullable Exception cause) {
        String sentence = "running system does not answer as one does: address=" + base + ", " + fact;
        return cause == null
                ? new CommandFailure(ErrorCode.NODE_UNREACHABLE, sentence)
                : new CommandFailure(ErrorCode.NODE_UNREACHABLE, sentence, cause);
    }

    /** Returns the objects in a list of an answer. */
    static List<Map<?, ?>> rows(Map<?, ?> answer, String key) {
        List<Map<?, ?>> rows = new ArrayList<>();
        if (answer.get(key) instanceof List<?> list) {
            for (Object row : list) {
                if (row instanceof Map<?, ?> map) {
                    rows.add(map);
                }
            }
        }
        return rows;
    }

    static String text(Map<?, ?> row, String key) {
        Object value = row.get(key);
        return value == null ? "" : value.toString();
    }

    static long number(Map<?, ?> row, String key) {
        return row.get(key) instanceof Number number ? number.longValue() : 0;
    }
}
