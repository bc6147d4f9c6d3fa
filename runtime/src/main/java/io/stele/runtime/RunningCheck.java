package io.stele.runtime;

import io.stele.recovery.HashPoint;
import io.stele.recovery.ReplayTarget;
import io.stele.recovery.ReplayVerdict;
import io.stele.recovery.SkipNote;
import io.stele.recovery.Upcasters;
import io.stele.spi.EventReader;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredEvent;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks one actor while its history goes by, once and in order, so that many actors can be checked in one pass over a journal without
 * their histories being held. Knows only the plain case: all events from number 1 on, none left out, every handler answers, every hash
 * and snapshot agrees. Whatever else it meets it leaves to {@link HistoryCheck#check}, which reads the history again.
 *
 * <p>Holds a state, and the last few that may have a hash behind them. Confined to one thread.
 */
public final class RunningCheck implements EventReader {
    private static final int KEPT_MAX = 8;

    private final PersistenceId persistenceId;
    private final EntityType<?, ?> type;
    private final PayloadCodec codec;
    private final @Nullable Upcasters upcasters;
    private final @Nullable SnapshotStore snapshots;
    private final Deque<Candidate> kept = new ArrayDeque<>(0);
    private final Deque<Long> snapshotNumbers = new ArrayDeque<>(0);
    private final Application application = new Application();
    private Object state;
    private long sequenceNumber;
    private long batchStart;
    private long agreeing;
    private int comparedCount;
    private int incomparableCount;
    private boolean isPlain = true;

    private record Candidate(long sequenceNumber, Object state) {}

    /**
     * @param snapshots null to compare with nothing: neither with snapshots nor with hashes
     */
    RunningCheck(
            PersistenceId persistenceId, EntityType<?, ?> type, PayloadCodec codec, @Nullable SnapshotStore snapshots) {
        this.persistenceId = persistenceId;
        this.type = type;
        this.codec = codec.forActor(persistenceId);
        this.upcasters = type.actor.upcasters().isEmpty() ? null : type.actor.upcasters();
        this.snapshots = snapshots;
        state = type.actor.initialState();
        if (snapshots != null) {
            snapshotNumbers.addAll(snapshots.sequenceNumbers(persistenceId).stream()
                    .sorted(Collections.reverseOrder())
                    .toList());
        }
    }

    /** Applies an event of this actor, the next one. */
    @Override
    public void onEvent(StoredEvent stored) {
        if (!isPlain) {
            return;
        }
        isPlain = stored.sequenceNumber() == sequenceNumber + 1 && tryApply(stored);
        if (!isPlain) {
            return;
        }
        sequenceNumber = stored.sequenceNumber();
        if (snapshots != null) {
            keep(stored);
            compareSnapshots(snapshots);
        }
    }

    private boolean tryApply(StoredEvent stored) {
        try {
            if (upcasters == null) {
                application.onEvent(stored, codec.decode(stored.type(), stored.payload()));
            } else {
                upcasters.replay(stored, codec, application);
            }
            return true;
        } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
            return false; // the second look says it with all its facts
        }
    }

    private void keep(StoredEvent stored) {
        if (stored.batchIndex() == 0) {
            batchStart = sequenceNumber;
        }
        boolean isLast = stored.batchIndex() == stored.batchCount() - 1;
        if (isLast && StateHashes.isDue(type.stateHashEvery, sequenceNumber, sequenceNumber - batchStart + 1)) {
            kept.add(new Candidate(sequenceNumber, state));
            if (kept.size() > KEPT_MAX) {
                kept.remove();
            }
        }
    }

    private void compareSnapshots(SnapshotStore store) {
        while (!snapshotNumbers.isEmpty() && snapshotNumbers.getLast() <= sequenceNumber) {
            long number = snapshotNumbers.removeLast();
            Snapshot snapshot = store.load(persistenceId, number).orElse(null);
            if (number != sequenceNumber || snapshot == null || snapshot.sequenceNumber() != number) {
                isPlain = false;
                return;
            }
            try {
                Object decoded =
                        codec.decode(snapshot.type(), snapshot.payload().duplicate());
                HashPoint point = HashPoint.of(number, decoded, codec);
                compare(
                        snapshot.schemaFingerprint() == 0
                                ? point
                                : new HashPoint(number, snapshot.schemaFingerprint(), point.hash()),
                        state);
            } catch (PayloadCodecException e) {
                incomparableCount++;
            }
        }
    }

    private void compare(HashPoint recorded, Object computed) {
        HashPoint point = HashPoint.of(recorded.sequenceNumber(), computed, codec);
        if (!recorded.isComparable(point)) {
            incomparableCount++;
            return;
        }
        comparedCount++;
        isPlain &= recorded.hash() == point.hash();
        agreeing = recorded.sequenceNumber();
    }

    /** Takes a note of this actor: compares, if it is a hash. */
    @Override
    public void onNote(StoredEvent note) {
        if (!isPlain) {
            return;
        }
        isPlain = SkipNote.of(note) == null;
        HashPoint recorded = snapshots == null || !isPlain ? null : HashPoint.find(note.metadata());
        if (recorded == null) {
            return;
        }
        while (!kept.isEmpty() && kept.element().sequenceNumber < recorded.sequenceNumber()) {
            kept.remove();
        }
        if (kept.isEmpty() || kept.element().sequenceNumber != recorded.sequenceNumber()) {
            isPlain = false; // of a state that was let go
            return;
        }
        try {
            compare(recorded, kept.remove().state);
        } catch (PayloadCodecException e) {
            isPlain = false;
        }
    }

    /** Returns what was found when all of the history has gone by; null if it has to be looked at again. */
    public @Nullable ReplayVerdict verdict() {
        return isPlain && snapshotNumbers.isEmpty()
                ? new ReplayVerdict(persistenceId, sequenceNumber, 0, comparedCount, incomparableCount, agreeing, null)
                : null;
    }

    /** Returns the state after the last event, if there is a {@link #verdict}. */
    public Object state() {
        return state;
    }

    private final class Application implements ReplayTarget {
        @Override
        public void onSnapshot(Snapshot snapshot, Object decoded) {
            throw new IllegalStateException("a running check starts from the first event");
        }

        @Override
        public void onEvent(StoredEvent stored, Object event) {
            state = applied(type.actor, state, event);
        }

        @Override
        public void onUpcast(StoredEvent stored, List<?> events) {
            Object next = state;
            for (Object event : events) {
                next = applied(type.actor, next, event);
            }
            state = next;
        }

        @Override
        public void onNote(StoredEvent note) {}
    }

    @SuppressWarnings("unchecked")
    private static <E, S> Object applied(PersistentActor<E, S> actor, Object state, Object event) {
        return actor.onEvent((S) state, (E) event);
    }
}
