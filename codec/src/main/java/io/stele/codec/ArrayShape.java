package io.stele.codec;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An array: the bytes of a list, so that either may become the other. {@code byte[]} has a shape of its own. */
final class ArrayShape extends Shape {

    private final Class<?> elementType;
    private final Shape element;

    ArrayShape(Class<?> elementType, Shape element) {
        this.elementType = elementType;
        this.element = element;
    }

    @Override
    void write(Object value, ByteBuffer target, int depth) {
        int inner = deeper(depth);
        int start = PayloadWriter.beginLength(target);
        int length = Array.getLength(value);
        for (int i = 0; i < length; i++) {
            element.writeOrNull(Array.get(value, i), target, inner);
        }
        PayloadWriter.endLength(target, start);
    }

    @Override
    Object read(PayloadReader in) {
        int outerLimit = in.beginLength();
        List<@Nullable Object> elements = new ArrayList<>();
        while (in.hasRemaining()) {
            elements.add(elementType.isPrimitive() ? element.read(in) : element.readOrNull(in));
        }
        in.endLength(outerLimit);
        Object array = Array.newInstance(elementType, elements.size());
        for (int i = 0; i < elements.size(); i++) {
            Array.set(array, i, elements.get(i));
        }
        return array;
    }

    @Override
    Object missing() {
        return Array.newInstance(elementType, 0);
    }

    @Override
    void describe(SchemaText out) {
        out.add("list<");
        element.describe(out);
        out.add(">");
    }
}
