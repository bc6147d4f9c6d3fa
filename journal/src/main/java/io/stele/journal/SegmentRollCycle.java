package io.stele.journal;

import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.RollCycle;

/**
 * Rolls when told to, not by time: the cycle is the segment number. Its length of one second is only how Chronicle turns the
 * number into the file name of {@link SegmentFiles}.
 */
final class SegmentRollCycle implements RollCycle {
    /** Kept small: the two index pages of a segment take 16 KiB, and hold 1024 × 4096 records each. */
    static final int INDEX_COUNT = 1024;

    static final int INDEX_SPACING = 4096;

    private static final int SEQUENCE_BITS = 32;
    private static final long SEQUENCE_MASK = (1L << SEQUENCE_BITS) - 1;

    private volatile int segment;

    void segment(long value) {
        segment = Math.toIntExact(value);
    }

    @Override
    public int current(TimeProvider time, long epoch) {
        return segment;
    }

    @Override
    public String format() {
        return SegmentFiles.NAME_FORMAT;
    }

    @Override
    public int lengthInMillis() {
        return 1000;
    }

    @Override
    public int defaultIndexCount() {
        return INDEX_COUNT;
    }

    @Override
    public int defaultIndexSpacing() {
        return INDEX_SPACING;
    }

    @Override
    public long toIndex(int cycle, long sequenceNumber) {
        return ((long) cycle << SEQUENCE_BITS) + (sequenceNumber & SEQUENCE_MASK);
    }

    @Override
    public long toSequenceNumber(long index) {
        return index & SEQUENCE_MASK;
    }

    @Override
    public int toCycle(long index) {
        return Math.toIntExact(index >> SEQUENCE_BITS);
    }

    @Override
    public long maxMessagesPerCycle() {
        return (long) INDEX_COUNT * INDEX_COUNT * INDEX_SPACING - 1;
    }
}
