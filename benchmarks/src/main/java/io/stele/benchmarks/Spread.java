package io.stele.benchmarks;

import java.util.Arrays;

/** One quantity over all rounds. */
record Spread(double min, double median, double max) {

    /** Returns the spread of at least one value. */
    static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("spread of nothing");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }

    boolean isFinite() {
        return Double.isFinite(min) && Double.isFinite(median) && Double.isFinite(max);
    }
}
