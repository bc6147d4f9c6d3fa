package io.stele.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lists, sets, maps and optionals. What is read is immutable, keeps the order it was written in, and may hold nulls. */
final class ContainerShape {

    private ContainerShape() {}

    /** A list or a set: its elements one after the other, a length in front. */
    static final class Elements extends Shape {

        private final Shape element;
        private final boolean distinct;

        Elements(Shape element, boolean distinct) {
            this.element = element;
            this.distinct = distinct;
        }

        @Override
        void write(Object value, ByteBuffer target, int depth) {
            int inner = deeper(depth);
            int start = PayloadWriter.beginLength(target);
            if (value instanceof List<?> list && list instanceof RandomAccess) {
                for (int i = 0; i < list.size(); i++) {
                    element.writeOrNull(list.get(i), target, inner);
                }
            } else {
                PartOrder order = PartOrder.of(distinct, depth, target);
                for (Object each : (Collection<?>) value) {
                    order.next();
                    element.writeOrNull(each, target, inner);
                }
                order.apply();
            }
            PayloadWriter.endLength(target, start);
        }

        @Override
        Object read(PayloadReader in) {
            int outerLimit = in.beginLength();
            Collection<@Nullable Object> elements = distinct ? new LinkedHashSet<>() : new ArrayList<>();
            while (in.hasRemaining()) {
                if (!elements.add(element.readOrNull(in))) {
                    throw new Refusal("an element stands twice in a set", "elementCount=" + elements.size());
                }
            }
            in.endLength(outerLimit);
            if (elements.isEmpty()) {
                return missing();
            }
            return distinct
                    ? Collections.unmodifiableSet((Set<?>) elements)
                    : Collections.unmodifiableList((List<?>) elements);
        }

        @Override
        Object missing() {
            return distinct ? Set.of() : List.of();
        }

        @Override
        void describe(SchemaText out) {
            out.add(distinct ? "set<" : "list<");
            element.describe(out);
            out.add(">");
        }
    }

    /** A map: keys and values in turn, a length in front. */
    static final class Entries extends Shape {

        private final Shape key;
        private final Shape value;

        Entries(Shape key, Shape value) {
            this.key = key;
            this.value = value;
        }

        @Override
        void write(Object map, ByteBuffer target, int depth) {
            int inner = deeper(depth);
            int start = PayloadWriter.beginLength(target);
            PartOrder order = PartOrder.of(true, depth, target);
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) map).entrySet()) {
                order.next();
                target.put((byte) WireCode.EVENT_OBJECT);
                key.writeOrNull(entry.getKey(), target, inner);
                value.writeOrNull(entry.getValue(), target, inner);
            }
            order.apply();
            PayloadWriter.endLength(target, start);
        }

        @Override
        Object read(PayloadReader in) {
            int outerLimit = in.beginLength();
            Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
            while (in.hasRemaining()) {
                int count = map.size();
                Object nextKey = readKey(in);
                map.put(nextKey, value.readOrNull(in));
                if (map.size() == count) {
                    throw new Refusal("a key stands twice in a map", "entryCount=" + count);
                }
            }
            in.endLength(outerLimit);
            return map.isEmpty() ? Map.of() : Collections.unmodifiableMap(map);
        }

        private @Nullable Object readKey(PayloadReader in) {
            if (in.peek() == WireCode.EVENT_OBJECT) {
                in.next();
                return key.readOrNull(in);
            }
            return key.fromName(in.readName());
        }

        @Override
        Object missing() {
            return Map.of();
        }

        @Override
        void describe(SchemaText out) {
            out.add("map<");
            key.describe(out);
            out.add(",");
            value.describe(out);
            out.add(">");
        }
    }

    /** An optional: null, or the value itself. */
    static final class Maybe extends Shape {

        private final Shape element;

        Maybe(Shape element) {
            this.element = element;
        }

        @Override
        void write(Object value, ByteBuffer target, int depth) {
            Object present = ((Optional<?>) value).orElse(null);
            if (present == null) {
                PayloadWriter.putNull(target);
            } else {
                element.write(present, target, depth);
            }
        }

        @Override
        void writeNull(ByteBuffer target) {
            throw new Refusal("a null stands where an empty optional is due", "javaType=optional");
        }

        @Override
        Object read(PayloadReader in) {
            return Optional.of(element.read(in));
        }

        @Override
        Object parse(String text) {
            return Optional.of(element.parse(text));
        }

        @Override
        Object missing() {
            return Optional.empty();
        }

        @Override
        Object whenNull() {
            return Optional.empty();
        }

        @Override
        void describe(SchemaText out) {
            out.add("optional<");
            element.describe(out);
            out.add(">");
        }
    }
}
