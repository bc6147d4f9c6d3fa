package io.stele.recovery;

import io.stele.spi.PersistenceId;

/**
 * Replaying an actor's events led to another state than they once did: its event handlers have changed, or do not give the same
 * answer every time. Nothing was changed on disk, and no event is lost.
 */
public final class StateMismatchException extends RecoveryException {
    private final long sequenceNumber;

    /**
     * Describes the disagreement.
     *
     * @param recorded what the state was
     * @param computed what it is now
     * @param sequenceNumberAgreeing up to where history and handlers are known to agree; 0 for nowhere
     */
    public StateMismatchException(
            PersistenceId persistenceId, HashPoint recorded, HashPoint computed, long sequenceNumberAgreeing) {
        super(
                "event handlers disagree with history: persistenceId=" + persistenceId + ", sequenceNumber="
                        + recorded.sequenceNumber() + ", sequenceNumberAgreeing=" + sequenceNumberAgreeing
                        + String.format(
                                ", hashRecorded=0x%016x, hashComputed=0x%016x", recorded.hash(), computed.hash())
                        + "; this actor stays out of service, nothing was changed on disk; if its handlers were changed on"
                        + " purpose, raise the version of the state's type; run: stele replay --check",
                null);
        sequenceNumber = recorded.sequenceNumber();
    }

    /** Returns the first event after which the states are known to differ. */
    public long sequenceNumber() {
        return sequenceNumber;
    }
}
