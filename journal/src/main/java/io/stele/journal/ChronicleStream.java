package io.stele.journal;

import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;

/** One actor's place. The volatile fields are written by the actor's thread and read by whoever replays its history. */
final class ChronicleStream implements EventStream {
    private final ChronicleJournal journal;
    private final PersistenceId persistenceId;
    private final byte[] id;
    private final int lane;
    private volatile long lastSequenceNumber;
    private volatile long lastPosition;
    private volatile boolean closed;

    ChronicleStream(ChronicleJournal journal, PersistenceId persistenceId, byte[] id, Head head) {
        this.journal = journal;
        this.persistenceId = persistenceId;
        this.id = id;
        lane = journal.lane(persistenceId);
        lastSequenceNumber = head.sequenceNumber();
        lastPosition = head.position();
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

    boolean isOf(ChronicleJournal other) {
        return journal == other && !closed;
    }

    /** Returns the stored form of the id; not to be changed. */
    byte[] id() {
        return id;
    }

    void advance(long sequenceNumber, long position) {
        lastPosition = position;
        lastSequenceNumber = sequenceNumber;
    }
}
