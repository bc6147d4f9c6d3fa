package io.stele.codec;

import io.stele.spi.StoredType;
import java.lang.invoke.MethodType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One registration on its way: everything that a class leads to, collected before any of it counts. */
final class Registration {

    private final Catalog catalog;
    private final Map<Class<?>, StoredClass> classes = new HashMap<>();
    private final Map<StoredType, StoredClass> types = new HashMap<>();
    private final Map<Class<?>, TypedShape> interfaces = new HashMap<>();
    private final AnyShape any;

    Registration(Catalog catalog) {
        this.catalog = catalog;
        any = new AnyShape(catalog);
    }

    Map<Class<?>, StoredClass> classes() {
        return classes;
    }

    Map<StoredType, StoredClass> types() {
        return types;
    }

    void addBuiltIns() {
        for (ScalarShape<?> shape : ScalarShape.ALL) {
            add(shape);
        }
        addContainer(List.class, "list", new ContainerShape.Elements(any, false));
        addContainer(Set.class, "set", new ContainerShape.Elements(any, true));
        addContainer(Map.class, "map", new ContainerShape.Entries(any, any));
        addContainer(Optional.class, "optional", new ContainerShape.Maybe(any));
    }

    void add(ScalarShape<?> shape) {
        add(new StoredClass(shape.javaType(), new StoredType(shape.storedName(), 1), List.of(), shape));
    }

    private void addContainer(Class<?> javaType, String name, Shape shape) {
        add(new StoredClass(javaType, new StoredType(name, 1), List.of(), shape));
    }

    /** Returns the container that a class implements, or null. */
    static @Nullable Class<?> containerOf(Class<?> javaType) {
        for (Class<?> container : List.of(List.class, Set.class, Map.class, Optional.class)) {
            if (container.isAssignableFrom(javaType)) {
                return container;
            }
        }
        return null;
    }

