package io.stele.runtime;

import io.stele.recovery.DurableTimer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
final class SnapshotTrigger<E, S> implements SnapshotMoment {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTrigger.class);

    private final Entity<E, S> entity;
    private final SnapshotProgress progress;
    private volatile boolean saving;
    private boolean due;
    private long sequenceNumber;
    private long position;
    private @Nullable S state;
    private @Nullable E event;

    SnapshotTrigger(Entity<E, S> entity, SnapshotProgress progress) {
        this.entity = entity;
        this.progress = progress;
    }

    SnapshotProgress progress() {
        return progress;
    }

    /** Looks whether it is time. Called after events were applied; {@link #onTurn} follows. */
    void onEvents(Activation<E, S> activation, S newState, E lastEvent) {
        sequenceNumber = activation.sequenceNumber();
        position = activation.stream().lastPosition();
        state = newState;
        event = lastEvent;
        try {
            due |= entity.type.snapshotPolicy.isDue(this);
        } catch (RuntimeException e) {
            LOG.warn("snapshot policy threw, no snapshot is taken: persistenceId={}", entity.persistenceId, e);
        }
        state = null;
        event = null;
    }

    /**
     * Takes a snapshot that is due, unless the last one is still on its way. Between commands: a command's id and reply must be in
     * the window by then, and its note in the journal, which the snapshot waits for. Otherwise a power cut could leave the
     * snapshot without the note, and whoever sent the command again would have it carried out again.
     */
    void onTurn(Activation<E, S> activation, S currentState) {
        if (!due || saving) {
            return;
        }
        due = false;
        saving = true;
        progress.restart();
        activation.parkSnapshot(new Pending(
                activation.sequenceNumber(),
                position,
                activation.nowMs(),
                currentState,
                activation.deduplication().entries(),
                activation.timers().list()));
    }

    @Override
    public long sequenceNumber() {
        return sequenceNumber;
    }

    @Override
    public long eventsSinceSnapshot() {
        return progress.eventCount();
    }

    @Override
    public long bytesSinceSnapshot() {
        return progress.bytes();
    }

    @Override
    public Object state() {
        return Objects.requireNonNull(state, "a moment is valid only while its policy is asked");
    }

    @Override
    public Object event() {
        return Objects.requireNonNull(event, "a moment is valid only while its policy is asked");
    }

    @Override
    public long predictedReplayNs() {
        return progress.predictReplayNs();
    }

    @Override
    public long predictedRecoveryNs() {
        return progress.predictRecoveryNs();
    }

    boolean isIdle() {
        return !saving && !due;
    }

    /** Returns whether {@link #onTurn} has something to do. */
    boolean hasWork() {
        return due && !saving;
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
        private final List<DurableTimer> timers;

        Pending(
                long sequenceNumber,
                long position,
                long timestampMs,
                S state,
                List<DeduplicationWindow.Entry> entries,
                List<DurableTimer> timers) {
            this.sequenceNumber = sequenceNumber;
            this.position = position;
            this.timestampMs = timestampMs;
            this.state = state;
            this.entries = entries;
            this.timers = timers;
        }

        @Override
        public void deliver(@Nullable Object message) {
            entity.system
                    .persistence()
                    .snapshotter()
                    .save(
                            entity.persistenceId,
                            new Snapshotter.Capture(sequenceNumber, position, timestampMs, state, entries, timers),
                            entity.type,
                            SnapshotTrigger.this::onDone);
        }

        @Override
        public void fail(ActorException cause) {
            saving = false;
        }
    }
}
