package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Encode, checksum and append, one thread on one lane, beside raw Chronicle {@code writeBytes} of as many bytes. */
final class AppendRow implements Row {
    @Override
    public String key() {
        return "append";
    }

    @Override
    public String what() {
        return "encode + CRC + append, one thread, one lane";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int segmentBytes = bench.count(1 << 30, 4 << 20);
        int ops = bench.count(500_000, 2_000);
        int timedOps = ops / 5;
        try (BenchJournal ours = BenchJournal.open(
                        directory.resolve("ours"),
                        options -> options.withLaneCount(1)
                                .withSegmentBytes(segmentBytes)
                                .withReserveSegments(1)
                                .withSyncInterval(Duration.ofMinutes(1)));
                RawQueue raw = new RawQueue(directory.resolve("raw"), segmentBytes)) {
            Writer writer = ours.writer(0);
            int recordBytes = ours.recordBytes(writer);
            RawQueue.Appender appender = raw.appender(recordBytes);
            Comparison comparison = bench.compare(
                    Side.of(() -> ours.settle(writer), () -> Loop.run(writer::append, ops, timedOps)),
                    Side.of(
                            () -> raw.prepare(ops + timedOps, recordBytes),
                            () -> Loop.run(appender::append, ops, timedOps)));
            return comparison.report(
                    List.of(Check.atMost("time / raw Chronicle", 1.6, "×", comparison.ratio(0, 1, Sample::nsPerOp))),
                    List.of(
                            comparison.figure(0, "append, 128-byte event"),
                            comparison.figure(1, "raw writeBytes, " + recordBytes + " bytes")));
        } finally {
            Bench.delete(directory);
        }
    }
}
