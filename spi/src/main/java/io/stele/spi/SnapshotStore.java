package io.stele.spi;

import java.util.List;
import java.util.Optional;

/**
 * Keeps states so that recovery need not start from the first event.
 *
 * <p>A snapshot is never the truth, only a shortcut to it: one that cannot be read is passed over in favour of an older one,
 * then of the whole history.
 *
 * <h2>Threads</h2>
 * Any thread may call any method; saves for one persistence id must not overlap.
 */
public interface SnapshotStore extends AutoCloseable {

    /**
     * Saves a snapshot. It survives {@code kill -9} when this returns.
     *
     * @throws SnapshotException if it could not be saved; earlier ones are untouched
     */
    void save(Snapshot snapshot);

    /**
     * Loads the newest readable snapshot at or below {@code sequenceNumberMax}. A damaged one is passed over and counted in
     * {@link #rejectedCount()}.
     *
     * @throws SnapshotException if the store itself cannot be read
     */
    Optional<Snapshot> load(PersistenceId persistenceId, long sequenceNumberMax);

    /** Lists the sequence numbers of the snapshots of {@code persistenceId}, newest first, readable or not. */
    List<Long> sequenceNumbers(PersistenceId persistenceId);

    /**
     * Deletes every snapshot of {@code persistenceId} but the {@code keepCount} newest.
     *
     * @param keepCount how many to keep, at least 0
     */
    void prune(PersistenceId persistenceId, int keepCount);

    /** Returns how many snapshots have been passed over as damaged since the store was opened. */
    long rejectedCount();

    /** Makes everything saved so far survive a power cut. Slow: milliseconds. */
    void flush();

    /** Flushes and closes. Closing twice does nothing. */
    @Override
    void close();
}
