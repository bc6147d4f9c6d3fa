package io.stele.runtime;

import io.stele.recovery.Moment;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Works out what an actor's state was at an event or a time: the nearest snapshot before it, and the events behind that. Only reads; no
 * actor is brought into memory, and one that is there takes no notice.
 *
 * <p>{@link ActorSystem#stateAt} does it for a system that runs. This is for histories that nobody, or somebody else, has open.
 *
 * <h2>Threads</h2>
 * Any thread; each call works on the thread that calls.
 */
public final class TimeTravel {
    private final PayloadCodec codec;
    private final Recovery recovery;
    private final Map<Class<?>, EntityType<?, ?>> types = new ConcurrentHashMap<>();

    /** Reads from these stores. */
    public TimeTravel(EventHistory history, SnapshotStore snapshots, PayloadCodec codec, Clock clock) {
        this.codec = codec;
        this.recovery = new Recovery(history, snapshots, codec, clock);
    }

    /** Makes a kind of actor known that has no constructor without arguments. */
    public void register(PersistentActor<?, ?> actor) {
        types.computeIfAbsent(actor.getClass(), type -> {
            EntityType<?, ?> known = new EntityType<>(actor, codec);
            recovery.upcast(actor.entityType(), actor.upcasters());
            return known;
        });
    }

    /**
     * Returns an actor's state at a moment; its initial state if it had no event then.
     *
     * @param type the kind of actor; one of those that were registered, or one with a constructor without arguments
     * @param <S> state
     * @throws io.stele.recovery.PoisonEventException if an event before the moment cannot be applied
     * @throws io.stele.spi.JournalException if the history cannot be read
     */
    @SuppressWarnings("unchecked")
    public <S> PastState<S> stateAt(Class<? extends PersistentActor<?, S>> type, String entityId, Moment moment) {
        if (!types.containsKey(type)) {
            register(Entities.instantiate(type));
        }
        EntityType<?, S> known = (EntityType<?, S>) types.get(type);
        assert known != null : "registered above";
        return stateAt(recovery, codec, known, new PersistenceId(known.actor.entityType(), entityId), moment);
    }

    static <E, S> PastState<S> stateAt(
            Recovery recovery, PayloadCodec codec, EntityType<E, S> type, PersistenceId persistenceId, Moment moment) {
        Witness<E, S> witness = new Witness<>(new Restored<>(type, codec.forActor(persistenceId), Clock.system()));
        RecoveryReport report = recovery.recover(persistenceId, moment, witness);
        return new PastState<>(
                persistenceId, report.sequenceNumber(), witness.timestampMs, witness.restored.state(), report);
    }

    /** Sees when the last event happened. */
    private static final class Witness<E, S> implements ReplayTarget {
        private final Restored<E, S> restored;
        private long timestampMs;

        Witness(Restored<E, S> restored) {
            this.restored = restored;
        }

        @Override
        public boolean usesEvolvedSnapshots() {
            return restored.usesEvolvedSnapshots();
        }

        @Override
        public void onSnapshot(Snapshot snapshot, Object state) {
            restored.onSnapshot(snapshot, state);
            timestampMs = snapshot.timestampMs();
        }

        @Override
        public void onEvent(StoredEvent stored, Object event) {
            restored.onEvent(stored, event);
            timestampMs = stored.timestampMs();
        }

        @Override
        public void onUpcast(StoredEvent stored, List<?> events) {
            restored.onUpcast(stored, events);
            timestampMs = stored.timestampMs();
        }

        @Override
        public void onNote(StoredEvent note) {
            restored.onNote(note);
        }

        @Override
        public void onSkipped(StoredEvent stored) {
            restored.onSkipped(stored);
            timestampMs = stored.timestampMs();
        }

        @Override
        public void onRestart() {
            restored.onRestart();
            timestampMs = 0;
        }
    }
}
