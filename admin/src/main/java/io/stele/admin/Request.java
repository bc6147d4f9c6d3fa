package io.stele.admin;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request asks: its path and its parameters, of the query or of the body of a form. Confined to its thread. */
final class Request {
    private static final int BODY_BYTES_MAX = 16 << 10;

    final HttpExchange exchange;
    final String method;
    final String path;
    private final Map<String, String> parameters = new LinkedHashMap<>();

    Request(HttpExchange exchange) throws IOException {
        this.exchange = exchange;
        method = exchange.getRequestMethod();
        path = exchange.getRequestURI().getPath();
        parse(exchange.getRequestURI().getRawQuery());
        if (method.equals("POST")) {
            parse(body());
        }
    }

    private String body() throws IOException {
        try (InputStream in = exchange.getRequestBody()) {
            byte[] bytes = in.readNBytes(BODY_BYTES_MAX + 1);
            if (bytes.length > BODY_BYTES_MAX) {
                throw new Refusal(413, "body is too long: bytesMax=" + BODY_BYTES_MAX);
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private void parse(@Nullable String encoded) {
        if (encoded == null || encoded.isEmpty()) {
            return;
        }
        for (String pair : encoded.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            parameters.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("parameter is not encoded as it should be: parameter=" + text);
        }
    }

    @Nullable String header(String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    /** Returns a parameter; null if it is absent or empty. */
    @Nullable String find(String name) {
        String value = parameters.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    String require(String name) {
        String value = find(name);
        if (value == null) {
            throw Refusal.badRequest("parameter is missing: parameter=" + name);
        }
        return value;
    }

    /** Returns a whole number, {@code otherwise} if it is absent. */
    long number(String name, long otherwise, long min, long max) {
        String value = find(name);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // answered below
        }
        throw Refusal.badRequest("parameter must be a whole number in range: parameter=" + name + ", value=" + value
                + ", min=" + min + ", max=" + max);
    }
}
