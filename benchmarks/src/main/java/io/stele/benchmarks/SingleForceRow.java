package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code POWER_LOSS} with one event outstanding, beside one raw fdatasync of as many bytes in a file that is filled already. */
final class SingleForceRow implements Row {
    @Override
    public String key() {
        return "single-force";
    }

    @Override
    public String what() {
        return "POWER_LOSS, 1 outstanding";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int segmentBytes = bench.count(256 << 20, 4 << 20);
        int ops = bench.count(500, 5);
        try (BenchJournal ours = BenchJournal.open(
                        directory.resolve("ours"),
                        options -> options.withLaneCount(1)
                                .withSegmentBytes(segmentBytes)
                                .withReserveSegments(1));
                ForcedFile file = new ForcedFile(directory.resolve("raw"), bench.count(64 << 20, 1 << 20))) {
            Writer writer = ours.writer(0);
            int recordBytes = ours.recordBytes(writer);
            Comparison comparison = bench.compare(
                    Side.of(
                            () -> ours.settle(writer),
                            () -> Loop.run(() -> ours.awaitDurable(writer.lane(), writer.append()), ops, ops)),
                    () -> Loop.run(() -> file.write(recordBytes), ops, ops));
            return comparison.report(
                    List.of(Check.atMost("time / raw fdatasync", 1.3, "×", comparison.ratio(0, 1, Sample::nsPerOp))),
                    List.of(
                            comparison.figure(0, "append until durable"),
                            comparison.figure(1, "mapped write + fdatasync, " + recordBytes + " bytes")));
        } finally {
            Bench.delete(directory);
        }
    }
}
