package io.stele.runtime;

/**
 * Estimates how often something was used lately, in a few bits for each of many: a count-min sketch of four rows with counters from 0
 * to 15, all of which are halved after ten times as many uses as there are counters wanted, so that the past fades.
 *
 * <p>As in Einziger, Friedman, Manes: <i>TinyLFU, a highly efficient cache admission policy</i> (2017). Not thread-safe.
 */
final class FrequencySketch {
    private static final long[] SEEDS = {
        0xc3a5c85c97cb3127L, 0xb492b66fbe98f273L, 0x9ae16a3b2f90404fL, 0xcbf29ce484222325L
    };
    private static final long HALVES = 0x7777777777777777L;
    private static final int USES_PER_COUNTER = 10;

    private final long[] table;
    private final int mask;
    private final long usesMax;
    private long uses;

    /**
     * Starts with everything at 0.
     *
     * @param count how many things are to be told apart, about; it takes 8 bytes for each
     */
    FrequencySketch(int count) {
        int size = Integer.highestOneBit(Math.max(8, Math.min(count, 1 << 29)) - 1) << 1;
        table = new long[size];
        mask = size - 1;
        usesMax = (long) USES_PER_COUNTER * count;
    }

    /** Returns an estimate from 0 to 15, never below the truth since the last halvings. */
    int frequency(int hash) {
        int spread = spread(hash);
        int start = (spread & 3) << 2;
        int frequency = Integer.MAX_VALUE;
        for (int row = 0; row < SEEDS.length; row++) {
            int count = (int) (table[index(spread, row)] >>> ((start + row) << 2) & 0xF);
            frequency = Math.min(frequency, count);
        }
        return frequency;
    }

    /** Counts a use. */
    void increment(int hash) {
        int spread = spread(hash);
        int start = (spread & 3) << 2;
        for (int row = 0; row < SEEDS.length; row++) {
            int index = index(spread, row);
            int shift = (start + row) << 2;
            if ((table[index] >>> shift & 0xF) < 0xF) {
                table[index] += 1L << shift;
            }
        }
        if (++uses >= usesMax) {
            halve();
        }
    }

    private void halve() {
        for (int i = 0; i < table.length; i++) {
            table[i] = table[i] >>> 1 & HALVES;
        }
        uses /= 2;
    }

    private int index(int spread, int row) {
        long hash = (spread + SEEDS[row]) * SEEDS[row];
        hash += hash >>> 32;
        return (int) hash & mask;
    }

    private static int spread(int hash) {
        int spread = hash * 0x9e3779b9;
        return spread ^ spread >>> 16;
    }
}
