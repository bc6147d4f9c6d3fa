package io.stele.journal;

/**
 * Where a lane ends, as an opening found it.
 *
 * @param firstSegment the oldest segment, 0 if there is none
 * @param lastSegment the newest one; the next is to be one above
 * @param position of the last record, 0 if there is none
 * @param crc of the last record
 * @param epoch the highest that a record was written under
 */
record LaneTail(long firstSegment, long lastSegment, long position, int crc, long epoch) {
    static final LaneTail EMPTY = new LaneTail(0, 0, 0, 0, 0);
}
