package io.stele.journal;

import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One actor's place. Written by the actor's thread alone, and read by whoever replays its history, who must see a record that is
 * whole: so both fields are released after the lane has taken it, and need nothing dearer than that.
 */
final class ChronicleStream implements EventStream {
    /** Stands for a last position that has not been looked up yet. */
    private static final long UNKNOWN = -1;

    private static final VarHandle SEQUENCE_NUMBER;
    private static final VarHandle POSITION;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            SEQUENCE_NUMBER = lookup.findVarHandle(ChronicleStream.class, "lastSequenceNumber", long.class);
            POSITION = lookup.findVarHandle(ChronicleStream.class, "lastPosition", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ChronicleJournal journal;
    private final PersistenceId persistenceId;
    private final byte[] id;
    private final int lane;
    private volatile long lastSequenceNumber;
    private volatile long lastPosition = UNKNOWN;
    private volatile boolean closed;

    /** Takes an actor's place, whose end {@link #found} tells later. */
    ChronicleStream(ChronicleJournal journal, PersistenceId persistenceId, byte[] id) {
        this.journal = journal;
        this.persistenceId = persistenceId;
        this.id = id;
        lane = journal.lane(persistenceId);
    }

    /** Says where the actor's history ends. Before the stream is handed out. */
    void found(Head head) {
        advance(head.sequenceNumber(), head.position());
    }

    /** Returns whether the place was taken, but nobody knows yet where it is. */
    boolean isBeingOpened() {
        return lastPosition == UNKNOWN;
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
        POSITION.setRelease(this, position);
        SEQUENCE_NUMBER.setRelease(this, sequenceNumber);
    }
}
