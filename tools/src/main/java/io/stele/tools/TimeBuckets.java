package io.stele.tools;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts events over time, in buckets that grow so that there are never many. Confined to one thread. */
final class TimeBuckets {
    private static final int COUNT_MAX = 4_096;
    private static final long WIDTH_MS_MIN = 1_000;

    private long widthMs = WIDTH_MS_MIN;
    private Map<Long, Long> counts = new HashMap<>();

    void add(long timestampMs) {
        counts.merge(Math.floorDiv(timestampMs, widthMs), 1L, Long::sum);
        if (counts.size() > COUNT_MAX) {
            widen(2 * widthMs);
        }
    }

    void add(TimeBuckets other) {
        widen(Math.max(widthMs, other.widthMs));
        other.counts.forEach(
                (bucket, count) -> counts.merge(Math.floorDiv(bucket * other.widthMs, widthMs), count, Long::sum));
        while (counts.size() > COUNT_MAX) {
            widen(2 * widthMs);
        }
    }

    private void widen(long wanted) {
        if (wanted == widthMs) {
            return;
        }
        Map<Long, Long> wider = new HashMap<>();
        counts.forEach((bucket, count) -> wider.merge(Math.floorDiv(bucket * widthMs, wanted), count, Long::sum));
        counts = wider;
        widthMs = wanted;
    }

    /**
     * Counts over time.
     *
     * @param startMs where the first one begins
     * @param widthMs how long each of them is
     * @param counts events
     */
    record Series(long startMs, long widthMs, List<Long> counts) {
        long peakPerSecond() {
            long max = counts.stream().mapToLong(Long::longValue).max().orElse(0);
            return Math.round(max / (widthMs / 1_000.0));
        }
    }

    /** Returns at most {@code countMax} equally long buckets from the first event to the last. */
    Series series(int countMax) {
        if (counts.isEmpty()) {
            return new Series(0, widthMs, List.of());
        }
        long first = counts.keySet().stream().mapToLong(Long::longValue).min().orElse(0);
        long last = counts.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
        long perColumn = Math.max(1, (last - first + countMax) / countMax);
        int columns = (int) ((last - first) / perColumn + 1);
        long[] sums = new long[columns];
        counts.forEach((bucket, count) -> sums[(int) ((bucket - first) / perColumn)] += count);
        List<Long> values = new ArrayList<>();
        for (long sum : sums) {
            values.add(sum);
        }
        return new Series(first * widthMs, perColumn * widthMs, values);
    }
}
