package io.stele.remote;

import io.stele.codec.FormerName;
import io.stele.codec.RecordAccess;
import io.stele.codec.RecordCodec;
import io.stele.runtime.ActorRef;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import java.lang.invoke.MethodType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The classes that this node sends and takes, each with its number. The numbers below {@link #USER_ID_MIN} belong to the protocol;
 * the others follow the order of the stored names, and the handshake tells the peer what they are.
 */
final class MessageTypes {

    /** The first number that the handshake has to explain. */
    static final int USER_ID_MIN = 64;

    private static final List<Class<?>> CONTAINERS = List.of(List.class, Set.class, Map.class, Optional.class);
    private static final int CONTAINER_ID_MIN = 56;

    private final RecordCodec records;
    private final Map<Class<?>, WireShape> shapes = new HashMap<>();
    private final List<MessageType> all = new ArrayList<>();
    private final Map<Class<?>, MessageType> byClass = new HashMap<>();
    private final WireDynamic any = new WireDynamic(Object.class);

    /** Throws as {@link MessageCodec#of}. */
    MessageTypes(Collection<Class<?>> types, RefResolver refs) {
        try {
            records = RecordCodec.builder()
                    .text(refClass(), "actor-ref", refs::addressOf, refs::resolve)
                    .register(types.toArray(Class<?>[]::new))
                    .build();
            addBuiltIns();
            List<Class<?>> own = new ArrayList<>();
            types.forEach(type -> shapeOf(type, own));
            number(own);
        } catch (PayloadCodecException e) {
            throw new IllegalArgumentException("message type cannot travel: reason=" + e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Class<ActorRef<?>> refClass() {
        return (Class<ActorRef<?>>) (Class<?>) ActorRef.class;
    }

    private void addBuiltIns() {
        for (WireScalar<?> scalar : WireScalar.ALL) {
            addBuiltIn(all.size() + 1, scalar.javaType(), scalar);
        }
        addBuiltIn(CONTAINER_ID_MIN, List.class, new WireContainers.Elements(any, false));
        addBuiltIn(CONTAINER_ID_MIN + 1, Set.class, new WireContainers.Elements(any, true));
        addBuiltIn(CONTAINER_ID_MIN + 2, Map.class, new WireContainers.Entries(any, any));
        addBuiltIn(CONTAINER_ID_MIN + 3, Optional.class, new WireContainers.Maybe(any));
    }

    private void addBuiltIn(int id, Class<?> javaType, WireShape shape) {
        shapes.put(javaType, shape);
        add(new MessageType(id, javaType, records.storedType(javaType), List.of(), 0, shape));
    }

    private void add(MessageType type) {
        all.add(type);
        byClass.put(type.javaType(), type);
    }

    private void number(List<Class<?>> own) {
        List<Class<?>> sorted = new ArrayList<>(own);
        sorted.sort(Comparator.<Class<?>, String>comparing(
                        type -> records.storedType(type).name())
                .thenComparing(type -> records.storedType(type).version()));
        int id = USER_ID_MIN;
        for (Class<?> type : sorted) {
            StoredType stored = records.storedType(type);
            if (!SchemaTable.holds(stored.name())) {
                throw new IllegalArgumentException(
                        "name of a message type must have 1 to 255 characters of Latin-1: javaType=" + type.getName());
            }
            FormerName former = type.getAnnotation(FormerName.class);
            WireShape shape = shapes.get(type);
            assert shape != null : "a class without a shape: " + type;
            add(new MessageType(
                    id++,
                    type,
                    stored,
                    former == null ? List.of() : List.of(former.value()),
                    records.fingerprint(type),
                    shape));
        }
    }

    RecordCodec records() {
        return records;
    }

    List<MessageType> all() {
        return all;
    }

    /** Returns what is above every number. */
    int idLimit() {
        return Math.max(USER_ID_MIN, all.get(all.size() - 1).id() + 1);
    }

    /** Returns the type of a message, or null if its class is not registered. */
    @Nullable MessageType typeOf(Object message) {
        Class<?> javaType = message.getClass();
        MessageType type = byClass.get(javaType);
        if (type != null) {
            return type;
        }
        Class<?> standIn = standInFor(javaType);
        return standIn == null ? null : byClass.get(standIn);
    }

    /** Returns what an implementation of an interface, or a constant with a body, is written as; null if neither. */
    static @Nullable Class<?> standInFor(Class<?> javaType) {
        if (ActorRef.class.isAssignableFrom(javaType)) {
            return ActorRef.class;
        }
        if (ZoneId.class.isAssignableFrom(javaType)) {
            return ZoneId.class;
        }
        for (Class<?> container : CONTAINERS) {
            if (container.isAssignableFrom(javaType)) {
                return container;
            }
        }
        Class<?> parent = javaType.getSuperclass();
        return parent != null && parent.isEnum() ? parent : null;
    }

    private WireShape shapeOf(Type type, List<Class<?>> own) {
        if (type instanceof Class<?> javaType) {
            return shapeOf(javaType, own);
        }
        if (type instanceof ParameterizedType parameterized && parameterized.getRawType() instanceof Class<?> raw) {
            return shapeOf(raw, parameterized.getActualTypeArguments(), own);
        }
        if (type instanceof WildcardType wildcard) {
            return shapeOf(wildcard.getUpperBounds()[0], own);
        }
        if (type instanceof TypeVariable<?> variable) {
            Type bound = variable.getBounds()[0];
            return bound instanceof Class<?> javaType && javaType.isSealed() ? shapeOf(javaType, own) : any;
        }
        if (type instanceof GenericArrayType array) {
            Type component = array.getGenericComponentType();
            return new WireContainers.Elementwise(rawOf(component), shapeOf(component, own));
        }
        throw unsupported(type);
    }

    private static Class<?> rawOf(Type type) {
        if (type instanceof Class<?> raw) {
            return raw;
        }
        if (type instanceof ParameterizedType parameterized) {
            return rawOf(parameterized.getRawType());
        }
        if (type instanceof GenericArrayType array) {
            return rawOf(array.getGenericComponentType()).arrayType();
        }
        if (type instanceof TypeVariable<?> variable) {
            return rawOf(variable.getBounds()[0]);
        }
        throw unsupported(type);
    }

    private WireShape shapeOf(Class<?> raw, Type[] arguments, List<Class<?>> own) {
        if (raw == List.class || raw == Set.class) {
            return new WireContainers.Elements(shapeOf(arguments[0], own), raw == Set.class);
        }
        if (raw == Map.class) {
            return new WireContainers.Entries(shapeOf(arguments[0], own), shapeOf(arguments[1], own));
        }
        if (raw == Optional.class) {
            return new WireContainers.Maybe(shapeOf(arguments[0], own));
        }
        return shapeOf(raw, own);
    }

    private WireShape shapeOf(Class<?> javaType, List<Class<?>> own) {
        Class<?> boxed = MethodType.methodType(javaType).wrap().returnType();
        WireShape known = shapes.get(boxed);
        if (known != null) {
            return known;
        }
        if (javaType == Object.class) {
            return any;
        }
        if (javaType.isArray()) {
            return new WireContainers.Elementwise(
                    javaType.getComponentType(), shapeOf(javaType.getComponentType(), own));
        }
        if (javaType.isRecord()) {
            return addRecord(javaType, own);
        }
        if (javaType.isEnum()) {
            WireShape shape = new WireEnum(javaType);
            shapes.put(javaType, shape);
            own.add(javaType);
            return shape;
        }
        if (javaType.isInterface() && javaType.isSealed()) {
            WireShape shape = new WireDynamic(javaType);
            shapes.put(javaType, shape);
            for (Class<?> permitted : javaType.getPermittedSubclasses()) {
                shapeOf(permitted, own);
            }
            return shape;
        }
        throw unsupported(javaType);
    }

    private WireShape addRecord(Class<?> javaType, List<Class<?>> own) {
        RecordAccess access = RecordAccess.of(javaType);
        WireRecord shape = new WireRecord(access);
        shapes.put(javaType, shape);
        own.add(javaType);
        RecordComponent[] declared = javaType.getRecordComponents();
        WireComponent[] components = new WireComponent[declared.length];
        for (int i = 0; i < declared.length; i++) {
            components[i] = WireComponent.of(declared[i], access, shapeOf(declared[i].getGenericType(), own));
        }
        shape.components(components);
        return shape;
    }

    private static IllegalArgumentException unsupported(Type type) {
        return new IllegalArgumentException(
                "message type cannot travel, use a record, an enum, a sealed interface of those,"
                        + " or what docs/remote.md lists: javaType=" + type.getTypeName());
    }
}
