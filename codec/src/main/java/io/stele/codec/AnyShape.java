package io.stele.codec;

import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.UUID;

/**
 * A value whose class only its bytes tell: {@code Object}, a type variable, an element of a list that is stored on its own.
 * Text, true and false, {@code long}, {@code double} and UUID stand for themselves; all else follows its stored name.
 */
final class AnyShape extends Shape {

    private final Catalog catalog;

    AnyShape(Catalog catalog) {
        this.catalog = catalog;
    }

    @Override
    void write(Object value, ByteBuffer target, int depth) {
        StoredClass stored = catalog.classOf(value);
        if (!standsForItself(value)) {
            if (catalog.named(stored.type().name()).javaType() != stored.javaType()) {
                throw new Refusal(
                        "a class of an earlier version is read but not written inside of another value",
                        "javaType=" + stored.javaType().getName());
            }
            stored.prefix().put(target);
        }
        stored.shape().write(value, target, deeper(depth));
    }

    private static boolean standsForItself(Object value) {
        return value instanceof String
                || value instanceof Long
                || value instanceof Double
                || value instanceof Boolean
                || value instanceof UUID;
    }

    @Override
    Object read(PayloadReader in) {
        in.enter();
        Object value = readAny(in);
        in.leave();
        return value;
    }

    private Object readAny(PayloadReader in) {
        int code = in.peek();
        if (code == WireCode.TYPE_PREFIX) {
            Object value =
                    catalog.named(in.readText(WireCode.TYPE_PREFIX)).shape().readOrNull(in);
            if (value == null) {
                throw new Refusal("a typed value is null", "");
            }
            return value;
        }
        if (WireCode.isText(code)) {
            return in.readText();
        }
        if (in.isInteger()) {
            return in.readLong();
        }
        return switch (code) {
            case WireCode.TRUE, WireCode.FALSE -> in.readBoolean();
            case WireCode.UUID -> in.readUuid();
            case WireCode.TIME -> catalog.builtIn(LocalTime.class).read(in);
            case WireCode.DATE -> catalog.builtIn(LocalDate.class).read(in);
            case WireCode.DATE_TIME -> catalog.builtIn(LocalDateTime.class).read(in);
            case WireCode.ZONED_DATE_TIME ->
                catalog.builtIn(ZonedDateTime.class).read(in);
            case WireCode.LENGTH8, WireCode.LENGTH16, WireCode.LENGTH32 ->
                throw in.unexpected("a value that tells its type", code);
            default -> in.readDouble();
        };
    }

    @Override
    void describe(SchemaText out) {
        out.add("any");
    }
}
