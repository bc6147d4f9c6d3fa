package io.stele.testkit;

import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;

/** One actor's place. Confined to its actor. */
final class InMemoryStream implements EventStream {
    private final InMemoryJournal journal;
    private final PersistenceId persistenceId;
    private final int lane;
    private long lastSequenceNumber;
    private long lastPosition;
    private boolean closed;

    InMemoryStream(InMemoryJournal journal, PersistenceId persistenceId, int lane) {
        this.journal = journal;
        this.persistenceId = persistenceId;
        this.lane = lane;
    }

    @Override
    public PersistenceId persistenceId() {
        return persistenceId;
    }

    @Override
    public int lane() {
        return lane;
    }

    @Override
    public long lastSequenceNumber() {
        return lastSequenceNumber;
    }

    @Override
    public long lastPosition() {
        return lastPosition;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            journal.closed(this);
        }
    }

    boolean isOpenIn(InMemoryJournal other) {
        return journal == other && !closed;
    }

    void moveTo(InMemoryRecord last) {
        lastSequenceNumber = last.lastSequenceNumber();
        lastPosition = last.position();
    }
}
