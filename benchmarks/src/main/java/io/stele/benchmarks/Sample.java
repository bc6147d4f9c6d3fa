package io.stele.benchmarks;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What one side of a comparison did in one round.
 *
 * @param ops how many operations the elapsed time covers, at least 1
 * @param elapsedNs wall time of all of them together, without a clock read in between
 * @param allocatedBytes heap bytes that the measuring threads allocated meanwhile
 * @param latencyNs single operations, timed one by one in a second pass; null where that means nothing
 * @param responseNs the same operations, from when they should have started; null unless they were paced
 */
record Sample(
        long ops,
        long elapsedNs,
        long allocatedBytes,
        @Nullable Histogram latencyNs,
        @Nullable Histogram responseNs) {

    static Sample of(long ops, long elapsedNs) {
        return new Sample(ops, elapsedNs, 0, null, null);
    }

    double nsPerOp() {
        return (double) elapsedNs / ops;
    }

    double msPerOp() {
        return nsPerOp() / 1e6;
    }

    double opsPerSecond() {
        return ops * 1e9 / elapsedNs;
    }

    double allocatedBytesPerOp() {
        return (double) allocatedBytes / ops;
    }

    /** Counts each operation as {@code count}: a batch of 16 events, a group of 1,000. Latencies stay those of whole operations. */
    Sample times(int count) {
        return new Sample(ops * count, elapsedNs, allocatedBytes, latencyNs, responseNs);
    }
}
