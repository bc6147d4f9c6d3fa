package io.stele.recovery;

import io.stele.recovery.ReplayVerdict.Disagreement;
import io.stele.spi.EventHistory;
import io.stele.spi.EventReader;
import io.stele.spi.HistoryCompactedException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Replays one actor and compares its states with what history says they were.
 *
 * <pre>
 *   {@link #collect} ──&gt; {@link #compare} ──a difference──&gt; {@link #narrow}
 *   hashes in notes,    replays once, comparing             replays once more, applying each
 *   and snapshots       where there is a hash               event twice where they began to differ
 * </pre>
 *
 * <p>Confined to one call.
 */
final class ReplayCheck {
    private final EventHistory history;
    private final SnapshotStore snapshots;
    private final PayloadCodec codec;
    private final PersistenceId persistenceId;
    private final Fold fold;
    /** What the states were, by the last event in them. */
    private final NavigableMap<Long, List<Recorded>> points = new TreeMap<>();

    private final List<Snapshot> usable = new ArrayList<>();
    private int incomparableCount;
    private int comparedCount;
    private long first = 1;
    private long agreeing;
    private @Nullable Disagreement disagreement;

    /** What a state was, and who says so. */
    private record Recorded(HashPoint point, String source) {}

    ReplayCheck(
            EventHistory history, SnapshotStore snapshots, PayloadCodec codec, PersistenceId persistenceId, Fold fold) {
        this.history = history;
        this.snapshots = snapshots;
        this.codec = codec;
        this.persistenceId = persistenceId;
        this.fold = fold;
    }

    /**
     * Does all of it.
     *
     * @param recoveryFrom makes a recovery that starts from the snapshots of a store
     */
    ReplayVerdict run(Function<SnapshotStore, Recovery> recoveryFrom) {
        collect();
        FixedSnapshots start = start();
        Replay replay = new Replay();
        RecoveryReport report = recoveryFrom.apply(start).recover(persistenceId, Long.MAX_VALUE, replay);
        Disagreement found = disagreement;
        if (found != null) {
            narrow(recoveryFrom.apply(start), found);
        }
        return new ReplayVerdict(
                persistenceId,
                report.sequenceNumber(),
                report.snapshotSequenceNumber(),
                comparedCount,
                incomparableCount
                        + (int) points.values().stream().mapToLong(List::size).sum(),
                agreeing,
                disagreement);
    }

    /** First: what there is to compare with. Next: {@link #compare}. */
    private void collect() {
        long[] firstFound = {0};
        EventReader reader = new EventReader() {
            @Override
            public void onEvent(StoredEvent event) {
                firstFound[0] = firstFound[0] == 0 ? event.sequenceNumber() : firstFound[0];
            }

            @Override
            public void onNote(StoredEvent note) {
                HashPoint point = HashPoint.find(note.metadata());
                if (point != null) {
                    add(point, "hash in the journal");
                }
            }
        };
        try {
            history.replay(persistenceId, 1, Long.MAX_VALUE, reader);
        } catch (HistoryCompactedException e) {
            history.replay(persistenceId, e.firstSequenceNumber(), Long.MAX_VALUE, reader);
        }
        first = Math.max(1, firstFound[0]);
        snapshots.sequenceNumbers(persistenceId).forEach(this::collectSnapshot);
    }

    private void collectSnapshot(long sequenceNumber) {
        Snapshot snapshot = snapshots.load(persistenceId, sequenceNumber).orElse(null);
        if (snapshot == null || snapshot.sequenceNumber() != sequenceNumber) {
            incomparableCount++;
            return;
        }
        try {
            Object state = codec.decode(snapshot.type(), snapshot.payload().duplicate());
            HashPoint decoded = HashPoint.of(sequenceNumber, state, codec);
            usable.add(snapshot);
            add(
                    new HashPoint(
                            sequenceNumber,
                            snapshot.schemaFingerprint() == 0
                                    ? decoded.schemaFingerprint()
                                    : snapshot.schemaFingerprint(),
                            decoded.hash()),
                    "snapshot");
        } catch (PayloadCodecException e) {
            incomparableCount++;
        }
    }

    private void add(HashPoint point, String source) {
        points.computeIfAbsent(point.sequenceNumber(), number -> new ArrayList<>(1))
                .add(new Recorded(point, source));
    }

    /** From the first event, or where that was compacted from the oldest snapshot that reaches far enough. */
    private FixedSnapshots start() {
        return usable.stream()
                .filter(snapshot -> first > 1 && snapshot.sequenceNumber() >= first - 1)
                .reduce((newer, older) -> older)
                .map(FixedSnapshots::of)
                .orElse(FixedSnapshots.of());
    }

    /** Second: applies every event, and compares. Next: {@link #narrow}. */
    private void compare(long sequenceNumber, Object state) {
        List<Recorded> recorded = points.remove(sequenceNumber);
        if (recorded == null) {
            return;
        }
        HashPoint computed = HashPoint.of(sequenceNumber, state, codec);
        for (Recorded each : recorded) {
            if (!each.point.isComparable(computed)) {
                incomparableCount++;
                continue;
            }
            comparedCount++;
            if (each.point.hash() != computed.hash()) {
                disagreement = new Disagreement(
                        sequenceNumber,
                        0,
                        String.format(
                                "%s, hashRecorded=0x%016x, hashComputed=0x%016x",
                                each.source, each.point.hash(), computed.hash()));
                return;
            }
            agreeing = sequenceNumber;
        }
    }

    /** Third: a handler that reads a clock, or draws a number, answers the same event in two ways. */
    private void narrow(Recovery recovery, Disagreement found) {
        Twice twice = new Twice(found.sequenceNumber());
        recovery.recover(persistenceId, found.sequenceNumber(), twice);
        disagreement = new Disagreement(found.sequenceNumber(), twice.unstable, found.reason());
    }

    /** Holds a state, and applies events to it until a disagreement is found. */
    private final class Replay implements ReplayTarget {
        Object state = fold.initialState();

        @Override
        public boolean usesEvolvedSnapshots() {
            return true;
        }

        @Override
        public void onSnapshot(Snapshot snapshot, Object decoded) {
            state = decoded;
        }

        @Override
        public void onEvent(StoredEvent stored, Object event) {
            onUpcast(stored, List.of(event));
        }

        @Override
        public void onUpcast(StoredEvent stored, List<?> events) {
            if (disagreement != null) {
                return;
            }
            try {
                state = foldAll(state, events);
            } catch (RuntimeException | StackOverflowError e) {
                disagreement = new Disagreement(stored.sequenceNumber(), 0, "handler threw " + e);
                return;
            }
            compare(stored.sequenceNumber(), state);
        }

        @Override
        public void onNote(StoredEvent note) {}
    }

    private Object foldAll(Object before, List<?> events) {
        Object state = before;
        for (Object event : events) {
            state = fold.onEvent(state, event);
        }
        return state;
    }

    /** Applies each event behind the last agreement twice. */
    private final class Twice implements ReplayTarget {
        private final long end;
        private Object state = fold.initialState();
        private long unstable;

        Twice(long end) {
            this.end = end;
        }

        @Override
        public boolean usesEvolvedSnapshots() {
            return true;
        }

        @Override
        public void onSnapshot(Snapshot snapshot, Object decoded) {
            state = decoded;
        }

        @Override
        public void onEvent(StoredEvent stored, Object event) {
            onUpcast(stored, List.of(event));
        }

        @Override
        public void onUpcast(StoredEvent stored, List<?> events) {
            if (stored.sequenceNumber() > end || unstable != 0) {
                return;
            }
            try {
                Object next = foldAll(state, events);
                if (stored.sequenceNumber() > agreeing && differ(next, foldAll(state, events))) {
                    unstable = stored.sequenceNumber();
                }
                state = next;
            } catch (RuntimeException | StackOverflowError e) {
                assert stored.sequenceNumber() == end : "it threw there before";
            }
        }

        private boolean differ(Object one, Object other) {
            return HashPoint.of(0, one, codec).hash()
                    != HashPoint.of(0, other, codec).hash();
        }

        @Override
        public void onNote(StoredEvent note) {}
    }
}
