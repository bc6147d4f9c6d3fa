package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.admin.AdminServer;
import io.stele.runtime.ActorSystem;
import io.stele.spi.Durability;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A load on a system whose admin page is open, with the live tail running and the list of types asked for every second, beside the same
 * load on one without a page. Both count.
 */
record PageRow(String key, MetricsBench.Load load, int operations) implements Row {
    private static final double SHARE_MIN = 0.97;
    private static final long ASK_PERIOD_NS = 1_000_000_000L;

    @Override
    public String what() {
        return "persist and reply, 100 actors, 1,000 outstanding, while the admin page is open";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key);
        int count = bench.count(operations, 1_000);
        try (ActorSystem watched = open(directory.resolve("watched"));
                ActorSystem alone = open(directory.resolve("alone"));
                AdminServer admin = AdminServer.builder(watched).start();
                Reader reader = new Reader(admin)) {
            Comparison comparison = bench.compare(() -> timed(watched, count), () -> timed(alone, count));
            if (reader.linesRead() == 0) {
                throw new IllegalStateException("page was not open: nothing was read of its stream");
            }
            return comparison.report(
                    List.of(Check.atLeast(
                            "throughput with the page open / without a page",
                            SHARE_MIN,
                            "×",
                            comparison.ratio(0, 1, Sample::opsPerSecond))),
                    List.of(comparison.figure(0, "page open"), comparison.figure(1, "no page")));
        } finally {
            Bench.delete(directory);
        }
    }

    private static ActorSystem open(Path directory) {
        return Stele.builder(directory)
                .journal(options -> options.withLaneCount(4))
                .metrics(AdminServer.newRegistry())
                .register(new Counter(Durability.PROCESS_CRASH))
                .open();
    }

    private Sample timed(ActorSystem system, int count) throws InterruptedException {
        long startNs = System.nanoTime();
        load.run(system, count);
        return Sample.of(count, System.nanoTime() - startNs);
    }

    /** Does what an open page does. */
    private static final class Reader implements AutoCloseable {
        private final AdminServer admin;
        private final HttpClient client = HttpClient.newHttpClient();
        private volatile @Nullable InputStream page;
        private final AtomicLong lines = new AtomicLong();
        private final Thread stream = new Thread(this::readStream, "page-stream");
        private final Thread asking = new Thread(this::ask, "page-types");

        Reader(AdminServer admin) {
            this.admin = admin;
            stream.start();
            asking.start();
        }

        long linesRead() {
            return lines.get();
        }

        private HttpRequest request(String path) {
            String query = admin.url().getQuery();
            return HttpRequest.newBuilder(URI.create(admin.base() + path))
                    .header("Authorization", "Bearer " + query.substring(query.indexOf('=') + 1))
                    .build();
        }

        private void readStream() {
            try (BufferedReader in = new BufferedReader(new InputStreamReader(opened(), StandardCharsets.UTF_8))) {
                while (in.readLine() != null) {
                    lines.incrementAndGet();
                }
            } catch (IOException e) {
                // the server has closed
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Keeps the stream, since whoever waits for its next line can be stopped by closing it alone. */
        private InputStream opened() throws IOException, InterruptedException {
            InputStream body = client.send(request("/api/stream?topics=sample,event"), BodyHandlers.ofInputStream())
                    .body();
            page = body;
            return body;
        }

        private void ask() {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    client.send(request("/api/types"), BodyHandlers.ofString());
                    LockSupport.parkNanos(ASK_PERIOD_NS);
                }
            } catch (IOException e) {
                // the server has closed
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() throws IOException, InterruptedException {
            InputStream opened = page;
            if (opened != null) {
                opened.close();
            }
            asking.interrupt();
            stream.interrupt();
            asking.join();
            stream.join();
        }
    }
}
