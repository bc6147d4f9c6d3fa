package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;

/** An enum: the index of its constant. The constants are in the fingerprint, so both sides have the same. */
@SuppressWarnings("EnumOrdinal") // see above
final class WireEnum extends WireShape {

    private final Enum<?>[] constants;

    WireEnum(Class<?> javaType) {
        constants = (Enum<?>[]) javaType.getEnumConstants();
    }

    @Override
    void put(BodyKryo kryo, Output out, Object value) {
        out.writeVarInt(((Enum<?>) value).ordinal(), true);
    }

    @Override
    Object take(BodyKryo kryo, Input in) {
        int index = in.readVarInt(true);
        if (index < 0 || index >= constants.length) {
            throw new KryoException(
                    "a constant is out of range: index=" + index + ", constantCount=" + constants.length);
        }
        return constants[index];
    }
}
