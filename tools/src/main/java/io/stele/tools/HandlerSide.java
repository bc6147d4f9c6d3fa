package io.stele.tools;

import io.stele.codec.PayloadValue;
import io.stele.codec.RecordCodec;
import io.stele.recovery.FixedSnapshots;
import io.stele.recovery.Moment;
import io.stele.recovery.ReplayVerdict;
import io.stele.runtime.HistoryCheck;
import io.stele.runtime.PersistentActor;
import io.stele.runtime.RunningCheck;
import io.stele.runtime.TimeTravel;
import io.stele.spi.Clock;
import io.stele.spi.EventHistory;
import io.stele.spi.EventReader;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredEvent;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The user's handlers, seen from outside of their class loader: only types of the JDK and of {@code spi} cross the border, see
 * {@link UserLoader}. Confined to one thread.
 */
final class HandlerSide implements BiFunction<PersistenceId, Long, Object[]>, Supplier<Set<String>> {
    /** Asks for a check against hashes and snapshots instead of a state. */
    static final long CHECK = -1;
    /** Asks for a check as the history goes by. */
    static final long BEGIN_CHECK = -2;
    /** Asks for the last state as the history goes by. */
    static final long BEGIN_STATES = -3;

    private static final int BYTES_MIN = 1 << 10;
    private static final int BYTES_MAX = 256 << 20;

    private final PayloadCodec codec;
    private final HistoryCheck check;
    private final TimeTravel states;
    private final Map<String, Class<? extends PersistentActor<?, Object>>> classes = new HashMap<>();

    /**
     * @param names of the actors' classes
     * @param codec null for that of Stele
     */
    HandlerSide(EventHistory history, SnapshotStore snapshots, List<String> names, @Nullable PayloadCodec codec)
            throws ReflectiveOperationException {
        this.codec = codec == null ? RecordCodec.of() : codec;
        check = new HistoryCheck(history, snapshots, this.codec);
        states = new TimeTravel(history, FixedSnapshots.of(), this.codec, Clock.system());
        for (String name : names) {
            register(name);
        }
    }

    @SuppressWarnings("unchecked")
    private void register(String name) throws ReflectiveOperationException {
        var constructor = Class.forName(name, true, getClass().getClassLoader()).getDeclaredConstructor();
        constructor.setAccessible(true);
        PersistentActor<?, Object> actor = (PersistentActor<?, Object>) constructor.newInstance();
        check.register(actor);
        states.register(actor);
        classes.put(actor.entityType(), (Class<? extends PersistentActor<?, Object>>) actor.getClass());
    }

    @Override
    public Set<String> get() {
        return Set.copyOf(classes.keySet());
    }

    /** Checks one actor as its history goes by, and says at the end what came out. */
    private final class Running implements EventReader, Supplier<@Nullable Object> {
        private final RunningCheck running;
        private final boolean isChecked;

        Running(RunningCheck running, boolean isChecked) {
            this.running = running;
            this.isChecked = isChecked;
        }

        @Override
        public void onEvent(StoredEvent event) {
            running.onEvent(event);
        }

        @Override
        public void onNote(StoredEvent note) {
            running.onNote(note);
        }

        /** Returns a sentence, or the last state as JSON; null if the history has to be read again to tell. */
        @Override
        public @Nullable Object get() {
            ReplayVerdict verdict = running.verdict();
            if (verdict == null) {
                return null;
            }
            return isChecked ? verdict.report() : json(running.state());
        }
    }

    /**
     * Returns the state after a number as JSON; for {@link #CHECK}: whether it agrees, from which number on not, a sentence; for {@link
     * #BEGIN_CHECK} and {@link #BEGIN_STATES}: who takes the history, and is a supplier of what it found.
     */
    @Override
    public Object[] apply(PersistenceId id, Long sequenceNumber) {
        if (sequenceNumber == BEGIN_CHECK) {
            return new Object[] {new Running(check.begin(id), true)};
        }
        if (sequenceNumber == BEGIN_STATES) {
            return new Object[] {new Running(check.beginStates(id), false)};
        }
        if (sequenceNumber == CHECK) {
            var verdict = check.check(id);
            var disagreement = verdict.disagreement();
            return new Object[] {
                verdict.agrees(), disagreement == null ? 0L : disagreement.sequenceNumber(), verdict.report()
            };
        }
        Class<? extends PersistentActor<?, Object>> type = classes.get(id.entityType());
        if (type == null) {
            throw new IllegalArgumentException("kind of actor is not known: persistenceId=" + id);
        }
        return new Object[] {
            json(states.stateAt(type, id.entityId(), Moment.after(sequenceNumber))
                    .state())
        };
    }

    private String json(Object state) {
        for (int capacity = BYTES_MIN; capacity <= BYTES_MAX; capacity *= 4) {
            ByteBuffer target = ByteBuffer.allocate(capacity);
            if (tryEncode(state, target)) {
                return PayloadValue.read(target.flip()).toJson();
            }
        }
        throw new PayloadCodecException("state is too large to be compared: bytesMax=" + BYTES_MAX);
    }

    private boolean tryEncode(Object state, ByteBuffer target) {
        try {
            codec.encode(state, target);
            return true;
        } catch (BufferOverflowException e) {
            return false;
        } catch (PayloadCodecException e) {
            throw new PayloadCodecException("state cannot be compared: " + e.getMessage(), e);
        }
    }
}
