package io.stele.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The shapes that contain no other: one class, one stored name, and how to write and read it. */
final class ScalarShape<T> extends Shape {

    /** The stored names are part of the format. */
    static final List<ScalarShape<?>> ALL = List.of(
            of(Long.class, "long", (t, v) -> PayloadWriter.putLong(t, v), PayloadReader::readLong),
            of(Integer.class, "int", (t, v) -> PayloadWriter.putLong(t, v), in ->
                    (int) in.readLong(Integer.MIN_VALUE, Integer.MAX_VALUE, "int")),
            of(Short.class, "short", (t, v) -> PayloadWriter.putLong(t, v), in ->
                    (short) in.readLong(Short.MIN_VALUE, Short.MAX_VALUE, "short")),
            of(Byte.class, "byte", (t, v) -> PayloadWriter.putLong(t, v), in ->
                    (byte) in.readLong(Byte.MIN_VALUE, Byte.MAX_VALUE, "byte")),
            of(Double.class, "double", (t, v) -> PayloadWriter.putDouble(t, v), PayloadReader::readDouble),
            of(Float.class, "float", (t, v) -> PayloadWriter.putFloat(t, v), PayloadReader::readFloat),
            of(Boolean.class, "boolean", (t, v) -> PayloadWriter.putBoolean(t, v), PayloadReader::readBoolean),
            of(Character.class, "char", (t, v) -> PayloadWriter.putText(t, v.toString()), PayloadReader::readChar),
            of(String.class, "string", PayloadWriter::putText, PayloadReader::readText),
            of(byte[].class, "bytes", PayloadWriter::putBytes, PayloadReader::readBytes),
            of(UUID.class, "uuid", PayloadWriter::putUuid, PayloadReader::readUuid),
            text(BigDecimal.class, "big-decimal", 0, BigDecimal::new),
            text(BigInteger.class, "big-integer", 0, BigInteger::new),
            of(Instant.class, "instant", InstantText::put, reader("instant", 0, InstantText::parse)),
            text(Duration.class, "duration", 0, Duration::parse),
            text(OffsetDateTime.class, "offset-date-time", 0, OffsetDateTime::parse),
            text(LocalTime.class, "local-time", WireCode.TIME, LocalTime::parse),
            text(LocalDate.class, "local-date", WireCode.DATE, LocalDate::parse),
            text(LocalDateTime.class, "local-date-time", WireCode.DATE_TIME, LocalDateTime::parse),
            text(ZonedDateTime.class, "zoned-date-time", WireCode.ZONED_DATE_TIME, ZonedDateTime::parse),
            new ScalarShape<>(
                    OptionalLong.class,
                    "optional-long",
                    (t, v) -> {
                        if (v.isPresent()) {
                            PayloadWriter.putLong(t, v.getAsLong());
                        } else {
                            PayloadWriter.putNull(t);
                        }
                    },
                    in -> OptionalLong.of(in.readLong()),
                    OptionalLong.empty()),
            new ScalarShape<>(
                    OptionalInt.class,
                    "optional-int",
                    (t, v) -> {
                        if (v.isPresent()) {
                            PayloadWriter.putLong(t, v.getAsInt());
                        } else {
                            PayloadWriter.putNull(t);
                        }
                    },
                    in -> OptionalInt.of((int) in.readLong(Integer.MIN_VALUE, Integer.MAX_VALUE, "int")),
                    OptionalInt.empty()),
            new ScalarShape<>(
                    OptionalDouble.class,
                    "optional-double",
                    (t, v) -> {
                        if (v.isPresent()) {
                            PayloadWriter.putDouble(t, v.getAsDouble());
                        } else {
                            PayloadWriter.putNull(t);
                        }
                    },
                    in -> OptionalDouble.of(in.readDouble()),
                    OptionalDouble.empty()));

    /** Longest text that is read as a number or a time: parsing takes longer than linear time. */
    static final int PARSED_LENGTH_MAX = 10_000;

    private final Class<T> javaType;
    private final String storedName;
    private final Writer<T> writer;
    private final Function<PayloadReader, T> reader;
    private final @Nullable T empty;

    private ScalarShape(
            Class<T> javaType,
            String storedName,
            Writer<T> writer,
            Function<PayloadReader, T> reader,
            @Nullable T empty) {
        this.javaType = javaType;
        this.storedName = storedName;
        this.writer = writer;
        this.reader = reader;
        this.empty = empty;
    }

    private static <T> ScalarShape<T> of(
            Class<T> javaType, String storedName, Writer<T> writer, Function<PayloadReader, T> reader) {
        return new ScalarShape<>(javaType, storedName, writer, reader, null);
    }

    /** A type that is written as its {@code toString}, as a text or after a code of its own. */
    private static <T> ScalarShape<T> text(Class<T> javaType, String storedName, int code, Function<String, T> parser) {
        Writer<T> writer = (target, value) -> {
            String text = value.toString();
            if (text.length() > PARSED_LENGTH_MAX) {
                throw tooLong(storedName, text);
            }
            if (code == 0) {
                PayloadWriter.putText(target, text);
            } else {
                PayloadWriter.putText(target, code, text);
            }
        };
        return of(javaType, storedName, writer, reader(storedName, code, parser));
    }

    private static <T> Function<PayloadReader, T> reader(String storedName, int code, Function<String, T> parser) {
        return in -> {
            String text = code == 0 ? in.readText() : in.readText(code);
            if (text.length() > PARSED_LENGTH_MAX) {
                throw tooLong(storedName, text);
            }
            try {
                return parser.apply(text);
            } catch (RuntimeException e) {
                throw new Refusal(
                        "a text is not of its type", "value=" + Json.shown(text) + ", javaType=" + storedName, e);
            }
        };
    }

    private static Refusal tooLong(String storedName, String text) {
        return new Refusal(
                "a text is too long for its type",
                "length=" + text.length() + ", lengthMax=" + PARSED_LENGTH_MAX + ", javaType=" + storedName);
    }

    Class<T> javaType() {
        return javaType;
    }

    String storedName() {
        return storedName;
    }

    @Override
    void write(Object value, ByteBuffer target, int depth) {
        writer.put(target, javaType.cast(value));
    }

    @Override
    Object read(PayloadReader in) {
        return reader.apply(in);
    }

    @Override
    @Nullable Object missing() {
        return empty;
    }

    @Override
    @Nullable Object whenNull() {
        return empty;
    }

    @Override
    void writeNull(ByteBuffer target) {
        if (empty != null) {
            throw new Refusal("a null stands where an empty optional is due", "javaType=" + storedName);
        }
        PayloadWriter.putNull(target);
    }

    @Override
    Object fromName(String name) {
        return javaType == String.class ? name : super.fromName(name);
    }

    @Override
    void describe(SchemaText out) {
        out.add(storedName);
    }

    /** Puts one value. */
    private interface Writer<T> {
        void put(ByteBuffer target, T value);
    }
}
