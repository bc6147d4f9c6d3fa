package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.EntityRef;
import io.stele.spi.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;

/**
 * Commands with 1,000 outstanding, through the whole path, by actors that take a snapshot every 100 events, beside actors that
 * take none. How many of the snapshots were saved is a figure of its own: one that is left out costs nothing.
 */
final class SnapshotCost implements Row {
    private static final int ACTORS = 64;
    private static final int EVERY = 100;
    private static final double PER_MILLE_999 = 99.9;

    private final Durability tier;

    SnapshotCost(Durability tier) {
        this.tier = tier;
    }

    @Override
    public String key() {
        return "snapshots-" + tier.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String what() {
        return tier + ", 1,000 outstanding, a snapshot per " + EVERY + " events";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int groups = bench.count(tier == Durability.POWER_LOSS ? 200 : 1_000, 8);
        try (Actors with = new Actors(directory.resolve("with"), new Keeper(tier, EVERY));
                Actors without = new Actors(directory.resolve("without"), new Keeper(tier, 0))) {
            Comparison comparison = bench.compare(() -> with.run(groups), () -> without.run(groups));
            return comparison.report(
                    List.of(
                            Check.atLeast(
                                    "persist rate / without snapshots",
                                    0.9,
                                    "×",
                                    comparison.ratio(0, 1, Sample::opsPerSecond)),
                            Check.atMost(
                                    "p99.9 / without snapshots", 2, "×", comparison.ratio(0, 1, SnapshotCost::tailNs))),
                    List.of(
                            comparison.figure(0, "with snapshots", "commands/s", Sample::opsPerSecond),
                            comparison.figure(1, "without snapshots", "commands/s", Sample::opsPerSecond),
                            Figure.of("snapshots saved per " + EVERY + " events", "", Spread.of(with.savedShare()))));
        } finally {
            Bench.delete(directory);
        }
    }

    private static double tailNs(Sample sample) {
        return sample.latencyNs() == null ? Double.NaN : sample.latencyNs().getValueAtPercentile(PER_MILLE_999);
    }

    /** A system of one kind of actor. Confined to the thread that runs the rounds. */
    private static final class Actors implements AutoCloseable {
        private final ActorSystem system;
        private final EntityRef[] refs = new EntityRef[ACTORS];
        private final CompletableFuture<?>[] replies = new CompletableFuture<?>[Counter.OUTSTANDING];
        private final long[] durationNs = new long[Counter.OUTSTANDING];
        private long commandCount;

        Actors(Path directory, Keeper keeper) {
            system = Stele.builder(directory).register(keeper).open();
            Arrays.setAll(refs, i -> system.entity(Keeper.class, Counter.name(i)));
        }

        Sample run(int groups) {
            Histogram latency = Loop.newHistogram();
            long startNs = System.nanoTime();
            for (int group = 0; group < groups; group++) {
                runGroup(latency);
            }
            long count = (long) groups * Counter.OUTSTANDING;
            commandCount += count;
            return new Sample(count, System.nanoTime() - startNs, 0, latency, null);
        }

        /** Each reply notes down its own time, in a place of its own. */
        private void runGroup(Histogram latency) {
            for (int i = 0; i < Counter.OUTSTANDING; i++) {
                int place = i;
                long askedNs = System.nanoTime();
                replies[i] = refs[i % ACTORS]
                        .ask(Keeper.keep())
                        .toCompletableFuture()
                        .thenRun(() -> durationNs[place] = System.nanoTime() - askedNs);
            }
            for (int i = 0; i < Counter.OUTSTANDING; i++) {
                replies[i].join();
                Loop.record(latency, durationNs[i]);
            }
        }

        double savedShare() {
            return (double) system.snapshotsSaved() * EVERY / commandCount;
        }

        @Override
        public void close() {
            system.close();
        }
    }
}
