package io.stele.codec;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** An enum, written as the name of its constant. */
@SuppressWarnings("EnumOrdinal") // indexes the tags of this process, never stored
final class EnumShape extends Shape {

    private final Class<?> javaType;
    private final String storedName;
    private final Enum<?>[] constants;
    private final Tag[] tags;
    private final Map<String, Enum<?>> byName = new HashMap<>();

    EnumShape(Class<?> javaType, String storedName) {
        this.javaType = javaType;
        this.storedName = storedName;
        constants = (Enum<?>[]) javaType.getEnumConstants();
        tags = new Tag[constants.length];
        for (Enum<?> constant : constants) {
            tags[constant.ordinal()] = Tag.text(constant.name());
            byName.put(constant.name(), constant);
        }
        for (Enum<?> constant : constants) {
            for (String former : formerNames(constant)) {
                Enum<?> other = byName.putIfAbsent(former, constant);
                if (other != null) {
                    throw new Refusal(
                            "two constants have the same name", "javaType=" + javaType.getName() + ", name=" + former);
                }
            }
        }
    }

    @Override
    void write(Object value, ByteBuffer target, int depth) {
        tags[((Enum<?>) value).ordinal()].put(target);
    }

    @Override
    Object read(PayloadReader in) {
        for (int i = 0; i < tags.length; i++) {
            if (in.skip(tags[i])) {
                return constants[i];
            }
        }
        return fromName(in.readText());
    }

    @Override
    Object fromName(String name) {
        Enum<?> constant = byName.get(name);
        if (constant == null) {
            throw new Refusal(
                    "a constant is unknown, bring it back or make it the @FormerName of another",
                    "constant=" + Json.shown(name) + ", enum=" + storedName + ", javaType=" + javaType.getName());
        }
        return constant;
    }

    @Override
    Object parse(String text) {
        return fromName(text);
    }

    @Override
    void describe(SchemaText out) {
        if (out.name(storedName)) {
            out.add("<");
            for (Enum<?> constant : constants) {
                out.add(constant.name()).add(" ");
            }
            out.add(">");
        }
    }

    private String[] formerNames(Enum<?> constant) {
        try {
            FormerName former = javaType.getField(constant.name()).getAnnotation(FormerName.class);
            return former == null ? new String[0] : former.value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("every enum constant is a field: " + constant, e);
        }
    }
}
