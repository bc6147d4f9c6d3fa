package io.stele.benchmarks;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.stele.Stele;
import io.stele.SteleBuilder;
import io.stele.runtime.Actor;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.spi.Durability;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * Measures what counting costs: the same load on two systems in one JVM, one of which counts, in alternating rounds. The arguments are
 * those of {@link JournalBench}.
 */
public final class MetricsBench {
    static final List<Row> ROWS = List.of(
            new MetricsRow(
                    "metrics-tell", "tell to 100 plain actors, 1,000 outstanding", MetricsBench::tell, 2_000_000),
            new MetricsRow(
                    "metrics-persist",
                    "persist and reply, 100 actors, 1,000 outstanding",
                    MetricsBench::persist,
                    200_000),
            new PageRow("page-persist", MetricsBench::persist, 1_000_000));

    private static final double SHARE_MIN = 0.98;
    private static final int ACTORS = 100;
    private static final int OUTSTANDING = 1_000;
    private static final byte[] FILLER = new byte[16];

    private MetricsBench() {}

    /** Measures what the arguments say, and ends the process: 0 if every row gave figures, 1 if one did not, 2 for usage. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        System.exit(JournalBench.run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), ROWS, arguments));
    }

    /** Works on one system until so many operations are done. */
    @FunctionalInterface
    interface Load {
        void run(ActorSystem system, int count) throws InterruptedException;
    }

    private static void tell(ActorSystem system, int count) throws InterruptedException {
        Semaphore room = new Semaphore(OUTSTANDING);
        List<ActorRef<Object>> actors = java.util.stream.IntStream.range(0, ACTORS)
                .mapToObj(i -> system.<Object>spawn(() -> new Releasing(room)))
                .toList();
        for (int i = 0; i < count; i++) {
            room.acquire();
            actors.get(i % ACTORS).tell(FILLER);
        }
        room.acquire(OUTSTANDING);
        actors.forEach(system::stop);
    }

    private static void persist(ActorSystem system, int count) {
        ArrayDeque<CompletableFuture<?>> outstanding = new ArrayDeque<>(OUTSTANDING);
        for (int i = 0; i < count; i++) {
            if (outstanding.size() == OUTSTANDING) {
                outstanding.remove().join();
            }
            outstanding.add(system.entity(Counter.class, Counter.name(i % ACTORS))
                    .ask(new Counter.Add(1, FILLER))
                    .toCompletableFuture());
        }
        outstanding.forEach(CompletableFuture::join);
    }

    /** An actor that makes room for the next message. */
    private record Releasing(Semaphore room) implements Actor<Object> {
        @Override
        public void onMessage(Object message, io.stele.runtime.Context<Object> context) {
            room.release();
        }
    }

    /** One load, with metrics and without. */
    private record MetricsRow(String key, String what, Load load, int operations) implements Row {
        @Override
        public RowReport run(Bench bench) throws IOException, InterruptedException {
            Path directory = bench.fresh(key);
            int count = bench.count(operations, 1_000);
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            try (ActorSystem on =
                            open(directory.resolve("on")).metrics(registry).open();
                    ActorSystem off = open(directory.resolve("off")).open()) {
                Comparison comparison = bench.compare(() -> timed(on, count), () -> timed(off, count));
                double counted = registry.find("stele.actor.messages").functionCounters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum();
                if (counted < count) {
                    throw new IllegalStateException(
                            "messages were not counted: counted=" + counted + ", told=" + count);
                }
                return comparison.report(
                        List.of(Check.atLeast(
                                "throughput with metrics / without",
                                SHARE_MIN,
                                "×",
                                comparison.ratio(0, 1, Sample::opsPerSecond))),
                        List.of(comparison.figure(0, "with metrics"), comparison.figure(1, "without")));
            } finally {
                Bench.delete(directory);
            }
        }

        private static SteleBuilder open(Path directory) {
            return Stele.builder(directory)
                    .journal(options -> options.withLaneCount(4))
                    .register(new Counter(Durability.PROCESS_CRASH));
        }

        private Sample timed(ActorSystem system, int count) throws InterruptedException {
            long startNs = System.nanoTime();
            load.run(system, count);
            return Sample.of(count, System.nanoTime() - startNs);
        }
    }
}
