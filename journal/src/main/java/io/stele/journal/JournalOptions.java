package io.stele.journal;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a journal lies, how it is laid out, and how often it reaches the disk.
 *
 * <p>Lane count and segment size are fixed when the journal is created: for an existing one the values of its manifest hold,
 * whatever stands here.
 *
 * @param directory where the journal lives; created if absent
 * @param laneCount how many independent logs, 1 to 256
 * @param segmentBytes how large a segment file may become, 1 MiB to 1 GiB, a multiple of 64 KiB
 * @param syncInterval the longest an appended event may wait for the disk without a request, 1 ms to 1 minute
 * @param payloadBytesMax the most bytes that events and metadata of one batch may have, 1 KiB to an eighth of a segment
 * @param freeBytesMin appends are refused while the file system has less room than this, 0 to 1 TiB
 * @param reserveSegments how many zero-filled segments to keep ahead of a lane that is written, 1 to 16
 */
public record JournalOptions(
        Path directory,
        int laneCount,
        int segmentBytes,
        Duration syncInterval,
        int payloadBytesMax,
        long freeBytesMin,
        int reserveSegments) {

    /** Most lanes. */
    public static final int LANE_COUNT_MAX = 256;

    /** Smallest segment. */
    public static final int SEGMENT_BYTES_MIN = 1 << 20;

    /** Largest segment. */
    public static final int SEGMENT_BYTES_MAX = 1 << 30;

    /** Longest time between two forces of a lane that is written. */
    public static final Duration SYNC_INTERVAL_MAX = Duration.ofMinutes(1);

    /** Largest threshold of free space. */
    public static final long FREE_BYTES_MIN_MAX = 1L << 40;

    /** Most reserved segments. */
    public static final int RESERVE_SEGMENTS_MAX = 16;

    private static final int PAYLOAD_BYTES_MIN = 1 << 10;
    private static final int SEGMENT_BYTES_UNIT = 1 << 16;

    /** Checks all ranges. */
    public JournalOptions {
        requireRange("laneCount", laneCount, 1, LANE_COUNT_MAX);
        requireRange("segmentBytes", segmentBytes, SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
        if (segmentBytes % SEGMENT_BYTES_UNIT != 0) {
            throw new IllegalArgumentException(
                    "segmentBytes must be a multiple of 64 KiB: segmentBytes=" + segmentBytes);
        }
        if (syncInterval.compareTo(Duration.ofMillis(1)) < 0 || syncInterval.compareTo(SYNC_INTERVAL_MAX) > 0) {
            throw new IllegalArgumentException(
                    "syncInterval is out of range: syncInterval=" + syncInterval + ", min=PT0.001S, max=PT1M");
        }
        requireRange("payloadBytesMax", payloadBytesMax, PAYLOAD_BYTES_MIN, payloadBytesMax(segmentBytes));
        requireRange("freeBytesMin", freeBytesMin, 0, FREE_BYTES_MIN_MAX);
        requireRange("reserveSegments", reserveSegments, 1, RESERVE_SEGMENTS_MAX);
    }

    /**
     * Returns options with 4 lanes, segments of 32 MiB, a force every 10 ms, batches of up to 1 MiB, appends refused below 64
     * MiB of free space, and 2 segments in reserve.
     */
    public static JournalOptions of(Path directory) {
        return new JournalOptions(directory, 4, 32 << 20, Duration.ofMillis(10), 1 << 20, 64L << 20, 2);
    }

    /** Returns these options with another lane count. */
    public JournalOptions withLaneCount(int value) {
        return new JournalOptions(
                directory, value, segmentBytes, syncInterval, payloadBytesMax, freeBytesMin, reserveSegments);
    }

    /** Returns these options with another segment size, and with {@code payloadBytesMax} lowered to what that allows. */
    public JournalOptions withSegmentBytes(int value) {
        int payloadBytes = Math.min(payloadBytesMax, payloadBytesMax(value));
        return new JournalOptions(
                directory, laneCount, value, syncInterval, payloadBytes, freeBytesMin, reserveSegments);
    }

    /** Returns these options with another sync interval. */
    public JournalOptions withSyncInterval(Duration value) {
        return new JournalOptions(
                directory, laneCount, segmentBytes, value, payloadBytesMax, freeBytesMin, reserveSegments);
    }

    /** Returns these options with another limit of batches. */
    public JournalOptions withPayloadBytesMax(int value) {
        return new JournalOptions(
                directory, laneCount, segmentBytes, syncInterval, value, freeBytesMin, reserveSegments);
    }

    /** Returns these options with another threshold of free space. */
    public JournalOptions withFreeBytesMin(long value) {
        return new JournalOptions(
                directory, laneCount, segmentBytes, syncInterval, payloadBytesMax, value, reserveSegments);
    }

    /** Returns these options with another number of reserved segments. */
    public JournalOptions withReserveSegments(int value) {
        return new JournalOptions(
                directory, laneCount, segmentBytes, syncInterval, payloadBytesMax, freeBytesMin, value);
    }

    private static int payloadBytesMax(int segmentBytes) {
        return Math.max(PAYLOAD_BYTES_MIN, segmentBytes / 8);
    }

    private static void requireRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " is out of range: " + name + "=" + value + ", min=" + min + ", max=" + max);
        }
    }
}
