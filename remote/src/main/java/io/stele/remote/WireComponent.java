package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import io.stele.codec.RecordAccess;
import java.lang.reflect.RecordComponent;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/** One component of a record: from the record to the bytes, and from the bytes to a slot. */
abstract class WireComponent {

    abstract void put(BodyKryo kryo, Output out, Object record);

    abstract void take(BodyKryo kryo, Input in, int slot);

    @SuppressWarnings("unchecked")
    static WireComponent of(RecordComponent component, RecordAccess access, WireShape shape) {
        Class<?> type = component.getType();
        if (type == long.class) {
            return new OfLong(access.getter(component, ToLongFunction.class, "applyAsLong", long.class));
        }
        if (type == boolean.class) {
            return new OfBoolean(access.getter(component, Predicate.class, "test", boolean.class));
        }
        if (type == double.class || type == float.class) {
            ToDoubleFunction<Object> getter =
                    access.getter(component, ToDoubleFunction.class, "applyAsDouble", double.class);
            return type == float.class ? new OfFloat(getter) : new OfDouble(getter);
        }
        if (type.isPrimitive()) {
            ToIntFunction<Object> getter = access.getter(component, ToIntFunction.class, "applyAsInt", int.class);
            return type == int.class ? new OfInt(getter) : new OfNarrow(getter, type);
        }
        return new OfReference(access.getter(component, Function.class, "apply", Object.class), shape);
    }

    private static final class OfLong extends WireComponent {
        private final ToLongFunction<Object> getter;

        OfLong(ToLongFunction<Object> getter) {
            this.getter = getter;
        }

        @Override
        void put(BodyKryo kryo, Output out, Object record) {
            out.writeVarLong(getter.applyAsLong(record), false);
        }

        @Override
        void take(BodyKryo kryo, Input in, int slot) {
            kryo.set(slot, in.readVarLong(false));
        }
    }

    private static final class OfInt extends WireComponent {
        private final ToIntFunction<Object> getter;

        OfInt(ToIntFunction<Object> getter) {
            this.getter = getter;
        }

        @Override
        void put(BodyKryo kryo, Output out, Object record) {
            out.writeVarInt(getter.applyAsInt(record), false);
        }

        @Override
        void take(BodyKryo kryo, Input in, int slot) {
            kryo.set(slot, (long) in.readVarInt(false));
        }
    }

    /** A short, a byte or a char: two bytes, or one. */
    private static final class OfNarrow extends WireComponent {
        private final ToIntFunction<Object> getter;
        private final boolean isByte;
        private final boolean isChar;

        OfNarrow(ToIntFunction<Object> getter, Class<?> type) {
            this.getter = getter;
            isByte = type == byte.class;
            isChar = type == char.class;
        }

        @Override
        void put(BodyKryo kryo, Output out, Object record) {
            int value = getter.applyAsInt(record);
            if (isByte) {
                out.writeByte(value);
            } else {
                out.writeShort(value);
            }
        }

        @Override
        void take(BodyKryo kryo, Input in, int slot) {
            kryo.set(slot, isByte ? in.readByte() : isChar ? in.readShortUnsigned() : (long) in.readShort());
        }
    }

    private static final class OfBoolean extends WireComponent {
        private final Predicate<Object> getter;

        OfBoolean(Predicate<Object> getter) {
            this.getter = getter;
        }

        @Override
        void put(BodyKryo kryo, Output out, Object record) {
            out.writeByte(getter.test(record) ? 1 : 0);
        }

        @Override
        void take(BodyKryo kryo, Input in, int slot) {
            int value = in.readByteUnsigned();
            if (value > 1) {
                throw new KryoException("a boolean is neither 0 nor 1: value=" + value);
            }
            kryo.set(slot, (long) value);
        }
    }

    private static final class OfDouble extends WireComponent {
        private final ToDoubleFunction<Object> getter;

        OfDouble(ToDoubleFunction<Object> getter) {
            this.getter = getter;
        }

        @Override
        void put(BodyKryo kryo, Output out, Object record) {
            out.writeLong(Double.doubleToRawLongBits(getter.applyAsDouble(record)));
        }

        @Override
        void take(BodyKryo kryo, Input in, int slot) {
            kryo.set(slot, in.readLong());
        }
    }

    private static final class OfFloat extends WireComponent {
        private final ToDoubleFunction<Object> getter;

        OfFloat(ToDoubleFunction<Object> getter) {
            this.getter = getter;
        }

        @Override
        void put(BodyKryo kryo, Output out, Object record) {
            out.writeInt(Float.floatToRawIntBits((float) getter.applyAsDouble(record)));
        }

        @Override
        void take(BodyKryo kryo, Input in, int slot) {
            kryo.set(slot, (long) in.readInt());
        }
    }

    private static final class OfReference extends WireComponent {
        private final Function<Object, Object> getter;
        private final WireShape shape;

        OfReference(Function<Object, Object> getter, WireShape shape) {
            this.getter = getter;
            this.shape = shape;
        }

        @Override
        void put(BodyKryo kryo, Output out, Object record) {
            shape.putOrNull(kryo, out, getter.apply(record));
        }

        @Override
        void take(BodyKryo kryo, Input in, int slot) {
            kryo.set(slot, shape.takeOrNull(kryo, in));
        }
    }
}
