package io.stele.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.stele.runtime.ActorSystem;
import io.stele.spi.SteleException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a page that shows a running system: its actors, its journal, what happened to one actor and what its state was at any event.
 *
 * <pre>
 *   try (ActorSystem system = Stele.open(directory);
 *           AdminServer admin = AdminServer.builder(system).start()) {
 *       System.out.println(admin.url());             // http://127.0.0.1:41239/?token=…
 * </pre>
 *
 * <h2>Safety</h2>
 * Listens on the loopback address, asks for a token, answers only to its own names, and changes nothing by GET. What changes something
 * is refused if it comes from another page, or if {@link AdminOptions#readOnly()} was set.
 *
 * <h2>Cost</h2>
 * A sample of counters per second; the rest only while somebody looks, on threads of its own, at most {@value #THREADS_MAX}. The tail of
 * the journal is sampled when it grows faster than a person could read.
 *
 * <h2>Threads</h2>
 * Any thread may call it.
 */
public final class AdminServer implements AutoCloseable {
    static final int THREADS_MAX = 32;

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int BACKLOG = 64;
    private static final long IDLE_THREAD_S = 30;

    private final HttpServer server;
    private final ExecutorService threads;
    private final AdminOptions options;
    private final Gate gate;
    private final Map<String, Endpoint> endpoints;
    private final Map<String, Change> changes;
    private final Page page = new Page();
    private final Streams streams;
    private final Observer observer;

    /** Answers a GET. */
    @FunctionalInterface
    interface Endpoint {
        Answer get(Request request);
    }

    /** Carries out a POST. */
    @FunctionalInterface
    interface Change {
        Object post(Request request);
    }

    /**
     * What a GET is answered with.
     *
     * @param status such as 200
     * @param contentType with its charset
     * @param text the body
     */
    public record Answer(int status, String contentType, String text) {
        /** Plain text. */
        public static Answer text(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", text);
        }

        static Answer json(Object tree) {
            return new Answer(200, "application/json; charset=utf-8", Json.write(tree));
        }
    }

    private AdminServer(AdminBuilder builder) throws IOException {
        options = builder.options;
        server = HttpServer.create(new InetSocketAddress(options.address(), options.port()), BACKLOG);
        gate = new Gate(options, server.getAddress().getPort());
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                0, THREADS_MAX, IDLE_THREAD_S, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, "stele-admin-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        observer = new Observer(builder, options.isReadOnly());
        streams = new Streams(observer);
        endpoints = new LinkedHashMap<>(observer.endpoints());
        new Probes(builder.system).addTo(endpoints);
        builder.endpoints.forEach((path, answer) -> endpoints.put(path, request -> answer.apply(path)));
        changes = observer.changes();
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    /**
     * Returns a registry that a system can count in and this server shows, for {@code metrics(…)} of the system's builder.
     *
     * @see io.stele.runtime.ActorSystem#meterRegistry
     */
    public static MeterRegistry newRegistry() {
        return Probes.newRegistry();
    }

    /** Starts to put a server together. */
    public static AdminBuilder builder(ActorSystem system) {
        return new AdminBuilder(system);
    }

    static AdminServer start(AdminBuilder builder) {
        try {
            AdminServer started = new AdminServer(builder);
            started.observer.start();
            started.server.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "admin page cannot be served; take another port, or 0 for a free one: address="
                            + builder.options.address().getHostAddress() + ", port=" + builder.options.port()
                            + ", cause=" + e.getMessage(),
                    e);
        }
    }

    /** Returns the address of the page, the token included: whoever has it may look, and change what the page can change. */
    public URI url() {
        return URI.create(base() + "/?token=" + options.token());
    }

    /** Returns the address of the server, without a token. */
    public String base() {
        String host = options.address().getHostAddress();
        return "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port();
    }

    /** Returns the port on which it listens. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Ends all connections. Closing twice does nothing. */
    @Override
    public void close() {
        streams.close();
        observer.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                answer(new Request(exchange));
            } catch (Refusal refusal) {
                refuse(exchange, refusal.status, refusal.sentence);
            } catch (IllegalArgumentException | IllegalStateException | SteleException e) {
                refuse(exchange, 400, String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.error("request failed: path={}", exchange.getRequestURI().getPath(), e);
                refuse(
                        exchange,
                        500,
                        "request failed, the log has the reason: path="
                                + exchange.getRequestURI().getPath());
            }
        }
    }

    private void answer(Request request) throws IOException {
        gate.requireHost(request);
        String token = request.find("token");
        if (request.path.equals("/") && token != null && gate.isKnown(token)) {
            enter(request.exchange);
            return;
        }
        gate.requireToken(request);
        Change change = changes.get(request.path);
        if (change != null) {
            gate.requireMayChange(request);
            send(request.exchange, Answer.json(change.post(request)));
            return;
        }
        if (!request.method.equals("GET") && !request.method.equals("HEAD")) {
            throw new Refusal(405, "only GET is taken here: path=" + request.path);
        }
        if (request.path.equals("/api/stream")) {
            streams.serve(request);
            return;
        }
        Endpoint endpoint = endpoints.get(request.path);
        if (endpoint != null) {
            send(request.exchange, endpoint.get(request));
        } else {
            page.serve(request);
        }
    }

    /** Takes the token out of the address, where it would stay in the history, into a cookie. */
    private void enter(HttpExchange exchange) throws IOException {
        secure(exchange);
        exchange.getResponseHeaders().set("Set-Cookie", gate.cookie(options.token()));
        exchange.getResponseHeaders().set("Location", "/");
        exchange.sendResponseHeaders(303, -1);
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        send(exchange, answer.status(), answer.contentType(), answer.text().getBytes(StandardCharsets.UTF_8));
    }

    static void send(HttpExchange exchange, int status, String contentType, byte[] body) throws IOException {
        secure(exchange);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        boolean headOnly = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, headOnly || body.length == 0 ? -1 : body.length);
        if (!headOnly && body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    static void secure(HttpExchange exchange) {
        var headers = exchange.getResponseHeaders();
        headers.set(
                "Content-Security-Policy",
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cache-Control", "no-store");
    }

    private static void refuse(HttpExchange exchange, int status, String sentence) throws IOException {
        boolean api = exchange.getRequestURI().getPath().startsWith("/api/");
        send(
                exchange,
                api
                        ? new Answer(status, "application/json; charset=utf-8", Json.write(Map.of("error", sentence)))
                        : Answer.text(status, sentence + "\n"));
    }
}
