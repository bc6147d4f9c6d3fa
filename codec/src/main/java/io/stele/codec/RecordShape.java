package io.stele.codec;

import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A record: its components by name, one after the other; inside of another value with a length in front.
 *
 * <p>Reading expects the fields in the order of the components, which costs one comparison per name, and falls back to looking
 * names up from the first field on that is not where it is expected.
 */
final class RecordShape extends Shape {

    private final Class<?> javaType;
    private final String storedName;
    private Component[] components = {};
    private final MethodHandle constructor;
    private final Map<String, Integer> indexes = new HashMap<>();

    RecordShape(Class<?> javaType, String storedName, Accessors accessors) {
        this.javaType = javaType;
        this.storedName = storedName;
        constructor = accessors.constructor();
    }

    /** Sets the components: later than the rest, because they may contain the record itself. Before any use. */
    void components(Component[] all) {
        components = all;
        for (int i = 0; i < all.length; i++) {
            indexes.put(all[i].name(), i);
        }
        for (int i = 0; i < all.length; i++) {
            for (String former : all[i].formerNames()) {
                if (indexes.putIfAbsent(former, i) != null) {
                    throw new Refusal(
                            "two components have the same name", "javaType=" + javaType.getName() + ", name=" + former);
                }
            }
        }
    }

    @Override
    void write(Object value, ByteBuffer target, int depth) {
        int inner = deeper(depth);
        int start = PayloadWriter.beginLength(target);
        writeFields(value, target, inner);
        PayloadWriter.endLength(target, start);
    }

    void writeFields(Object value, ByteBuffer target, int depth) {
        for (Component component : components) {
            component.tag().put(target);
            try {
                component.writeValue(value, target, depth);
            } catch (Refusal refusal) {
                throw refusal.in(component.name());
            }
        }
    }

    @Override
    Object read(PayloadReader in) {
        int outerLimit = in.beginLength();
        Object value = readFields(in);
        in.endLength(outerLimit);
        return value;
    }

    /** Reads fields up to the limit. */
    Object readFields(PayloadReader in) {
        int base = in.reserve(components.length);
        int index = 0;
        while (index < components.length && in.skip(components[index].tag())) {
            read(in, base, index);
            index++;
        }
        if (index < components.length || in.hasRemaining()) {
            readRest(in, base, index);
        }
        in.base(base);
        Object value = construct(in);
        in.release(base);
        return value;
    }

    /** Goes on after the first {@code inOrder} components, in any order. */
    private void readRest(PayloadReader in, int base, int inOrder) {
        for (int i = 0; i < components.length; i++) {
            in.seen(base + i, i < inOrder);
        }
        while (in.hasRemaining()) {
            String name = in.readName();
            Integer index = indexes.get(name);
            if (index == null) {
                in.skipValue();
            } else if (in.seen(base + index)) {
                throw new Refusal(
                        "a component stands twice", "component=" + components[index].name() + ", name=" + name);
            } else {
                in.seen(base + index, true);
                read(in, base, index);
            }
        }
        for (int i = inOrder; i < components.length; i++) {
            if (!in.seen(base + i)) {
                components[i].setMissing(in, base + i);
            }
        }
    }

    private void read(PayloadReader in, int base, int index) {
        try {
            components[index].read(in, base + index);
        } catch (Refusal refusal) {
            throw refusal.in(components[index].name());
        }
    }

    @SuppressWarnings("checkstyle:IllegalCatch") // MethodHandle.invokeExact declares Throwable
    private Object construct(PayloadReader in) {
        try {
            return (Object) constructor.invokeExact((Slots) in);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new Refusal(
                    "the constructor refuses the values",
                    "record=" + storedName + ", javaType=" + javaType.getName() + ", reason=" + e,
                    e);
        }
    }

    @Override
    void describe(SchemaText out) {
        if (!out.name(storedName)) {
            return;
        }
        out.add("{");
        for (Component component : components) {
            out.add(component.name()).add(":");
            component.describe(out);
            out.add(";");
        }
        out.add("}");
    }
}
