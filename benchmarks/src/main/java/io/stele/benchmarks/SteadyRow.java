package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One million events per second for seconds on end, the lane being forced and rolled meanwhile, beside a raw queue that is treated
 * likewise.
 *
 * <p>Two latencies: of the append itself, and from when it should have started. The second one leaves nothing out: whoever comes
 * while an append stalls has to wait as well.
 */
final class SteadyRow implements Row {
    private static final long INTERVAL_NS = 1_000;
    private static final int SEGMENT_BYTES = 32 << 20;

    @Override
    public String key() {
        return "steady";
    }

    @Override
    public String what() {
        return "steady 1 M events/s, forced and rolling";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int segmentBytes = bench.count(SEGMENT_BYTES, 1 << 20);
        int ops = bench.count(2_000_000, 10_000);
        try (BenchJournal ours = BenchJournal.open(
                        directory.resolve("ours"),
                        options -> options.withLaneCount(1).withSegmentBytes(segmentBytes));
                RawQueue queue = new RawQueue(directory.resolve("raw"), segmentBytes)) {
            Writer writer = ours.writer(0);
            int recordBytes = ours.recordBytes(writer);
            try (RawRolling raw = new RawRolling(queue, recordBytes)) {
                Comparison comparison = bench.compare(
                        Side.of(() -> ours.settle(writer), () -> Loop.paced(writer::append, ops, INTERVAL_NS)),
                        () -> Loop.paced(raw::append, ops, INTERVAL_NS));
                return report(comparison);
            }
        } finally {
            Bench.delete(directory);
        }
    }

    private static RowReport report(Comparison comparison) {
        return comparison.report(
                List.of(
                        Check.atMost("append p99", 5, "µs", comparison.spread(0, sample -> micros(sample, 99))),
                        Check.atMost("append p99.9", 60, "µs", comparison.spread(0, sample -> micros(sample, 99.9)))),
                List.of(
                        comparison.figure(0, "append", "events/s", Sample::opsPerSecond),
                        comparison.responseFigure(0, "append, from its intended start"),
                        comparison.figure(
                                1, "raw writeBytes, filled ahead and forced", "events/s", Sample::opsPerSecond),
                        comparison.responseFigure(1, "raw writeBytes, from its intended start")));
    }

    private static double micros(Sample sample, double percentile) {
        return sample.latencyNs() == null ? Double.NaN : sample.latencyNs().getValueAtPercentile(percentile) / 1e3;
    }
}
