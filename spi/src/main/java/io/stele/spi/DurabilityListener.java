package io.stele.spi;

/** Learns how far a lane has reached the disk. Called on the lane's sync thread: must return at once, and not throw. */
public interface DurabilityListener {

    /** Everything at or below {@code durablePosition} of {@code lane} now survives a power cut. */
    void onDurable(int lane, long durablePosition);

    /**
     * A force has ended well; {@link #onDurable} follows. By default nothing is done.
     *
     * @param records how many records it has made durable
     * @param durationNs how long it took
     */
    default void onForced(int lane, long records, long durationNs) {}

    /**
     * The lane has failed: nothing above its durable position will ever be acknowledged, and it takes no more appends. What was
     * appended above it may or may not be found by the next opening.
     */
    void onFailed(int lane, JournalException cause);
}
