package io.stele.spi;

/** The event that was about to be appended is not the actor's next one. Nothing was written; the lane goes on. */
public final class SequenceConflictException extends JournalException {

    /** Describes the conflict. */
    public SequenceConflictException(PersistenceId persistenceId, long sequenceNumber, long sequenceNumberExpected) {
        super("event is out of sequence, is another instance of this actor live? persistenceId="
                + persistenceId.encoded() + ", sequenceNumber=" + sequenceNumber + ", sequenceNumberExpected="
                + sequenceNumberExpected);
    }
}
