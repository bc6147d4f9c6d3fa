package io.stele.spi;

/**
 * What a lane's journal says about its last compaction.
 *
 * @param lane which lane, from 0
 * @param number 1, 2, 3 … per lane
 * @param oldestSegment the oldest segment that was left
 * @param snapshotHash over the snapshots that it relied on
 * @param snapshotCount how many those were
 */
public record Watermark(int lane, long number, long oldestSegment, long snapshotHash, long snapshotCount) {}
