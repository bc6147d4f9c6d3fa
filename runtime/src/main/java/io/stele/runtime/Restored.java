package io.stele.runtime;

import io.stele.recovery.DurableTimer;
import io.stele.recovery.ReplayTarget;
import io.stele.recovery.TimerNote;
import io.stele.spi.Clock;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.RecordMetadata;
import io.stele.spi.Snapshot;
import io.stele.spi.StoredEvent;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An actor as recovery builds it up: the fold of its events, and the command ids that go with them.
 *
 * <p>A crash can fall between a command's events and the note that keeps its reply. Then the states before and after the command
 * are remembered, so that the reply can be worked out when somebody asks again: see {@link Deduplication}.
 *
 * @param <E> events
 * @param <S> state
 */
final class Restored<E, S> implements ReplayTarget {
    private final EntityType<E, S> type;
    private final PayloadCodec codec;
    private final Clock clock;
    private SnapshotProgress progress;
    private StateComparison comparison;
    private DeduplicationWindow window;
    private Map<String, DurableTimer> timers = new LinkedHashMap<>();
    private S state;
    private S stateBeforeBatch;
    private long sequenceNumber;
    private @Nullable String lastCommandId;
    private final boolean followsTraces;
    private @Nullable String lastTrace;

    Restored(EntityType<E, S> type, PayloadCodec codec, Clock clock) {
        this(type, codec, clock, false);
    }

    /** As above; with {@code followsTraces} it knows {@link #lastTrace} afterwards. */
    Restored(EntityType<E, S> type, PayloadCodec codec, Clock clock, boolean followsTraces) {
        this.type = type;
        this.codec = codec;
        this.window = new DeduplicationWindow(type.deduplicationWindow);
        this.comparison = new StateComparison(type, codec);
        this.clock = clock;
        this.followsTraces = followsTraces;
        this.progress = newProgress();
        this.state = type.actor.initialState();
        this.stateBeforeBatch = state;
    }

    @Override
    public boolean usesEvolvedSnapshots() {
        return type.actor.usesEvolvedSnapshots();
    }

    @Override
    @SuppressWarnings("unchecked")
    public void onSnapshot(Snapshot snapshot, Object decoded) {
        if (type.stateClass != null && !type.stateClass.isInstance(decoded)) {
            throw new PayloadCodecException("snapshot holds something other than the state: type=" + snapshot.type()
                    + ", class=" + decoded.getClass().getName() + ", classExpected=" + type.stateClass.getName());
        }
        DeduplicationWindow carried = new DeduplicationWindow(type.deduplicationWindow);
        ByteBuffer behind = carried.decode(snapshot.attachment(), codec);
        Map<String, DurableTimer> carriedTimers = new LinkedHashMap<>();
        TimerNote.applyAll(snapshot.persistenceId(), behind, carriedTimers);
        timers = carriedTimers;
        window = carried;
        state = (S) decoded;
        sequenceNumber = snapshot.sequenceNumber();
        comparison.onStart(sequenceNumber, decoded);
    }

    @Override
    public void onEvent(StoredEvent stored, Object event) {
        progress.beforeApply();
        S next = apply(state, event);
        progress.afterApply(1);
        onApplied(stored, next);
    }

    @Override
    public void onSkipped(StoredEvent stored) {
        comparison.onSkipped();
        onBatch(stored);
        sequenceNumber = stored.sequenceNumber();
    }

    @Override
    public void onRestart() {
        window = new DeduplicationWindow(type.deduplicationWindow);
        timers = new LinkedHashMap<>();
        state = type.actor.initialState();
        stateBeforeBatch = state;
        sequenceNumber = 0;
        lastCommandId = null;
        lastTrace = null;
        progress = newProgress();
        comparison = new StateComparison(type, codec);
    }

    @Override
    public void onUpcast(StoredEvent stored, List<?> events) {
        S next = state;
        progress.beforeApply();
        for (Object event : events) {
            next = apply(next, event);
        }
        progress.afterApply(1);
        onApplied(stored, next);
    }

    private void onApplied(StoredEvent stored, S next) {
        onBatch(stored);
        state = next;
        sequenceNumber = stored.sequenceNumber();
        progress.onAppended(stored.payload().remaining());
        comparison.onEvent(sequenceNumber, stored.batchIndex(), stored.batchCount(), state);
    }

    @SuppressWarnings("unchecked")
    private S apply(S before, Object event) {
        return type.actor.onEvent(before, (E) event);
    }

    /** Notes down where a batch begins, before the state changes. */
    private void onBatch(StoredEvent stored) {
        if (stored.batchIndex() == 0) {
            keepLost();
            ByteBuffer metadata = stored.metadata();
            lastTrace = followsTraces ? RecordMetadata.findText(metadata, RecordMetadata.TRACE_CONTEXT) : null;
            if (metadata.hasRemaining()) {
                TimerNote.apply(stored.persistenceId(), metadata, timers);
                lastCommandId = RecordMetadata.findText(stored.metadata(), RecordMetadata.COMMAND_ID);
                stateBeforeBatch = state;
            }
        }
    }

    @Override
    public void onNote(StoredEvent note) {
        TimerNote.apply(note.persistenceId(), note.metadata(), timers);
        comparison.onNote(note.persistenceId(), note.metadata());
        String commandId = window.onNote(note.sequenceNumber(), note.metadata());
        if (commandId != null && commandId.equals(lastCommandId)) {
            lastCommandId = null;
        }
    }

    /** The history goes on, or ends, and the reply of the last command with an id has not come. */
    private void keepLost() {
        if (lastCommandId != null) {
            DeduplicationWindow.Lost lost = GivenIdCommand.hasNoReply(lastCommandId)
                    ? null
                    : new DeduplicationWindow.Lost(stateBeforeBatch, state);
            window.put(new DeduplicationWindow.Entry(lastCommandId, sequenceNumber, null, lost));
            lastCommandId = null;
        }
    }

    /** Returns the timers that the actor has, by name. */
    Map<String, DurableTimer> timers() {
        return timers;
    }

    PayloadCodec codec() {
        return codec;
    }

    private SnapshotProgress newProgress() {
        return new SnapshotProgress(new ReplayCost(type.replayCost), clock);
    }

    S state() {
        return state;
    }

    long sequenceNumber() {
        return sequenceNumber;
    }

    /** Returns the traceparent of the last event; null if it has none, or nobody asked for it. */
    @Nullable String lastTrace() {
        return lastTrace;
    }

    SnapshotProgress progress() {
        return progress;
    }

    /** Returns the command ids that go with the state; to be asked at the end. */
    DeduplicationWindow window() {
        keepLost();
        return window;
    }
}
