package io.stele.spi;

import org.jspecify.annotations.Nullable;

/**
 * An append-only log of events, numbered per actor and spread over a fixed number of lanes.
 *
 * <p>Every persistence id owns its own run of sequence numbers: 1, 2, 3 … without gaps. A position orders records of one
 * lane across actors; it only grows, may skip values, and means nothing outside its lane.
 *
 * <pre>
 *   append ──&gt; [ page cache ] ──force──&gt; [ disk ]
 *               PROCESS_CRASH             POWER_LOSS = durablePosition
 * </pre>
 *
 * <h2>Threads</h2>
 * Any thread may append to any lane, each with a batch and streams of its own; appends to one lane take turns. Any thread may
 * read.
 *
 * <h2>Failure</h2>
 * After an append throws anything but {@link SequenceConflictException} or {@link JournalFullException}, its lane refuses
 * appends until the journal is reopened, and the caller may not assume that the failed events are absent. Nothing on disk is
 * repaired on its own; see {@code stele verify}.
 */
public interface EventJournal extends EventHistory, AutoCloseable {

    /** Returns how many lanes this journal was created with, 1 to 256. Fixed for its lifetime. */
    int laneCount();

    /** Returns the lane that owns {@code persistenceId}: its slice modulo {@link #laneCount()}. */
    default int lane(PersistenceId persistenceId) {
        return persistenceId.slice() % laneCount();
    }

    /** Returns the most bytes that the events and metadata of one batch may have together. */
    int payloadBytesMax();

    /** Returns the epoch of this opening: above that of every earlier one. It stands in every record appended now. */
    long epoch();

    /** Returns what this opening found, repaired and took. */
    default OpeningReport openingReport() {
        return OpeningReport.NONE;
    }

    /** Returns a new, empty batch for the calling thread. */
    EventBatch newBatch();

    /**
     * Finds where the history of {@code persistenceId} ends. Costs a look-up in the position index, or, where that is missing,
     * a scan of the lane; nothing is written.
     *
     * @throws CorruptJournalException if the place cannot be trusted
     * @throws JournalException if it cannot be read, or if the actor's stream is open already
     */
    EventStream open(PersistenceId persistenceId);

    /**
     * Appends the batch as one record: after a crash all of its events are there, or none.
     *
     * <p>Takes O(bytes) time and allocates nothing. The events are readable by any thread, and survive {@code kill -9}, when
     * this returns; they survive a power cut once {@link #durablePosition} has reached the returned position. The batch may be
     * reused at once.
     *
     * @param stream whose history grows
     * @param sequenceNumber the number of the batch's first event: {@link EventStream#lastSequenceNumber()} + 1; for a note,
     *     {@link EventStream#lastSequenceNumber()}
     * @param batch at least one event, or metadata
     * @return the record's position in its lane, above all earlier ones of the lane
     * @throws SequenceConflictException if the number is not the next one; nothing was written
     * @throws JournalFullException if the disk is nearly full; nothing was written
     * @throws JournalException if the record could not be written; the lane now refuses appends
     */
    long append(EventStream stream, long sequenceNumber, EventBatch batch);

    /**
     * Asks the lane's sync thread to force everything appended so far, soon. Returns at once; many requests are served by one
     * force. Without it, appended events are forced within the journal's own bound.
     */
    void requestSync(int lane);

    /**
     * Returns the highest position in {@code lane} known to be on disk, or 0 if there is none. Never decreases while the journal
     * is open; a volatile read, cheap enough to poll.
     */
    long durablePosition(int lane);

    /** Returns why {@code lane} refuses appends, or null while it takes them. */
    @Nullable JournalException failure(int lane);

    /** Returns what a lane has done since this opening. Cheap enough to ask every second; any thread. */
    default LaneStats stats(int lane) {
        return LaneStats.NONE;
    }

    /** Sets who is told of progress and failure of every lane. At most one; before the first append. */
    void listener(DurabilityListener listener);

    /**
     * Reads one lane in the order of its positions, across actors.
     *
     * @param lane from 0 to {@link #laneCount()} − 1
     * @param afterPosition where to go on: the last position that was read, or 0 for the start
     * @param eventCountMax stop after about this many events, at the end of a record; at least 1
     * @param reader called on the calling thread
     * @return the position of the last record that was read; {@code afterPosition} if there is nothing more yet
     * @throws CorruptJournalException at the first record that cannot be trusted; earlier ones were delivered
     */
    long read(int lane, long afterPosition, long eventCountMax, EventReader reader);

    /** Forces every lane, then closes and gives the directory back. Closing twice does nothing. */
    @Override
    void close();
}
