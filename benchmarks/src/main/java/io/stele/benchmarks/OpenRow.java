package io.stele.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Opening a directory with 100 segments after it was closed, and after its process was killed, each time by a JVM of its own that has
 * just been started.
 */
final class OpenRow implements Row {
    private static final double CLEAN_MS_MAX = 300;
    private static final double KILLED_MS_MAX = 1_000;

    @Override
    public String key() {
        return "open";
    }

    @Override
    public String what() {
        return "open a directory with 100 segments";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int segments = bench.count(100, 6);
        int segmentBytes = bench.count(32 << 20, 1 << 20);
        try {
            OpenChild.fillAndBeKilled(directory, segmentBytes, segments);
            Sample afterFilling = OpenChild.openAndClose(directory, segmentBytes);
            RawScan scan = new RawScan();
            Comparison comparison = bench.compareWithoutWarmUp(
                    () -> OpenChild.openAndBeKilled(directory, segmentBytes),
                    () -> OpenChild.openAndClose(directory, segmentBytes),
                    () -> scan(scan, directory));
            return report(comparison, Spread.of(afterFilling.msPerOp()));
        } finally {
            Bench.delete(directory);
        }
    }

    private static RowReport report(Comparison comparison, Spread afterFilling) {
        return comparison.report(
                List.of(
                        Check.atMost("after a clean stop", CLEAN_MS_MAX, "ms", comparison.spread(0, Sample::msPerOp)),
                        Check.atMost(
                                "after kill -9, less one segment's scan",
                                KILLED_MS_MAX,
                                "ms",
                                comparison.difference(1, 2, Sample::msPerOp)),
                        Check.atMost("the same, of whoever wrote all of it", KILLED_MS_MAX, "ms", afterFilling)),
                List.of(
                        comparison.figure(0, "open after a clean stop", "ms", Sample::msPerOp),
                        comparison.figure(1, "open after kill -9", "ms", Sample::msPerOp),
                        Figure.of("open after kill -9 of whoever wrote all of it", "ms", afterFilling),
                        comparison.figure(2, "raw scan of one segment", "ms", Sample::msPerOp)));
    }

    private static Sample scan(RawScan scan, Path directory) throws IOException {
        Path segment =
                RawScan.segments(directory.resolve("journal").resolve("lane-0")).get(0);
        long startNs = System.nanoTime();
        scan.scanSegment(segment);
        return Sample.of(1, System.nanoTime() - startNs);
    }
}
