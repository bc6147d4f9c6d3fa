package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Four threads, each on a lane of its own, beside one thread on one of the same lanes. */
final class LanesRow implements Row {
    private static final int LANES = 4;

    @Override
    public String key() {
        return "lanes";
    }

    @Override
    public String what() {
        return "four threads on four lanes";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int ops = bench.count(250_000, 1_000);
        int timedOps = ops / 5;
        try (BenchJournal ours = BenchJournal.open(
                directory,
                options -> options.withLaneCount(LANES)
                        .withSegmentBytes(bench.count(512 << 20, 4 << 20))
                        .withReserveSegments(1)
                        .withSyncInterval(Duration.ofMinutes(1)))) {
            List<Writer> writers = new ArrayList<>();
            for (int lane = 0; lane < LANES; lane++) {
                writers.add(ours.writer(lane));
                writers.get(lane).append();
            }
            Writer[] all = writers.toArray(Writer[]::new);
            Comparison comparison = bench.compare(
                    Side.of(() -> ours.settle(all), () -> Loop.parallel(ops(all), ops, timedOps)),
                    Side.of(() -> ours.settle(all), () -> Loop.parallel(ops(all[0]), ops, timedOps)));
            return comparison.report(
                    List.of(Check.atLeast("rate / one thread", 3, "×", comparison.ratio(0, 1, Sample::opsPerSecond))),
                    List.of(
                            comparison.figure(0, "four threads, four lanes", "events/s", Sample::opsPerSecond),
                            comparison.figure(1, "one thread, one lane", "events/s", Sample::opsPerSecond)));
        } finally {
            Bench.delete(directory);
        }
    }

    private static List<Loop.Op> ops(Writer... writers) {
        List<Loop.Op> ops = new ArrayList<>();
        for (Writer writer : writers) {
            ops.add(writer::append);
        }
        return ops;
    }
}
