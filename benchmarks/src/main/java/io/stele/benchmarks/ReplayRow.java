package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import io.stele.spi.EventReader;
import io.stele.spi.StoredEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A whole lane read from its first event to its last, beside a raw scan of the same files. Both check every checksum. */
final class ReplayRow implements Row {
    @Override
    public String key() {
        return "replay";
    }

    @Override
    public String what() {
        return "sequential replay of a lane, CRC checked";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int events = bench.count(3_000_000, 5_000);
        try (BenchJournal ours = BenchJournal.open(
                directory, options -> options.withLaneCount(1).withSegmentBytes(bench.count(256 << 20, 1 << 20)))) {
            Writer writer = ours.writer(0);
            for (int i = 0; i < events; i++) {
                writer.append();
            }
            ours.settle(writer);
            RawScan scan = new RawScan();
            Comparison comparison =
                    bench.compare(() -> replay(ours, events), () -> raw(scan, ours.laneDirectory(0), events));
            return comparison.report(
                    List.of(
                            Check.atLeast("rate / raw scan", 0.7, "×", comparison.ratio(0, 1, Sample::opsPerSecond)),
                            Check.atLeast(
                                    "rate",
                                    15,
                                    "M events/s",
                                    comparison.spread(0, sample -> sample.opsPerSecond() / 1e6))),
                    List.of(
                            comparison.figure(0, "read of the lane", "ns/event", Sample::nsPerOp),
                            comparison.figure(1, "raw scan with CRC", "ns/event", Sample::nsPerOp)));
        } finally {
            Bench.delete(directory);
        }
    }

    /** Counts events, and looks at each of them a little, as any reader would. */
    static final class Counting implements EventReader {
        long events;
        long sum;

        @Override
        public void onEvent(StoredEvent event) {
            events++;
            sum += event.sequenceNumber() + event.payload().remaining();
        }
    }

    static Sample replay(BenchJournal ours, long events) {
        Counting reader = new Counting();
        long allocated = Loop.allocatedBytes();
        long startNs = System.nanoTime();
        ours.journal().read(0, 0, Long.MAX_VALUE, reader);
        long elapsedNs = System.nanoTime() - startNs;
        long allocatedBytes = Loop.allocatedBytes() - allocated;
        requireAll(reader.events, events);
        return new Sample(events, elapsedNs, allocatedBytes, null, null);
    }

    private static Sample raw(RawScan scan, Path laneDirectory, long events) throws IOException {
        long allocated = Loop.allocatedBytes();
        long startNs = System.nanoTime();
        long found = scan.scan(laneDirectory);
        long elapsedNs = System.nanoTime() - startNs;
        requireAll(found, events);
        return new Sample(events, elapsedNs, Loop.allocatedBytes() - allocated, null, null);
    }

    static void requireAll(long found, long expected) {
        if (found != expected) {
            throw new IllegalStateException(
                    "events are missing, so the figures mean nothing: found=" + found + ", expected=" + expected);
        }
    }
}
