package io.stele.tools;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Speaks with the admin page of a running node. */
final class AdminClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String TOKEN = "token=";
    private static final int OK = 200;
    private static final int ANSWER_SHOWN_MAX = 300;

    private final URI base;
    private final String token;

    /**
     * Connects to nobody yet.
     *
     * @param url the page's address, as the node has printed it; without its token if the environment has it
     */
    AdminClient(URI url, Map<String, String> environment) {
        boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!isHttp || url.getHost() == null) {
            throw new CommandFailure(
                    ErrorCode.WRONG_USAGE,
                    "address of the admin page is not understood: url=" + SafeText.of(url.toString()));
        }
        base = URI.create(url.getScheme() + "://" + url.getRawAuthority());
        String query = url.getRawQuery();
        token = query != null && query.startsWith(TOKEN)
                ? query.substring(TOKEN.length())
                : environment.getOrDefault("STELE_TOKEN", "");
    }

    /** Has something changed. Throws if the node cannot be reached, or says no. */
    void post(String path, Map<String, String> form) {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpResponse<String> response = send(HttpRequest.newBuilder(base.resolve(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        if (response.statusCode() != OK) {
            String answer = response.body();
            throw new CommandFailure(
                    ErrorCode.NODE,
                    "node has refused that: url=" + base + ", status=" + response.statusCode() + ", answer="
                            + SafeText.of(answer.substring(0, Math.min(ANSWER_SHOWN_MAX, answer.length()))));
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        request.timeout(TIMEOUT);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return HttpClient.newBuilder()
                    .connectTimeout(TIMEOUT)
                    .build()
                    .send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.NODE, "node cannot be reached: url=" + base + ", reason=" + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.INTERRUPTED, "command was interrupted", e);
        }
    }
}
