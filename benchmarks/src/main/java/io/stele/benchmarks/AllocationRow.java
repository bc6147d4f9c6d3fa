package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import io.stele.benchmarks.ReplayRow.Counting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Heap bytes per append and per event read. What a roll, or the start of a replay, allocates is spread over the events. */
final class AllocationRow implements Row {
    /** Below this, an event allocates nothing: the rest is what was allocated once. */
    private static final double NOTHING = 0.01;

    @Override
    public String key() {
        return "allocation";
    }

    @Override
    public String what() {
        return "allocation per append and per event read";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int ops = bench.count(400_000, 2_000);
        try (BenchJournal ours = BenchJournal.open(
                        directory.resolve("one-segment"),
                        options -> options.withLaneCount(1)
                                .withSegmentBytes(bench.count(1 << 30, 4 << 20))
                                .withReserveSegments(1)
                                .withSyncInterval(Duration.ofMinutes(1)));
                BenchJournal rolling = BenchJournal.open(
                        directory.resolve("rolling"),
                        options -> options.withLaneCount(1).withSegmentBytes(bench.count(32 << 20, 1 << 20)))) {
            Writer writer = ours.writer(0);
            Writer rollingWriter = rolling.writer(0);
            writer.append();
            rollingWriter.append();
            long[] appended = {1};
            Comparison comparison = bench.compare(
                    () -> append(writer, ops, appended),
                    () -> Loop.run(rollingWriter::append, ops, 0),
                    () -> ReplayRow.replay(ours, appended[0]),
                    () -> Loop.run(() -> replay(ours, writer, appended[0]), 1, 0)
                            .times((int) appended[0]));
            return comparison.report(
                    List.of(
                            check("per append", comparison, 0),
                            check("per event read, lane", comparison, 2),
                            check("per event read, one actor", comparison, 3)),
                    List.of(
                            Figure.of("append", "B/op", comparison.spread(0, Sample::allocatedBytesPerOp)),
                            Figure.of(
                                    "append, rolls included",
                                    "B/op",
                                    comparison.spread(1, Sample::allocatedBytesPerOp)),
                            Figure.of("event read, lane", "B/op", comparison.spread(2, Sample::allocatedBytesPerOp)),
                            Figure.of(
                                    "event read, one actor",
                                    "B/op",
                                    comparison.spread(3, Sample::allocatedBytesPerOp))));
        } finally {
            Bench.delete(directory);
        }
    }

    private static Check check(String what, Comparison comparison, int side) {
        return Check.atMost(what, NOTHING, "B", comparison.spread(side, Sample::allocatedBytesPerOp));
    }

    private static Sample append(Writer writer, int ops, long[] appended) {
        appended[0] += ops;
        return Loop.run(writer::append, ops, 0);
    }

    private static void replay(BenchJournal ours, Writer writer, long events) {
        Counting reader = new Counting();
        ours.journal().replay(writer.persistenceId(), 1, Long.MAX_VALUE, reader);
        ReplayRow.requireAll(reader.events, events);
    }
}
