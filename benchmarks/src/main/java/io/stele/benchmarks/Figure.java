package io.stele.benchmarks;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Something measured that is shown beside the checks.
 *
 * @param name who did what
 * @param unit of {@code value}
 * @param value over all rounds
 * @param latencyNs single operations of all rounds; null where none were timed
 * @param allocatedBytesPerOp heap bytes per operation; NaN where it was not counted
 */
record Figure(
        String name, String unit, Spread value, @Nullable Histogram latencyNs, double allocatedBytesPerOp) {

    static Figure of(String name, String unit, Spread value) {
        return new Figure(name, unit, value, null, Double.NaN);
    }
}
