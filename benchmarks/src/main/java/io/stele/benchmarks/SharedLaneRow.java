package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Two threads that append to one lane beside one that does; and two raw appenders on one queue beside one. */
final class SharedLaneRow implements Row {
    @Override
    public String key() {
        return "shared-lane";
    }

    @Override
    public String what() {
        return "two threads that append to one lane";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int segmentBytes = bench.count(1 << 30, 4 << 20);
        int ops = bench.count(250_000, 1_000);
        int timedOps = ops / 5;
        try (BenchJournal ours = BenchJournal.open(
                        directory.resolve("ours"),
                        options -> options.withLaneCount(1)
                                .withSegmentBytes(segmentBytes)
                                .withReserveSegments(1)
                                .withSyncInterval(Duration.ofMinutes(1)));
                RawQueue raw = new RawQueue(directory.resolve("raw"), segmentBytes)) {
            Writer first = ours.writer(0);
            Writer second = ours.writer(0);
            int recordBytes = ours.recordBytes(first);
            ours.recordBytes(second);
            RawQueue.Appender rawFirst = raw.appender(recordBytes);
            RawQueue.Appender rawSecond = raw.appender(recordBytes);
            Side.Preparation settle = () -> ours.settle(first, second);
            Side.Preparation room = () -> raw.prepare(2L * (ops + timedOps), recordBytes);
            Comparison comparison = bench.compare(
                    Side.of(settle, () -> Loop.parallel(List.of(first::append, second::append), ops, timedOps)),
                    Side.of(settle, () -> Loop.parallel(List.of(first::append), 2L * ops, timedOps)),
                    Side.of(room, () -> Loop.parallel(List.of(rawFirst::append, rawSecond::append), ops, timedOps)),
                    Side.of(room, () -> Loop.parallel(List.of(rawFirst::append), 2L * ops, timedOps)));
            return comparison.report(
                    List.of(Check.atLeast("rate / one thread", 0.9, "×", comparison.ratio(0, 1, Sample::opsPerSecond))),
                    List.of(
                            comparison.figure(0, "two threads, one lane", "events/s", Sample::opsPerSecond),
                            comparison.figure(1, "one thread, one lane", "events/s", Sample::opsPerSecond),
                            comparison.figure(2, "raw, two appenders", "events/s", Sample::opsPerSecond),
                            comparison.figure(3, "raw, one appender", "events/s", Sample::opsPerSecond),
                            Figure.of("raw, two appenders / one", "×", comparison.ratio(2, 3, Sample::opsPerSecond))));
        } finally {
            Bench.delete(directory);
        }
    }
}
