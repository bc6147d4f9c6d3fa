package io.stele.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A sealed interface: the value follows the stored name of its class. */
final class TypedShape extends Shape {

    private final Class<?> javaType;
    private final List<StoredClass> members = new ArrayList<>();
    private final Map<Class<?>, StoredClass> byClass = new HashMap<>();
    private final Map<String, StoredClass> byName = new HashMap<>();

    TypedShape(Class<?> javaType) {
        this.javaType = javaType;
    }

    /** Adds a class that implements the interface. Before any use. */
    void add(StoredClass member) {
        if (byClass.putIfAbsent(member.javaType(), member) != null) {
            return;
        }
        StoredClass other = byName.get(member.type().name());
        if (other != null && other.type().name().equals(member.type().name())) {
            throw new Refusal(
                    "two classes of one name cannot stand in one sealed interface, take the older one out",
                    "interface=" + javaType.getName() + ", name="
                            + member.type().name());
        }
        members.add(member);
        byName.put(member.type().name(), member);
        member.formerNames().forEach(former -> byName.putIfAbsent(former, member));
    }

    @Override
    void write(Object value, ByteBuffer target, int depth) {
        Class<?> type = value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
        StoredClass member = byClass.get(type);
        if (member == null) {
            throw new Refusal(
                    "a class is not one of those permitted",
                    "javaType=" + type.getName() + ", interface=" + javaType.getName());
        }
        member.prefix().put(target);
        member.shape().write(value, target, depth);
    }

    @Override
    Object read(PayloadReader in) {
        for (int i = 0; i < members.size(); i++) {
            if (in.skip(members.get(i).prefix())) {
                return members.get(i).shape().read(in);
            }
        }
        String name = in.readText(WireCode.TYPE_PREFIX);
        StoredClass member = byName.get(name);
        if (member == null) {
            throw new Refusal(
                    "a type is unknown",
                    "name=" + Json.shown(name) + ", interface=" + javaType.getName() + ", known="
                            + new TreeSet<>(byName.keySet()));
        }
        return member.shape().read(in);
    }

    @Override
    void describe(SchemaText out) {
        Map<String, Shape> sorted = new TreeMap<>();
        members.forEach(member -> sorted.put(member.type().name(), member.shape()));
        if (!out.name("one of " + sorted.keySet())) {
            return;
        }
        out.add("(");
        sorted.values().forEach(shape -> {
            shape.describe(out);
            out.add("|");
        });
        out.add(")");
    }
}
