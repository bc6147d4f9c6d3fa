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
        int segmentBytes = bench.count(512 << 20, 4 << 20);
        List<RawQueue> queues = new ArrayList<>();
        try (BenchJournal ours = BenchJournal.open(
                directory,
                options -> options.withLaneCount(LANES)
                        .withSegmentBytes(segmentBytes)
                        .withReserveSegments(1)
                        .withSyncInterval(Duration.ofMinutes(1)))) {
            List<Writer> writers = new ArrayList<>();
            for (int lane = 0; lane < LANES; lane++) {
                writers.add(ours.writer(lane));
                writers.get(lane).append();
                queues.add(new RawQueue(directory.resolve("raw-" + lane), segmentBytes));
            }
            Writer[] all = writers.toArray(Writer[]::new);
            int recordBytes = ours.recordBytes(all[0]);
            List<Loop.Op> raw = new ArrayList<>();
            queues.forEach(queue -> raw.add(queue.appender(recordBytes)::append));
            Comparison comparison = bench.compare(
                    Side.of(() -> ours.settle(all), () -> Loop.parallel(ops(all), ops, timedOps)),
                    Side.of(() -> ours.settle(all), () -> Loop.parallel(ops(all[0]), ops, timedOps)),
                    Side.of(
                            () -> prepare(queues, ops + timedOps, recordBytes),
                            () -> Loop.parallel(raw, ops, timedOps)),
                    Side.of(
                            () -> prepare(queues.subList(0, 1), ops + timedOps, recordBytes),
                            () -> Loop.parallel(raw.subList(0, 1), ops, timedOps)));
            return comparison.report(
                    List.of(Check.atLeast("rate / one thread", 3, "×", comparison.ratio(0, 1, Sample::opsPerSecond))),
                    List.of(
                            comparison.figure(0, "four threads, four lanes", "events/s", Sample::opsPerSecond),
                            comparison.figure(1, "one thread, one lane", "events/s", Sample::opsPerSecond),
                            comparison.figure(2, "raw, four threads, four queues", "events/s", Sample::opsPerSecond),
                            comparison.figure(3, "raw, one thread, one queue", "events/s", Sample::opsPerSecond),
                            Figure.of("raw, four / one", "×", comparison.ratio(2, 3, Sample::opsPerSecond))));
        } finally {
            for (RawQueue queue : queues) {
                queue.close();
            }
            Bench.delete(directory);
        }
    }

    private static void prepare(List<RawQueue> queues, long count, int recordBytes) throws IOException {
        for (RawQueue queue : queues) {
            queue.prepare(count, recordBytes);
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
