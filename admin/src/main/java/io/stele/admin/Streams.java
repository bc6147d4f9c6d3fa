package io.stele.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to open pages as it happens, as server-sent events: each page has a queue of its own, and one that does not read loses
 * the oldest messages and is told how many.
 *
 * <p>Any thread; each connection keeps one thread of the server, at most {@value #CONNECTIONS_MAX}.
 */
final class Streams implements AutoCloseable {
    static final int CONNECTIONS_MAX = 16;

    private static final int QUEUE_MAX = 512;
    private static final long HEARTBEAT_S = 10;
    private static final String END = "";

    private final Observer observer;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Streams(Observer observer) {
        this.observer = observer;
    }

    /** One page that is open, and which topics it wants: {@code sample}, {@code event}, {@code log}, {@code deadLetter}. */
    final class Connection {
        final Set<String> topics;
        final EventBrowser.Filter filter;
        private final BlockingQueue<String> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
        private final AtomicLong lost = new AtomicLong();

        Connection(Set<String> topics, EventBrowser.Filter filter) {
            this.topics = topics;
            this.filter = filter;
        }

        boolean wants(String topic) {
            return topics.contains(topic);
        }

        /** Any thread; never waits. */
        void send(String topic, Object tree) {
            String message = "event: " + topic + "\ndata: " + Json.write(tree) + "\n\n";
            while (!queue.offer(message)) {
                if (queue.poll() != null) {
                    lost.incrementAndGet();
                }
            }
        }

        private void pump(OutputStream out) throws IOException, InterruptedException {
            write(out, "retry: 2000\n\n");
            while (!closed) {
                String message = queue.poll(HEARTBEAT_S, TimeUnit.SECONDS);
                if (message == null) {
                    write(out, ": still here\n\n");
                } else if (message.equals(END)) {
                    return;
                } else {
                    long missing = lost.getAndSet(0);
                    write(out, missing == 0 ? message : "event: lost\ndata: " + missing + "\n\n" + message);
                }
            }
        }

        private static void write(OutputStream out, String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    /** Serves a page until it goes away. On a thread of the server. */
    void serve(Request request) throws IOException {
        if (connections.size() >= CONNECTIONS_MAX) {
            throw new Refusal(503, "too many pages are open: pagesMax=" + CONNECTIONS_MAX);
        }
        String wanted = request.find("topics");
        Connection connection = new Connection(
                Set.of((wanted == null ? "sample" : wanted).split(",", -1)), EventBrowser.Filter.of(request));
        AdminServer.secure(request.exchange);
        request.exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        request.exchange.sendResponseHeaders(200, 0);
        connections.add(connection);
        @Nullable AutoCloseable subscription = observer.attach(connection);
        try {
            connection.pump(request.exchange.getResponseBody());
        } catch (IOException e) {
            // the page was closed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(connection);
            observer.detach(connection, subscription);
        }
    }

    @Override
    public void close() {
        closed = true;
        connections.forEach(connection -> {
            var unused = connection.queue.offer(END);
        });
    }
}
