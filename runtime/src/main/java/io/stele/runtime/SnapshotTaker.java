package io.stele.runtime;

import io.stele.recovery.Recovery;
import io.stele.recovery.RecoveryReport;
import io.stele.recovery.ReplayTarget;
import io.stele.spi.Clock;
import io.stele.spi.EventHistory;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Takes snapshots of actors while no system is open: as many of them as wanted, whatever their own policy says. For the time before
 * a start that should be quick, or before a compaction.
 *
 * <p>The history must be on disk, up to its last event: hand in that of a journal that was opened. Confined to one thread.
 */
public final class SnapshotTaker {
    private final Recovery recovery;
    private final SnapshotStore snapshots;
    private final PayloadCodec codec;
    private final Clock clock;
    private final Map<String, EntityType<?, ?>> types = new TreeMap<>();

    /** Reads from one and writes to the other. */
    public SnapshotTaker(EventHistory history, SnapshotStore snapshots, PayloadCodec codec, Clock clock) {
        this.recovery = new Recovery(history, snapshots, codec, clock);
        this.snapshots = snapshots;
        this.codec = codec;
        this.clock = clock;
    }

    /** Makes a kind of actor known. */
    public void register(PersistentActor<?, ?> actor) {
        types.put(actor.entityType(), new EntityType<>(actor, codec));
        recovery.upcast(actor.entityType(), actor.upcasters());
    }

    /** Returns the kinds of actors that are known. */
    public Set<String> entityTypes() {
        return Set.copyOf(types.keySet());
    }

    /**
     * Takes a snapshot of an actor after its last event, with the command ids that go with it, unless it has one there.
     *
     * @return the number of the last event in the new snapshot; 0 if none was needed
     * @throws IllegalArgumentException if its kind is not known
     * @throws io.stele.spi.SteleException if its history cannot be replayed, or the snapshot not be saved
     */
    public long take(PersistenceId persistenceId) {
        EntityType<?, ?> type = types.get(persistenceId.entityType());
        if (type == null) {
            throw new IllegalArgumentException("kind of actor is not known, register its class: persistenceId="
                    + persistenceId + ", entityTypes=" + types.keySet());
        }
        return take(type, persistenceId);
    }

    private <E, S> long take(EntityType<E, S> type, PersistenceId persistenceId) {
        PayloadCodec own = codec.forActor(persistenceId);
        Last<E, S> last = new Last<>(new Restored<>(type, own, clock));
        RecoveryReport report = recovery.recover(persistenceId, Long.MAX_VALUE, last);
        List<Long> known = snapshots.sequenceNumbers(persistenceId);
        if (report.sequenceNumber() == 0 || last.position == 0 || known.contains(report.sequenceNumber())) {
            return 0;
        }
        S state = last.restored.state();
        StoredType stored = own.typeOf(state);
        snapshots.save(new Snapshot(
                persistenceId,
                report.sequenceNumber(),
                last.position,
                clock.epochMs(),
                stored,
                codec.fingerprint(stored),
                ByteBuffer.wrap(Encoding.encode(own, state)),
                DeduplicationWindow.encode(last.restored.window().entries(), own)));
        snapshots.prune(persistenceId, type.snapshotsKept);
        return report.sequenceNumber();
    }

    /** Remembers where the last event stands. */
    private static final class Last<E, S> implements ReplayTarget {
        private final Restored<E, S> restored;
        private long position;

        Last(Restored<E, S> restored) {
            this.restored = restored;
        }

        @Override
        public boolean usesEvolvedSnapshots() {
            return restored.usesEvolvedSnapshots();
        }

        @Override
        public void onSnapshot(Snapshot snapshot, Object state) {
            restored.onSnapshot(snapshot, state);
        }

        @Override
        public void onEvent(StoredEvent stored, Object event) {
            position = stored.position();
            restored.onEvent(stored, event);
        }

        @Override
        public void onUpcast(StoredEvent stored, List<?> events) {
            position = stored.position();
            restored.onUpcast(stored, events);
        }

        @Override
        public void onNote(StoredEvent note) {
            restored.onNote(note);
        }

        @Override
        public void onSkipped(StoredEvent stored) {
            position = stored.position();
            restored.onSkipped(stored);
        }

        @Override
        public void onRestart() {
            position = 0;
            restored.onRestart();
        }
    }
}
