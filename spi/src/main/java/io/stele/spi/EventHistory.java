package io.stele.spi;

/**
 * What has happened, for reading alone: the half of an {@link EventJournal} that recovery needs. A journal that somebody else
 * writes, or that a dead process has left behind, has this half only.
 *
 * <h2>Threads</h2>
 * Any thread may read, also from inside a reader that is being called.
 */
public interface EventHistory {

    /**
     * Replays one actor's events and notes in order.
     *
     * @param persistenceId whose events to read
     * @param fromSequenceNumber the first number wanted, inclusive, at least 1; notes at {@code fromSequenceNumber} − 1 that
     *     were appended after that event are delivered too
     * @param toSequenceNumber the last number wanted, inclusive; {@link Long#MAX_VALUE} for all
     * @param reader called on the calling thread; what it throws ends the replay and is passed on
     * @return how many events were read; 0 if there are none in the range
     * @throws CorruptJournalException at the first record that cannot be trusted; earlier ones were delivered
     */
    long replay(PersistenceId persistenceId, long fromSequenceNumber, long toSequenceNumber, EventReader reader);
}
