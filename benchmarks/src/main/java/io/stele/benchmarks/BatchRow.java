package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Sixteen events in one record beside sixteen records. */
final class BatchRow implements Row {
    private static final int BATCH = 16;

    @Override
    public String key() {
        return "batch";
    }

    @Override
    public String what() {
        return "batch of 16 events";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int batches = bench.count(30_000, 100);
        int timed = batches / 5;
        try (BenchJournal ours = BenchJournal.open(
                directory,
                options -> options.withLaneCount(1)
                        .withSegmentBytes(bench.count(1 << 30, 4 << 20))
                        .withReserveSegments(1)
                        .withSyncInterval(Duration.ofMinutes(1)))) {
            Writer writer = ours.writer(0);
            writer.append();
            Side.Preparation settle = () -> ours.settle(writer);
            Comparison comparison = bench.compare(
                    Side.of(
                            settle,
                            () -> Loop.run(() -> writer.append(BATCH), batches, timed)
                                    .times(BATCH)),
                    Side.of(settle, () -> Loop.run(writer::append, (long) batches * BATCH, (long) timed * BATCH)));
            return comparison.report(
                    List.of(Check.atMost(
                            "time per event / single append", 0.6, "×", comparison.ratio(0, 1, Sample::nsPerOp))),
                    List.of(
                            comparison.figure(0, "batch of 16 (percentiles: per batch)", "ns/event", Sample::nsPerOp),
                            comparison.figure(1, "single append", "ns/event", Sample::nsPerOp)));
        } finally {
            Bench.delete(directory);
        }
    }
}
