package io.stele.runtime;

import io.stele.recovery.ReplayTarget;
import io.stele.spi.RecordMetadata;
import io.stele.spi.Snapshot;
import io.stele.spi.StoredEvent;
import org.jspecify.annotations.Nullable;

/**
 * An actor as recovery builds it up: the fold of its events, and the command ids that go with them.
 *
 * <p>A crash can fall between a command's events and the note that keeps its reply. That can only be the actor's last command, so
 * the states before and after it are remembered: see {@link Deduplication}.
 *
 * @param <E> events
 * @param <S> state
 */
final class Restored<E, S> implements ReplayTarget {
    private final EntityType<E, S> type;
    private final DeduplicationWindow window;
    private S state;
    private S stateBeforeBatch;
    private long sequenceNumber;
    private long snapshotSequenceNumber;
    private @Nullable String lastCommandId;

    Restored(EntityType<E, S> type) {
        this.type = type;
        this.window = new DeduplicationWindow(type.deduplicationWindow);
        this.state = type.actor.initialState();
        this.stateBeforeBatch = state;
    }

    @Override
    @SuppressWarnings("unchecked")
    public void onSnapshot(Snapshot snapshot, Object decoded) {
        state = (S) decoded;
        sequenceNumber = snapshot.sequenceNumber();
        snapshotSequenceNumber = sequenceNumber;
        window.decode(snapshot.attachment());
    }

    @Override
    @SuppressWarnings("unchecked")
    public void onEvent(StoredEvent stored, Object event) {
        if (stored.batchIndex() == 0) {
            stateBeforeBatch = state;
            lastCommandId = RecordMetadata.findText(stored.metadata(), RecordMetadata.COMMAND_ID);
            if (lastCommandId != null) {
                long lastOfBatch = stored.sequenceNumber() + stored.batchCount() - 1;
                window.put(new DeduplicationWindow.Entry(lastCommandId, lastOfBatch, null, null));
            }
        }
        state = type.actor.onEvent(state, (E) event);
        sequenceNumber = stored.sequenceNumber();
    }

    @Override
    public void onNote(StoredEvent note) {
        window.onNote(note.sequenceNumber(), note.metadata());
        lastCommandId = null;
    }

    S state() {
        return state;
    }

    /** Returns the state before the last command's events. */
    S stateBeforeBatch() {
        return stateBeforeBatch;
    }

    /** Returns the id of the last command, if the note with its reply is missing; null otherwise. */
    @Nullable String commandWithoutReply() {
        return lastCommandId;
    }

    long sequenceNumber() {
        return sequenceNumber;
    }

    long snapshotSequenceNumber() {
        return snapshotSequenceNumber;
    }

    DeduplicationWindow window() {
        return window;
    }
}
