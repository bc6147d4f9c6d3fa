package io.stele.codec;

import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** One component of a record: its name, and how it gets from the record to the bytes and from the bytes to a slot. */
abstract class Component {

    private final String name;
    private final Tag tag;
    private final List<String> formerNames;
    private final @Nullable Object whenMissing;

    private Component(RecordComponent component, Shape shape) {
        name = component.getName();
        tag = Tag.name(name);
        FormerName former = component.getAnnotation(FormerName.class);
        formerNames = former == null ? List.of() : List.of(former.value());
        WhenMissing missing = component.getAnnotation(WhenMissing.class);
        whenMissing = missing == null ? null : shape.parse(missing.value());
    }

    /** Makes the component of the right kind; {@code shape} is that of its type, or of its type's box. */
    static Component of(RecordComponent component, Accessors accessors, Shape shape) {
        Class<?> type = component.getType();
        if (type == long.class) {
            return new LongComponent(component, accessors, shape);
        }
        if (type == boolean.class) {
            return new BooleanComponent(component, accessors, shape);
        }
        if (type == double.class || type == float.class) {
            return new FractionComponent(component, accessors, shape);
        }
        if (type.isPrimitive()) {
            return new IntComponent(component, accessors, shape);
        }
        return new ReferenceComponent(component, accessors, shape);
    }

    final String name() {
        return name;
    }

    final Tag tag() {
        return tag;
    }

    final List<String> formerNames() {
        return formerNames;
    }

    /** Writes the value, without its name. */
    abstract void writeValue(Object record, ByteBuffer target, int depth);

    /** Reads the value into a slot. */
    abstract void read(PayloadReader in, int slot);

    /** Returns what {@link WhenMissing} says; null if the component has none. */
    final @Nullable Object whenMissing() {
        return whenMissing;
    }

    /** Sets the slot to what a missing field means. */
    void setMissing(PayloadReader in, int slot) {
        in.set(slot, whenMissing == null ? 0L : bits(whenMissing));
    }

    /** Returns how a boxed primitive lies in its slot. */
    private static long bits(Object boxed) {
        if (boxed instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        if (boxed instanceof Character character) {
            return character;
        }
        if (boxed instanceof Float fraction) {
            return Float.floatToRawIntBits(fraction);
        }
        return boxed instanceof Double fraction ? Double.doubleToRawLongBits(fraction) : ((Number) boxed).longValue();
    }

    abstract void describe(SchemaText out);

    private static final class LongComponent extends Component {

        private final ToLongFunction<Object> getter;

        @SuppressWarnings("unchecked")
        LongComponent(RecordComponent component, Accessors accessors, Shape shape) {
            super(component, shape);
            getter = accessors.getter(component, ToLongFunction.class, "applyAsLong", long.class);
        }

        @Override
        void writeValue(Object record, ByteBuffer target, int depth) {
            PayloadWriter.putLong(target, getter.applyAsLong(record));
        }

        @Override
        void read(PayloadReader in, int slot) {
            in.set(slot, in.readLong());
        }

        @Override
        void describe(SchemaText out) {
            out.add("long");
        }
    }

    /** An int, short, byte or char. */
    private static final class IntComponent extends Component {

        private final ToIntFunction<Object> getter;
        private final String javaType;
        private final long min;
        private final long max;
        private final boolean isChar;

        @SuppressWarnings("unchecked")
        IntComponent(RecordComponent component, Accessors accessors, Shape shape) {
            super(component, shape);
            getter = accessors.getter(component, ToIntFunction.class, "applyAsInt", int.class);
            Class<?> type = component.getType();
            javaType = type.getName();
            isChar = type == char.class;
            min = type == int.class ? Integer.MIN_VALUE : type == short.class ? Short.MIN_VALUE : Byte.MIN_VALUE;
            max = type == int.class ? Integer.MAX_VALUE : type == short.class ? Short.MAX_VALUE : Byte.MAX_VALUE;
        }

        @Override
        void writeValue(Object record, ByteBuffer target, int depth) {
            int value = getter.applyAsInt(record);
            if (isChar) {
                PayloadWriter.putText(target, (char) value);
            } else {
                PayloadWriter.putLong(target, value);
            }
        }

        @Override
        void read(PayloadReader in, int slot) {
            in.set(slot, isChar ? in.readChar() : in.readLong(min, max, javaType));
        }

        @Override
        void describe(SchemaText out) {
            out.add(javaType);
        }
    }

    private static final class BooleanComponent extends Component {

        private final Predicate<Object> getter;

        @SuppressWarnings("unchecked")
        BooleanComponent(RecordComponent component, Accessors accessors, Shape shape) {
            super(component, shape);
            getter = accessors.getter(component, Predicate.class, "test", boolean.class);
        }

        @Override
        void writeValue(Object record, ByteBuffer target, int depth) {
            PayloadWriter.putBoolean(target, getter.test(record));
        }

        @Override
        void read(PayloadReader in, int slot) {
            in.set(slot, in.readBoolean() ? 1L : 0L);
        }

        @Override
        void describe(SchemaText out) {
            out.add("boolean");
        }
    }

    /** A double or a float. */
    private static final class FractionComponent extends Component {

        private final ToDoubleFunction<Object> getter;
        private final boolean isFloat;

        @SuppressWarnings("unchecked")
        FractionComponent(RecordComponent component, Accessors accessors, Shape shape) {
            super(component, shape);
            getter = accessors.getter(component, ToDoubleFunction.class, "applyAsDouble", double.class);
            isFloat = component.getType() == float.class;
        }

        @Override
        void writeValue(Object record, ByteBuffer target, int depth) {
            double value = getter.applyAsDouble(record);
            if (isFloat) {
                PayloadWriter.putFloat(target, (float) value);
            } else {
                PayloadWriter.putDouble(target, value);
            }
        }

        @Override
        void read(PayloadReader in, int slot) {
            in.set(
                    slot,
                    isFloat ? Float.floatToRawIntBits(in.readFloat()) : Double.doubleToRawLongBits(in.readDouble()));
        }

        @Override
        void describe(SchemaText out) {
            out.add(isFloat ? "float" : "double");
        }
    }

    private static final class ReferenceComponent extends Component {

        private final Function<Object, Object> getter;
        private final Shape shape;

        @SuppressWarnings("unchecked")
        ReferenceComponent(RecordComponent component, Accessors accessors, Shape shape) {
            super(component, shape);
            getter = accessors.getter(component, Function.class, "apply", Object.class);
            this.shape = shape;
        }

        @Override
        void writeValue(Object record, ByteBuffer target, int depth) {
            shape.writeOrNull(getter.apply(record), target, depth);
        }

        @Override
        void read(PayloadReader in, int slot) {
            in.set(slot, shape.readOrNull(in));
        }

        @Override
        void setMissing(PayloadReader in, int slot) {
            in.set(slot, whenMissing() == null ? shape.missing() : whenMissing());
        }

        @Override
        void describe(SchemaText out) {
            shape.describe(out);
        }
    }
}
