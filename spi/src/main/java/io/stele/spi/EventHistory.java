package io.stele.spi;

import java.util.List;

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

    /**
     * Replays several actors, each in order; how they follow each other is not said, so that records that lie together can be read
     * together. What goes wrong with one, its reader included, ends that one alone: see {@link ReplayRequest#failure}.
     *
     * @param requests of different actors; all of them are done when this returns
     */
    default void replayAll(List<ReplayRequest> requests) {
        for (ReplayRequest request : requests) {
            try {
                replay(
                        request.persistenceId(),
                        request.fromSequenceNumber(),
                        request.toSequenceNumber(),
                        request.reader());
            } catch (RuntimeException e) {
                request.fail(e);
            }
        }
    }
}