    /** Returns the shape of a component, or of a registered class; primitives have that of their box. */
    Shape shapeOf(Type type) {
        if (type instanceof Class<?> javaType) {
            return shapeOf(javaType);
        }
        if (type instanceof ParameterizedType parameterized && parameterized.getRawType() instanceof Class<?> raw) {
            return shapeOf(raw, parameterized.getActualTypeArguments());
        }
        if (type instanceof WildcardType wildcard) {
            return shapeOf(wildcard.getUpperBounds()[0]);
        }
        if (type instanceof TypeVariable<?> variable) {
            Type bound = variable.getBounds()[0];
            return bound instanceof Class<?> javaType && javaType.isSealed() ? shapeOf(javaType) : any;
        }
        if (type instanceof GenericArrayType array) {
            return new ArrayShape(rawOf(array.getGenericComponentType()), shapeOf(array.getGenericComponentType()));
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

    private Shape shapeOf(Class<?> raw, Type[] arguments) {
        if (raw == List.class || raw == Set.class) {
            return new ContainerShape.Elements(shapeOf(arguments[0]), raw == Set.class);
        }
        if (raw == Map.class) {
            return new ContainerShape.Entries(shapeOf(arguments[0]), shapeOf(arguments[1]));
        }
        if (raw == Optional.class) {
            Shape element = shapeOf(arguments[0]);
            if (element.whenNull() != null) {
                throw new Refusal("an optional may not contain an optional", "element=" + arguments[0].getTypeName());
            }
            return new ContainerShape.Maybe(element);
        }
        return shapeOf(raw);
    }

    private Shape shapeOf(Class<?> javaType) {
        Class<?> boxed = MethodType.methodType(javaType).wrap().returnType();
        StoredClass known = known(boxed);
        if (known != null) {
            return known.shape();
        }
        if (javaType == Object.class) {
            return any;
        }
        if (javaType.isArray()) {
            return new ArrayShape(javaType.getComponentType(), shapeOf(javaType.getComponentType()));
        }
        if (javaType.isRecord()) {
            return addRecord(javaType);
        }
        if (javaType.isEnum()) {
            return add(storedClass(javaType, new EnumShape(javaType, storedName(javaType))));
        }
        if (javaType.isInterface() && javaType.isSealed()) {
            return sealed(javaType);
        }
        throw unsupported(javaType);
    }

    private @Nullable StoredClass known(Class<?> javaType) {
        StoredClass staged = classes.get(javaType);
        return staged == null ? catalog.find(javaType) : staged;
    }

    private Shape addRecord(Class<?> javaType) {
        Accessors accessors = new Accessors(javaType);
        RecordShape shape = new RecordShape(javaType, storedName(javaType), accessors);
        add(storedClass(javaType, shape));
        RecordComponent[] declared = javaType.getRecordComponents();
        Component[] components = new Component[declared.length];
        for (int i = 0; i < declared.length; i++) {
            try {
                Shape inner = shapeOf(declared[i].getGenericType());
                components[i] = Component.of(declared[i], accessors, inner);
            } catch (Refusal refusal) {
                throw refusal.in(declared[i].getName());
            }
        }
        shape.components(components);
        return shape;
    }

    private Shape sealed(Class<?> javaType) {
        TypedShape staged = interfaces.get(javaType);
        if (staged != null) {
            return staged;
        }
        TypedShape shape = new TypedShape(javaType);
        interfaces.put(javaType, shape);
        addPermitted(javaType, shape);
        return shape;
    }

    private void addPermitted(Class<?> javaType, TypedShape shape) {
        for (Class<?> permitted : javaType.getPermittedSubclasses()) {
            if (permitted.isInterface() && permitted.isSealed()) {
                addPermitted(permitted, shape);
            } else if (permitted.isRecord() || permitted.isEnum()) {
                shapeOf(permitted);
                StoredClass member = known(permitted);
                if (member != null) {
                    shape.add(member);
                }
            } else {
                throw new Refusal(
                        "a sealed interface permits something other than records, enums and sealed interfaces",
                        "interface=" + javaType.getName() + ", permitted=" + permitted.getName());
            }
        }
    }

    private Shape add(StoredClass stored) {
        claim(stored.type().name(), stored);
        stored.formerNames().forEach(former -> claim(former, stored));
        classes.put(stored.javaType(), stored);
        return stored.shape();
    }

    /** Classes of one name differ in their version: one of them is current, the others read what was stored before. */
    private void claim(String name, StoredClass stored) {
        StoredType type = new StoredType(name, stored.type().version());
        StoredClass other = types.get(type);
        other = other == null ? catalog.find(type) : other;
        if (other != null && other.javaType() != stored.javaType()) {
            throw new IllegalArgumentException("two classes have the same stored name, give one a @StoredName: name="
                    + name + ", version=" + type.version() + ", first="
                    + other.javaType().getName() + ", second="
                    + stored.javaType().getName());
        }
        types.put(type, stored);
    }

    private static StoredClass storedClass(Class<?> javaType, Shape shape) {
        StoredName named = javaType.getAnnotation(StoredName.class);
        FormerName former = javaType.getAnnotation(FormerName.class);
        return new StoredClass(
                javaType,
                new StoredType(storedName(javaType), named == null ? 1 : named.version()),
                former == null ? List.of() : List.of(former.value()),
                shape);
    }

    private static String storedName(Class<?> javaType) {
        StoredName named = javaType.getAnnotation(StoredName.class);
        return named == null ? kebabCase(javaType.getSimpleName()) : named.value();
    }

    /** Turns {@code MoneyMoved} into {@code money-moved}, {@code HTTPRequest2} into {@code http-request2}. Part of the format. */
    static String kebabCase(String simpleName) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < simpleName.length(); i++) {
            char c = simpleName.charAt(i);
            boolean startsWord = i > 0
                    && Character.isUpperCase(c)
                    && (!Character.isUpperCase(simpleName.charAt(i - 1))
                            || (i + 1 < simpleName.length() && Character.isLowerCase(simpleName.charAt(i + 1))));
            if (startsWord && simpleName.charAt(i - 1) != '_') {
                out.append('-');
            }
            out.append(c == '_' ? '-' : c);
        }
        return out.toString().toLowerCase(Locale.ROOT);
    }

    private static Refusal unsupported(Type type) {
        return new Refusal(
                "the type cannot be stored, use a record, an enum, a sealed interface of those, or one that"
                        + " RecordCodec lists",
                "javaType=" + type.getTypeName());
    }
}
