package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import org.jspecify.annotations.Nullable;

/** A value whose class is told by its number: a sealed interface, {@code Object}, a type variable. */
final class WireDynamic extends WireShape {

    private final Class<?> declared;

    WireDynamic(Class<?> declared) {
        this.declared = declared;
    }

    @Override
    void put(BodyKryo kryo, Output out, Object value) {
        kryo.writeClassAndObject(out, value);
    }

    @Override
    void putOrNull(BodyKryo kryo, Output out, @Nullable Object value) {
        if (value == null) {
            out.writeByte(0);
        } else {
            put(kryo, out, value);
        }
    }

    @Override
    Object take(BodyKryo kryo, Input in) {
        Object value = takeOrNull(kryo, in);
        if (value == null) {
            throw new KryoException("a value is null where none may be");
        }
        return value;
    }

    @Override
    @Nullable Object takeOrNull(BodyKryo kryo, Input in) {
        Object value = kryo.readClassAndObject(in);
        if (value != null && !declared.isInstance(value)) {
            throw new KryoException("a value is of a class that cannot stand there: javaType="
                    + value.getClass().getName() + ", declared=" + declared.getName());
        }
        return value;
    }
}
