package io.stele.spi;

/**
 * What one lane of an open journal has done since it was opened, and how far the disk is behind. Every number is read by itself, so
 * that one may be a little older than the next.
 *
 * @param records how many records were appended
 * @param bytes how many bytes they take in their segments
 * @param durableRecords how many of them are known to be on disk
 * @param forces how often the lane was forced
 * @param rolls how often a new segment was begun
 * @param lagNs how long ago the last force began whose end everybody may rely on, in nanoseconds; 0 if nothing waits for the disk
 * @param freeBytes how much room the file system had at the last look; negative if nobody has looked
 * @param isFull whether no event is taken now for want of room
 */
public record LaneStats(
        long records,
        long bytes,
        long durableRecords,
        long forces,
        long rolls,
        long lagNs,
        long freeBytes,
        boolean isFull) {

    /** Of a journal that does not count. */
    public static final LaneStats NONE = new LaneStats(0, 0, 0, 0, 0, 0, -1, false);

    /** Returns how many records are not known to be on disk yet. */
    public long lagRecords() {
        return Math.max(0, records - durableRecords);
    }
}
