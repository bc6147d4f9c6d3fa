package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import io.stele.codec.RecordAccess;
import org.jspecify.annotations.Nullable;

/** A record: its components one after the other, in the order of their declaration. */
final class WireRecord extends WireShape {

    private final RecordAccess access;
    private WireComponent[] components = {};

    WireRecord(RecordAccess access) {
        this.access = access;
    }

    /** Sets the components: later than the rest, because they may contain the record itself. Before any use. */
    void components(WireComponent[] all) {
        components = all;
    }

    @Override
    void put(BodyKryo kryo, Output out, Object value) {
        if (components.length == 0) {
            out.writeByte(0);
        }
        for (WireComponent component : components) {
            component.put(kryo, out, value);
        }
    }

    @Override
    Object take(BodyKryo kryo, Input in) {
        if (components.length == 0) {
            in.readByte();
        }
        int base = kryo.reserve(components.length);
        for (int i = 0; i < components.length; i++) {
            components[i].take(kryo, in, base + i);
        }
        kryo.base(base);
        Object value = access.construct(kryo);
        kryo.release(base);
        return value;
    }

    /** As an inner value it counts as one level of depth. */
    @Override
    void putOrNull(BodyKryo kryo, Output out, @Nullable Object value) {
        if (value == null) {
            out.writeByte(0);
        } else {
            out.writeByte(1);
            kryo.writeObject(out, value, this);
        }
    }

    @Override
    @Nullable Object takeOrNull(BodyKryo kryo, Input in) {
        return takeMark(in) ? kryo.readObject(in, Object.class, this) : null;
    }
}
