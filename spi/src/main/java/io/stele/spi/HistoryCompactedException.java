package io.stele.spi;

/** The beginning of an actor's history was asked for, and compaction has removed it. Nothing was changed on disk. */
public final class HistoryCompactedException extends JournalException {

    private final PersistenceId persistenceId;
    private final long fromSequenceNumber;
    private final long firstSequenceNumber;

    /**
     * Describes what is missing.
     *
     * @param fromSequenceNumber the first number that was asked for
     * @param firstSequenceNumber the first that is still there
     */
    public HistoryCompactedException(PersistenceId persistenceId, long fromSequenceNumber, long firstSequenceNumber) {
        super("history was compacted, and no snapshot that can be read takes its place: persistenceId="
                + persistenceId.encoded() + ", fromSequenceNumber=" + fromSequenceNumber + ", firstSequenceNumber="
                + firstSequenceNumber
                + "; nothing was changed on disk; bring back the directory of snapshots that was beside"
                + " this journal when it was compacted");
        this.persistenceId = persistenceId;
        this.fromSequenceNumber = fromSequenceNumber;
        this.firstSequenceNumber = firstSequenceNumber;
    }

    /** Returns whose history it is. */
    public PersistenceId persistenceId() {
        return persistenceId;
    }

    /** Returns the first number that was asked for. */
    public long fromSequenceNumber() {
        return fromSequenceNumber;
    }

    /** Returns the first number that is still there. */
    public long firstSequenceNumber() {
        return firstSequenceNumber;
    }
}
