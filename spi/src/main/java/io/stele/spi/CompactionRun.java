package io.stele.spi;

/**
 * What a journal asks, while it compacts, of whoever ordered it. Called on the thread that compacts. What it throws ends the
 * compaction; what was not marked by then did not happen.
 */
public interface CompactionRun {

    /**
     * Decides what stays of one actor: every record that ends at or above the returned number. Asked once per actor and call of
     * {@link CompactableJournal#compact}. The record of the returned number stays too, and so does the actor's last one.
     *
     * @param lastSequenceNumber the actor's last event in the journal
     * @return 0 to {@code lastSequenceNumber}; 0 keeps everything
     */
    long keepFrom(PersistenceId persistenceId, long lastSequenceNumber);

    /**
     * Makes sure that everything {@link #keepFrom} relied on is on disk and can be read, and leaves there, durably, that watermark
     * {@code number} of {@code lane} will rely on it.
     *
     * @return a hash over what was relied on; stands in the watermark
     */
    long witness(int lane, long number);

    /** Returns how many snapshots {@link #keepFrom} has relied on. */
    long snapshotCount();

    /** Told of bytes that were read, written or deleted; may wait, and may throw to stop. */
    void onBytes(long bytes);

    /** Told of every step that is complete. */
    default void onStep(CompactionStep step) {}
}
