package io.stele.spi;

import java.util.List;

/**
 * What opening a journal found, repaired and took.
 *
 * @param epoch of this opening
 * @param openedAtMs when, in milliseconds since 1970
 * @param phases how long each step took, in their order
 * @param lanes what was found in each lane
 */
public record OpeningReport(long epoch, long openedAtMs, List<Phase> phases, List<Lane> lanes) {

    /** What a journal says that has nothing to open. */
    public static final OpeningReport NONE = new OpeningReport(0, 0, List.of(), List.of());

    /** Copies the lists. */
    public OpeningReport {
        phases = List.copyOf(phases);
        lanes = List.copyOf(lanes);
    }

    /**
     * One step.
     *
     * @param name what it is called
     * @param durationNs how long it took
     */
    public record Phase(String name, long durationNs) {}

    /**
     * One lane.
     *
     * @param lane which
     * @param segmentCount how many files it has
     * @param recordsScanned how many records were walked to find its end
     * @param clean whether it had been closed, so that nothing was left to do
     * @param rewrittenBytes how many trusted bytes were written once more and forced
     * @param cutBytes how many bytes behind the end were cut off, zeros not counted; copies of them are kept
     * @param lastPosition of its last record; 0 if it is empty
     * @param epoch of the last opening that has written to it
     * @param indexedBytes how far the index was behind, and was made to follow
     */
    public record Lane(
            int lane,
            int segmentCount,
            long recordsScanned,
            boolean clean,
            long rewrittenBytes,
            long cutBytes,
            long lastPosition,
            long epoch,
            long indexedBytes) {}

    /** Returns whether every lane had been closed. */
    public boolean isClean() {
        return lanes.stream().allMatch(Lane::clean);
    }

    /** Returns how many bytes behind the ends of lanes were cut off. */
    public long cutBytes() {
        return lanes.stream().mapToLong(Lane::cutBytes).sum();
    }

    /** Returns how long everything took. */
    public long durationNs() {
        return phases.stream().mapToLong(Phase::durationNs).sum();
    }
}
