package io.stele.spi;

import org.jspecify.annotations.Nullable;

/**
 * One actor's part of a replay of many, and what became of it: see {@link EventHistory#replayAll}.
 *
 * <p>Confined to the thread that replays.
 */
public final class ReplayRequest {
    private final PersistenceId persistenceId;
    private final long fromSequenceNumber;
    private final long toSequenceNumber;
    private final EventReader reader;
    private @Nullable RuntimeException failure;

    /** Asks for what {@link EventHistory#replay} with the same arguments delivers. */
    public ReplayRequest(
            PersistenceId persistenceId, long fromSequenceNumber, long toSequenceNumber, EventReader reader) {
        this.persistenceId = persistenceId;
        this.fromSequenceNumber = fromSequenceNumber;
        this.toSequenceNumber = toSequenceNumber;
        this.reader = reader;
    }

    /** Returns whose events to read. */
    public PersistenceId persistenceId() {
        return persistenceId;
    }

    /** Returns the first number wanted, inclusive. */
    public long fromSequenceNumber() {
        return fromSequenceNumber;
    }

    /** Returns the last number wanted, inclusive. */
    public long toSequenceNumber() {
        return toSequenceNumber;
    }

    /** Returns who takes the events; what it throws ends this request alone. */
    public EventReader reader() {
        return reader;
    }

    /** Returns why it ended early: what {@link EventHistory#replay} would have thrown; null if it did not. */
    public @Nullable RuntimeException failure() {
        return failure;
    }

    /** Says that it ends early; only the first call counts. */
    public void fail(RuntimeException reason) {
        if (failure == null) {
            failure = reason;
        }
    }
}
