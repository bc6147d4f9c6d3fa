package io.stele.recovery;

import java.time.Duration;

/**
 * When a journal is compacted by itself, and how fast.
 *
 * @param interval from the end of one run, or of the opening, to the begin of the next; at least a second
 * @param gainBytesMin a run that would give the disk back less than this is left out; at least 0
 * @param bytesPerSecond how much may be read, written and deleted per second; 0 for no limit
 */
public record CompactionSchedule(Duration interval, long gainBytesMin, long bytesPerSecond) {
    private static final Duration INTERVAL_MIN = Duration.ofSeconds(1);
    private static final long GAIN_BYTES_MIN = 64L << 20;
    private static final long BYTES_PER_SECOND = 64L << 20;

    /** Checks the ranges. */
    public CompactionSchedule {
        if (interval.compareTo(INTERVAL_MIN) < 0 || gainBytesMin < 0 || bytesPerSecond < 0) {
            throw new IllegalArgumentException("schedule is out of range: interval=" + interval + ", intervalMin="
                    + INTERVAL_MIN + ", gainBytesMin=" + gainBytesMin + ", bytesPerSecond=" + bytesPerSecond);
        }
    }

    /** Returns a schedule that leaves out what would gain less than 64 MiB, and spends 64 MiB a second. */
    public static CompactionSchedule every(Duration interval) {
        return new CompactionSchedule(interval, GAIN_BYTES_MIN, BYTES_PER_SECOND);
    }

    /** Returns a copy that leaves out runs that would gain less. */
    public CompactionSchedule withGainBytesMin(long value) {
        return new CompactionSchedule(interval, value, bytesPerSecond);
    }

    /** Returns a copy with another limit; 0 for none. */
    public CompactionSchedule withBytesPerSecond(long value) {
        return new CompactionSchedule(interval, gainBytesMin, value);
    }
}
