package io.stele.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides when one actor's state is worth a snapshot, and has it saved off the actor's thread.
 *
 * <p>The state is immutable, so taking it is keeping a reference. It is saved only once the journal is durable up to it: a
 * snapshot must never know more than the journal does. One at a time per actor.
 *
 * <p>Confined to its actor, {@link #onDone} excepted.
 *
 * @param <E> events
 * @param <S> state
 */
final class SnapshotTrigger<E, S> {
    private final Entity<E, S> entity;
    private long lastSequenceNumber;
    private volatile boolean saving;

    SnapshotTrigger(Entity<E, S> entity, long lastSequenceNumber) {
        this.entity = entity;
        this.lastSequenceNumber = lastSequenceNumber;
    }

    /** Looks whether it is time. Called after events were applied. */
    void onEvents(Activation<E, S> activation, S state) {
        int every = entity.type.snapshotEvery;
        long sequenceNumber = activation.sequenceNumber();
        if (every == 0 || saving || sequenceNumber - lastSequenceNumber < every) {
            return;
        }
        saving = true;
        lastSequenceNumber = sequenceNumber;
        activation.parkSnapshot(new Pending(
                sequenceNumber,
                activation.stream().lastPosition(),
                activation.nowMs(),
                state,
                activation.deduplication().entries()));
    }

    boolean isSaving() {
        return saving;
    }

    /** The snapshot is saved, or will never be. Any thread. */
    void onDone() {
        saving = false;
        entity.wake();
    }

    /** A state on its way to the store. */
    private final class Pending implements Recipient {
        private final long sequenceNumber;
        private final long position;
        private final long timestampMs;
        private final S state;
        private final List<DeduplicationWindow.Entry> entries;

        Pending(
                long sequenceNumber,
                long position,
                long timestampMs,
                S state,
                List<DeduplicationWindow.Entry> entries) {
            this.sequenceNumber = sequenceNumber;
            this.position = position;
            this.timestampMs = timestampMs;
            this.state = state;
            this.entries = entries;
        }

        @Override
        public void deliver(@Nullable Object message) {
            entity.system
                    .snapshotter()
                    .save(
                            entity.persistenceId,
                            new Snapshotter.Capture(sequenceNumber, position, timestampMs, state, entries),
                            entity.type.snapshotsKept,
                            SnapshotTrigger.this::onDone);
        }

        @Override
        public void fail(ActorException cause) {
            saving = false;
        }
    }
}
