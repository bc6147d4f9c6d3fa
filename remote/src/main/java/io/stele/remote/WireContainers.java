package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.lang.reflect.Array;
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

/** What contains other values. Each counts as one level of depth. What is read is immutable and keeps its order. */
final class WireContainers {

    /** How much room is made before the elements were seen. */
    private static final int ROOM_MAX = 1 << 10;

    private WireContainers() {}

    /** One more level of depth around what is inside. */
    private abstract static class Level extends WireShape {

        private final WireShape inner = new WireShape() {
            @Override
            void put(BodyKryo kryo, Output out, Object value) {
                putInside(kryo, out, value);
            }

            @Override
            Object take(BodyKryo kryo, Input in) {
                return takeInside(kryo, in);
            }
        };

        abstract void putInside(BodyKryo kryo, Output out, Object value);

        abstract Object takeInside(BodyKryo kryo, Input in);

        @Override
        final void put(BodyKryo kryo, Output out, Object value) {
            kryo.writeObject(out, value, inner);
        }

        @Override
        final Object take(BodyKryo kryo, Input in) {
            return kryo.readObject(in, Object.class, inner);
        }
    }

    /** A list or a set: how many, then the elements. */
    static final class Elements extends Level {
        private final WireShape element;
        private final boolean distinct;

        Elements(WireShape element, boolean distinct) {
            this.element = element;
            this.distinct = distinct;
        }

        @Override
        void putInside(BodyKryo kryo, Output out, Object value) {
            Collection<?> elements = (Collection<?>) value;
            int count = elements.size();
            out.writeVarInt(count, true);
            if (value instanceof List<?> list && list instanceof RandomAccess) {
                for (int i = 0; i < count; i++) {
                    element.putOrNull(kryo, out, list.get(i));
                }
                return;
            }
            for (Object each : elements) {
                element.putOrNull(kryo, out, each);
                count--;
            }
            if (count != 0) {
                throw new KryoException("a collection changed while it was written");
            }
        }

        @Override
        Object takeInside(BodyKryo kryo, Input in) {
            int count = takeCount(in, 1);
            if (count == 0) {
                return distinct ? Set.of() : List.of();
            }
            Collection<@Nullable Object> elements =
                    distinct ? new LinkedHashSet<>() : new ArrayList<>(Math.min(count, ROOM_MAX));
            for (int i = 0; i < count; i++) {
                if (!elements.add(element.takeOrNull(kryo, in))) {
                    throw new KryoException("an element stands twice in a set: elementCount=" + i);
                }
            }
            return distinct
                    ? Collections.unmodifiableSet((Set<?>) elements)
                    : Collections.unmodifiableList((List<?>) elements);
        }
    }

    /** A map: how many, then keys and values in turn. */
    static final class Entries extends Level {
        private final WireShape key;
        private final WireShape value;

        Entries(WireShape key, WireShape value) {
            this.key = key;
            this.value = value;
        }

        @Override
        void putInside(BodyKryo kryo, Output out, Object map) {
            int count = ((Map<?, ?>) map).size();
            out.writeVarInt(count, true);
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) map).entrySet()) {
                key.putOrNull(kryo, out, entry.getKey());
                value.putOrNull(kryo, out, entry.getValue());
                count--;
            }
            if (count != 0) {
                throw new KryoException("a map changed while it was written");
            }
        }

        @Override
        Object takeInside(BodyKryo kryo, Input in) {
            int count = takeCount(in, 2);
            if (count == 0) {
                return Map.of();
            }
            Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                map.put(key.takeOrNull(kryo, in), value.takeOrNull(kryo, in));
            }
            if (map.size() != count) {
                throw new KryoException("a key stands twice in a map: entryCount=" + count);
            }
            return Collections.unmodifiableMap(map);
        }
    }

    /** An optional: a mark, then the value. */
    static final class Maybe extends Level {
        private final WireShape element;

        Maybe(WireShape element) {
            this.element = element;
        }

        @Override
        void putInside(BodyKryo kryo, Output out, Object value) {
            element.putOrNull(kryo, out, ((Optional<?>) value).orElse(null));
        }

        @Override
        Object takeInside(BodyKryo kryo, Input in) {
            return Optional.ofNullable(element.takeOrNull(kryo, in));
        }
    }

    /** An array of anything but bytes: how many, then the elements. */
    static final class Elementwise extends Level {
        private final Class<?> componentType;
        private final WireShape element;

        Elementwise(Class<?> componentType, WireShape element) {
            this.componentType = componentType;
            this.element = element;
        }

        @Override
        void putInside(BodyKryo kryo, Output out, Object array) {
            int count = Array.getLength(array);
            out.writeVarInt(count, true);
            for (int i = 0; i < count; i++) {
                Object each = Array.get(array, i);
                if (componentType.isPrimitive()) {
                    element.put(kryo, out, each);
                } else {
                    element.putOrNull(kryo, out, each);
                }
            }
        }

        @Override
        Object takeInside(BodyKryo kryo, Input in) {
            int count = takeCount(in, 1);
            Object array = Array.newInstance(componentType, count);
            for (int i = 0; i < count; i++) {
                Array.set(
                        array, i, componentType.isPrimitive() ? element.take(kryo, in) : element.takeOrNull(kryo, in));
            }
            return array;
        }
    }
}
