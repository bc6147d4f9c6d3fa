package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** {@code POWER_LOSS} with 1,000 events outstanding, beside 1,000 raw appends and one force. */
final class GroupForceRow implements Row {
    private static final int GROUP = 1_000;

    @Override
    public String key() {
        return "group-force";
    }

    @Override
    public String what() {
        return "POWER_LOSS, 1,000 outstanding";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int segmentBytes = bench.count(512 << 20, 4 << 20);
        int groups = bench.count(100, 2);
        try (BenchJournal ours = BenchJournal.open(
                        directory.resolve("ours"),
                        options -> options.withLaneCount(1)
                                .withSegmentBytes(segmentBytes)
                                .withReserveSegments(1));
                RawQueue raw = new RawQueue(directory.resolve("raw"), segmentBytes)) {
            Writer writer = ours.writer(0);
            int recordBytes = ours.recordBytes(writer);
            RawQueue.Appender appender = raw.appender(recordBytes);
            Window window = new Window(ours, writer);
            Comparison comparison = bench.compare(
                    Side.of(
                            () -> ours.settle(writer),
                            () -> Loop.run(window::append, (long) groups * GROUP, (long) groups * GROUP)),
                    Side.of(
                            () -> raw.prepare(2L * groups * GROUP, recordBytes),
                            () -> Loop.run(() -> group(raw, appender), groups, groups)
                                    .times(GROUP)),
                    Side.of(
                            () -> ours.settle(writer),
                            () -> Loop.run(() -> group(ours, writer), groups, groups)
                                    .times(GROUP)));
            return comparison.report(
                    List.of(Check.atLeast(
                            "rate / raw append + force", 0.9, "×", comparison.ratio(0, 1, Sample::opsPerSecond))),
                    List.of(
                            comparison.figure(0, "append, 1,000 outstanding at most", "events/s", Sample::opsPerSecond),
                            comparison.figure(
                                    1,
                                    "1,000 raw appends + force (percentiles: per group)",
                                    "events/s",
                                    Sample::opsPerSecond),
                            comparison.figure(
                                    2,
                                    "1,000 appends, then none until durable (per group)",
                                    "events/s",
                                    Sample::opsPerSecond)));
        } finally {
            Bench.delete(directory);
        }
    }

    /** Appends as long as fewer than 1,000 of the events before are not on disk: what 1,000 waiting commands do to a lane. */
    private static final class Window {
        private final BenchJournal journal;
        private final Writer writer;
        private final long[] positions = new long[GROUP];
        private int next;

        Window(BenchJournal journal, Writer writer) {
            this.journal = journal;
            this.writer = writer;
        }

        void append() {
            journal.awaitDurable(writer.lane(), positions[next]);
            positions[next] = writer.append();
            next = (next + 1) % GROUP;
        }
    }

    private static void group(BenchJournal journal, Writer writer) {
        long position = 0;
        for (int i = 0; i < GROUP; i++) {
            position = writer.append();
        }
        journal.awaitDurable(writer.lane(), position);
    }

    private static void group(RawQueue queue, RawQueue.Appender appender) {
        for (int i = 0; i < GROUP; i++) {
            appender.append();
        }
        try {
            queue.force();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
