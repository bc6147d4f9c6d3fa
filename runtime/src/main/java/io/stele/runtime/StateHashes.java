package io.stele.runtime;

import io.stele.recovery.HashPoint;
import io.stele.spi.JournalException;
import io.stele.spi.PayloadCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the hash of one actor's state worked out every so many events, and keeps it in the journal.
 *
 * <pre>
 *   actor's turn       event 1000 applied ──state──┐                        ┌──&gt; note: hash after 1000
 *   snapshot thread                                └──&gt; encode, hash ──wake─┘
 * </pre>
 *
 * <p>The state is immutable, so handing it over is a reference, and the actor goes on meanwhile: the note stands behind whatever
 * has been stored by then, in a record of its own, once in so many events. While one hash is under way, the next is left out.
 *
 * <p>Confined to its actor, {@link #onDone} excepted.
 */
final class StateHashes {
    private static final Logger LOG = LoggerFactory.getLogger(StateHashes.class);

    private final Entity<?, ?> entity;
    private final int every;
    private boolean isUnderWay;
    private volatile boolean isDone;
    private volatile @Nullable HashPoint result;

    StateHashes(Entity<?, ?> entity, PayloadCodec codec) {
        this.entity = entity;
        this.every = codec.hidesContent() ? 0 : entity.type.stateHashEvery;
    }

    /** Returns whether a hash is due after {@code sequenceNumber}, the last event of a batch of {@code eventCount}. */
    static boolean isDue(int every, long sequenceNumber, long eventCount) {
        return every > 0 && sequenceNumber / every > (sequenceNumber - eventCount) / every;
    }

    /** Hands the state over if it is time. Called after events were applied. */
    void onEvents(long sequenceNumber, int eventCount, Object state) {
        if (isUnderWay || !isDue(every, sequenceNumber, eventCount)) {
            return;
        }
        isUnderWay = true;
        entity.system.persistence().snapshotter().hash(entity.persistenceId, sequenceNumber, state, this::onDone);
    }

    /** The hash is known, or never will be. Any thread. */
    private void onDone(@Nullable HashPoint point) {
        result = point;
        isDone = true;
        entity.wake();
    }

    /** Keeps a hash that is known by now. A turn of the actor. */
    void onTurn(Activation<?, ?> activation) {
        if (!isDone) {
            return;
        }
        HashPoint point = result;
        isDone = false;
        isUnderWay = false;
        result = null;
        if (point == null) {
            return;
        }
        try {
            activation.system().persistence().appendNote(activation.stream(), activation.nowMs(), point.toMetadata());
        } catch (JournalException e) {
            LOG.warn(
                    "hash of a state was not stored: persistenceId={}, sequenceNumber={}, reason={}",
                    entity.persistenceId,
                    point.sequenceNumber(),
                    e.getMessage());
        }
    }

    boolean isUnderWay() {
        return isUnderWay;
    }

    /** Returns whether {@link #onTurn} has something to do. */
    boolean hasWork() {
        return isDone;
    }
}
