package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.ClassResolver;
import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which class a number stands for. There are no names on the wire that it could read, and so none that it could load.
 *
 * <pre>
 *   class  =  0                    null
 *          |  number               1 … 63 fixed by the protocol; above, as the sender's handshake said
 * </pre>
 *
 * <p>Confined to its Kryo.
 */
final class NumberedClasses implements ClassResolver {

    /** A class inside the message is not the same on both sides, so the message has to go by name. */
    static final class NotTheSame extends RuntimeException {
        NotTheSame() {
            super("a class is not the same on both sides", null, false, false);
        }
    }

    /** How many implementations of lists and the like are remembered; more are looked up each time. */
    private static final int LEARNT_COUNT_MAX = 1_000;

    private final Registration[] byId;
    private boolean isOpen;
    private final Map<Class<?>, Registration> byClass = new HashMap<>();
    private @Nullable PeerSchema peer;
    private @Nullable BitSet used;
    private @Nullable Class<?> latestClass;
    private @Nullable Registration latest;

    NumberedClasses(MessageTypes types) {
        byId = new Registration[types.idLimit()];
        for (MessageType type : types.all()) {
            Registration registration = new Registration(type.javaType(), type.shape(), type.id());
            byId[type.id()] = registration;
            byClass.put(type.javaType(), registration);
        }
    }

    /**
     * Answers from now on. Kryo's constructor asks for texts and the like, and would put serializers of its own, which believe the
     * sizes that they are told, in the place of those that it found.
     */
    void open() {
        isOpen = true;
    }

    /** Says whom the next body is from or for. */
    void peer(@Nullable PeerSchema schema) {
        peer = schema;
        used = null;
    }

    /** Notes the numbers of the next body in {@code numbers}, and takes every class for known. */
    void noteUsed(BitSet numbers) {
        used = numbers;
    }

    @Override
    public void setKryo(Kryo kryo) {}

    /** Ignores what Kryo registers for itself. */
    @Override
    public Registration register(Registration registration) {
        return registration;
    }

    @Override
    public Registration unregister(int classId) {
        throw new UnsupportedOperationException("classes stay registered");
    }

    @Override
    @SuppressWarnings("rawtypes") // as Kryo declares it
    public Registration registerImplicit(Class type) {
        throw new KryoException("class is not registered: javaType=" + type.getName());
    }

    @Override
    @SuppressWarnings("rawtypes") // as Kryo declares it
    public @Nullable Registration getRegistration(Class type) {
        if (!isOpen) {
            return null;
        }
        if (type == latestClass) {
            return latest;
        }
        Registration found = byClass.get(type);
        if (found == null) {
            Class<?> standIn = MessageTypes.standInFor(type);
            found = standIn == null ? null : byClass.get(standIn);
            if (found != null && byClass.size() < byId.length + LEARNT_COUNT_MAX) {
                byClass.put(type, found);
            }
        }
        if (found != null) {
            latestClass = type;
            latest = found;
        }
        return found;
    }

    @Override
    public @Nullable Registration getRegistration(int classId) {
        return isOpen && classId > 0 && classId < byId.length ? byId[classId] : null;
    }

    @Override
    @SuppressWarnings({"NullAway", "rawtypes"}) // as Kryo declares it, and for Kryo null is the class of null
    public @Nullable Registration writeClass(Output out, @Nullable Class type) {
        if (type == null) {
            out.writeByte(0);
            return null;
        }
        Registration registration = getRegistration(type);
        if (registration == null) {
            throw new KryoException("class is not registered, add it to the message types: javaType=" + type.getName());
        }
        int id = registration.getId();
        if (used != null) {
            used.set(id);
        } else if (id >= MessageTypes.USER_ID_MIN && (peer == null || peer.ours(id) != PeerSchema.SAME)) {
            throw new NotTheSame();
        }
        out.writeVarInt(id, true);
        return registration;
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public @Nullable Registration readClass(Input in) {
        int number = in.readVarInt(true);
        if (number == 0) {
            return null;
        }
        int id = number < MessageTypes.USER_ID_MIN ? number : peer == null ? 0 : peer.theirs(number);
        Registration registration = getRegistration(id);
        if (registration == null) {
            throw new KryoException("a number stands for no class: number=" + number);
        }
        return registration;
    }

    @Override
    public void reset() {}
}
