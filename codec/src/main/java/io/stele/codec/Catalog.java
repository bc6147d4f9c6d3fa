package io.stele.codec;

import io.stele.spi.StoredType;
import java.time.ZoneId;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which class is stored under which name. Grows, never shrinks: a class that turns up in a value is registered then and there.
 *
 * <p>Any thread may look up without waiting; registrations take turns. A class becomes visible when all that
 * it leads to is known; one that cannot be registered leaves nothing behind.
 */
final class Catalog {

    private final Map<Class<?>, StoredClass> byClass = new ConcurrentHashMap<>();
    private final Map<StoredType, StoredClass> byType = new ConcurrentHashMap<>();
    private final Map<String, StoredClass> byName = new ConcurrentHashMap<>();

    Catalog() {
        Registration registration = new Registration(this);
        registration.addBuiltIns();
        commit(registration);
    }

    /** Returns what is known of the class of {@code value}, after registering it if need be. */
    StoredClass classOf(Object value) {
        StoredClass known = byClass.get(value.getClass());
        return known == null ? learn(value) : known;
    }

    /** Returns the class that is stored under {@code name}: of several versions the highest, which alone stands in other values. */
    StoredClass named(String name) {
        StoredClass known = byName.get(name);
        if (known == null) {
            throw new Refusal(
                    "a type is unknown, register its class", "name=" + Json.shown(name) + ", known=" + names());
        }
        return known;
    }

    /** Returns every name that is known, in order. */
    Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    @Nullable StoredClass find(StoredType type) {
        return byType.get(type);
    }

    @Nullable StoredClass find(String name) {
        return byName.get(name);
    }

    @Nullable StoredClass find(Class<?> javaType) {
        return byClass.get(javaType);
    }

    Shape builtIn(Class<?> javaType) {
        StoredClass known = byClass.get(javaType);
        assert known != null : "no built-in type: " + javaType;
        return known.shape();
    }

    /**
     * Registers a class, what it permits, and the classes of its components.
     *
     * @throws IllegalArgumentException if two classes have the same stored name; nothing was registered
     */
    synchronized Shape register(Class<?> javaType) {
        Registration registration = new Registration(this);
        Shape shape = registration.shapeOf(javaType);
        commit(registration);
        return shape;
    }

    /**
     * Adds a type that contains no other.
     *
     * @throws IllegalArgumentException if the type or its name is known; nothing was added
     */
    synchronized void add(ScalarShape<?> shape) {
        if (byClass.containsKey(shape.javaType())) {
            throw new IllegalArgumentException(
                    "type is known already: javaType=" + shape.javaType().getName());
        }
        Registration registration = new Registration(this);
        registration.add(shape);
        commit(registration);
    }

    private synchronized StoredClass learn(Object value) {
        Class<?> javaType = value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
        Class<?> container = value instanceof ZoneId ? ZoneId.class : Registration.containerOf(javaType);
        if (container == null) {
            try {
                register(javaType);
            } catch (IllegalArgumentException e) {
                throw new Refusal(String.valueOf(e.getMessage()), "", e);
            }
        }
        StoredClass learnt = byClass.get(container == null ? javaType : container);
        if (learnt == null) {
            throw new Refusal("the class has no stored form of its own", "javaType=" + javaType.getName());
        }
        byClass.put(value.getClass(), learnt);
        return learnt;
    }

    private static StoredClass newer(StoredClass known, StoredClass added) {
        return added.type().version() > known.type().version() ? added : known;
    }

    private void commit(Registration registration) {
        byType.putAll(registration.types());
        registration.types().forEach((type, stored) -> byName.merge(type.name(), stored, Catalog::newer));
        byClass.putAll(registration.classes());
    }
}
