package io.stele.spi;

/**
 * One file of a lane, as compaction sees it: a segment, or what was carried over from segments that are gone.
 *
 * @param lane which lane it belongs to, from 0
 * @param firstSegment the first segment whose records it holds, from 1
 * @param lastSegment the last one; the same as the first for a segment
 * @param lastPosition at or above every position in it
 * @param bytes how long the file is
 * @param carried whether it holds what was carried over
 * @param closed whether it may be compacted at all: nothing is appended to it any more, all of it is durable, and it is not one of
 *     the lane's two newest segments
 */
public record HistoryFile(
        int lane, long firstSegment, long lastSegment, long lastPosition, long bytes, boolean carried, boolean closed) {

    /** Checks the numbers. */
    public HistoryFile {
        if (lane < 0 || firstSegment < 1 || lastSegment < firstSegment || bytes < 0) {
            throw new IllegalArgumentException("history file is out of range: lane=" + lane + ", firstSegment="
                    + firstSegment + ", lastSegment=" + lastSegment + ", bytes=" + bytes);
        }
    }
}
