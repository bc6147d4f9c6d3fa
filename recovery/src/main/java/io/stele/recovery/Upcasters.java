package io.stele.recovery;

import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What stored events and states of earlier programs mean today, for changes that the codec's own rules cannot express.
 *
 * <pre>
 *   on.event(Transferred.class, old -&gt; List.of(new Withdrawn(old.cents()), new FeeCharged(old.fee())))      1 → n
 *     .event(Pinged.class, old -&gt; List.of())                                                             1 → 0
 *     .event("moved", 1, stored -&gt; List.of(new MovedV2(stored.timestampMs(), …)))                        from bytes
 *     .event(MovedV2.class, old -&gt; List.of(new Moved(…)))                                                a chain
 *     .state(AccountV1.class, old -&gt; new Account(old.cents(), "EUR"))
 * </pre>
 *
 * <p>Applied whenever a history is read: at every recovery, and for states of the past. Nothing on disk changes; sequence numbers
 * stay those of what is stored. What comes out goes through the upcaster of its own class, if it has one, so that every step need
 * only know the next version. Results of one stored event are applied together.
 *
 * <p>An upcaster is a pure function: the same stored event gives the same answer for ever. It reads no clock and no file. One that
 * throws keeps its actor out of service, and no other.
 *
 * <h2>Cost</h2>
 * Nothing for kinds of actors without any; otherwise a look-up per replayed event.
 *
 * <h2>Threads</h2>
 * Filled by one thread, then only read. Functions are called by any thread, several at a time.
 */
public final class Upcasters {
    private static final int STEPS_MAX = 64;

    private final Map<StoredType, Function<StoredEvent, ? extends List<?>>> byStoredType = new HashMap<>();
    private final Map<Class<?>, Function<Object, ? extends List<?>>> byClass = new HashMap<>();
    private final Map<Class<?>, Function<Object, ?>> states = new HashMap<>();

    /**
     * Sets what an event of an old class means today. The class becomes known to the codec: it has the stored name, and version,
     * of what it reads.
     *
     * @param <T> the old class
     * @param type the old class itself, not one that it implements
     * @param upcaster returns the events that take its place, in order; empty if it no longer means anything
     * @throws IllegalArgumentException if the class has an upcaster already
     */
    public <T> Upcasters event(Class<T> type, Function<? super T, ? extends List<?>> upcaster) {
        set(byClass, type, value -> upcaster.apply(type.cast(value)));
        return this;
    }

    /**
     * Sets what the bytes of an event mean today, for events that no class stands for any more.
     *
     * @param storedName the name that it is stored under
     * @param version the version that it is stored in, 1 to 65,535
     * @param upcaster gets the stored event, valid only during the call; returns as for {@link #event(Class, Function)}
     * @throws IllegalArgumentException if name and version have an upcaster already, or are out of range
     */
    public Upcasters event(String storedName, int version, Function<StoredEvent, ? extends List<?>> upcaster) {
        set(byStoredType, new StoredType(storedName, version), upcaster);
        return this;
    }

    /**
     * Sets what a snapshot of an old class means today. Without one, a snapshot of a class that is not the state's is dropped, and
     * the state comes from the events.
     *
     * @param <T> the old class
     * @throws IllegalArgumentException if the class has an upcaster already
     */
    public <T> Upcasters state(Class<T> type, Function<? super T, ?> upcaster) {
        set(states, type, value -> upcaster.apply(type.cast(value)));
        return this;
    }

    private static <K, V> void set(Map<K, V> map, K from, V upcaster) {
        if (map.putIfAbsent(from, upcaster) != null) {
            throw new IllegalArgumentException("two upcasters start from the same: from=" + shown(from));
        }
    }

    /** Returns the classes that events are upcast from. */
    public Set<Class<?>> eventClasses() {
        return Set.copyOf(byClass.keySet());
    }

    /** Returns the classes that states are upcast from. */
    public Set<Class<?>> stateClasses() {
        return Set.copyOf(states.keySet());
    }

    /** Returns whether there is none. */
    public boolean isEmpty() {
        return byStoredType.isEmpty() && byClass.isEmpty() && states.isEmpty();
    }

    /**
     * Returns what a state of an earlier program is today; the state itself if it is of no class that is upcast.
     *
     * @throws PayloadCodecException if an upcaster throws
     */
    public Object upcastState(Object state) {
        Object current = state;
        for (int step = 0; step <= STEPS_MAX; step++) {
            Function<Object, ?> upcaster = states.get(current.getClass());
            if (upcaster == null) {
                return current;
            }
            current = call(upcaster, current, current.getClass());
        }
        throw circle(current.getClass());
    }

    /** Decodes one stored event and hands on what it means today. */
    public void replay(StoredEvent stored, PayloadCodec codec, ReplayTarget target) {
        Function<StoredEvent, ? extends List<?>> fromBytes = byStoredType.get(stored.type());
        if (fromBytes != null) {
            target.onUpcast(stored, current(call(fromBytes, stored, stored.type())));
            return;
        }
        Object event = codec.decode(stored.type(), stored.payload());
        if (byClass.containsKey(event.getClass())) {
            target.onUpcast(stored, current(List.of(event)));
        } else {
            target.onEvent(stored, event);
        }
    }

    private List<Object> current(List<?> events) {
        List<Object> current = new ArrayList<>();
        events.forEach(event -> follow(event, 0, current));
        return current;
    }

    private void follow(Object event, int step, List<Object> current) {
        Function<Object, ? extends List<?>> upcaster = byClass.get(event.getClass());
        if (upcaster == null) {
            current.add(event);
            return;
        }
        if (step == STEPS_MAX) {
            throw circle(event.getClass());
        }
        call(upcaster, event, event.getClass()).forEach(next -> follow(next, step + 1, current));
    }

    private static <A, R> R call(Function<A, R> upcaster, A argument, Object from) {
        @Nullable R result;
        try {
            result = upcaster.apply(argument);
        } catch (RuntimeException e) {
            throw new PayloadCodecException("upcaster threw: from=" + shown(from) + ", reason=" + e, e);
        }
        if (result == null) {
            throw new PayloadCodecException(
                    "upcaster returned null where an empty list means nothing: from=" + shown(from));
        }
        return result;
    }

    private static PayloadCodecException circle(Class<?> from) {
        return new PayloadCodecException(
                "upcasters go round in a circle: from=" + from.getName() + ", stepsMax=" + STEPS_MAX);
    }

    private static String shown(Object from) {
        return from instanceof Class<?> type ? type.getName() : from.toString();
    }
}
