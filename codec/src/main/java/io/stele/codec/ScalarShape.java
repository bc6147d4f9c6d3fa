package io.stele.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The shapes that contain no other: one class, one stored name, and how to write and read it. */
final class ScalarShape<T> extends Shape {

    /** The stored names are part of the format. */
    static final List<ScalarShape<?>> ALL = List.of(
            whole(Long.class, "long", Long.MIN_VALUE, Long.MAX_VALUE, value -> value, Long::valueOf),
            whole(Integer.class, "int", Integer.MIN_VALUE, Integer.MAX_VALUE, value -> (int) value, Integer::valueOf),
            whole(Short.class, "short", Short.MIN_VALUE, Short.MAX_VALUE, value -> (short) value, Short::valueOf),
            whole(Byte.class, "byte", Byte.MIN_VALUE, Byte.MAX_VALUE, value -> (byte) value, Byte::valueOf),
            of(
                    Double.class,
                    "double",
                    (t, v) -> PayloadWriter.putDouble(t, v),
                    PayloadReader::readDouble,
                    Double::valueOf),
            of(Float.class, "float", (t, v) -> PayloadWriter.putFloat(t, v), PayloadReader::readFloat, Float::valueOf),
            of(
                    Boolean.class,
                    "boolean",
                    (t, v) -> PayloadWriter.putBoolean(t, v),
                    PayloadReader::readBoolean,
                    ScalarShape::parseBoolean),
            of(
                    Character.class,
                    "char",
                    (t, v) -> PayloadWriter.putText(t, v.toString()),
                    PayloadReader::readChar,
                    ScalarShape::parseChar),
            of(String.class, "string", PayloadWriter::putText, PayloadReader::readText, text -> text),
            of(byte[].class, "bytes", PayloadWriter::putBytes, PayloadReader::readBytes, null),
            of(UUID.class, "uuid", PayloadWriter::putUuid, PayloadReader::readUuid, UUID::fromString),
            number(BigDecimal.class, "big-decimal", BigDecimal::valueOf, BigDecimal::new),
            number(BigInteger.class, "big-integer", BigInteger::valueOf, BigInteger::new),
            of(
                    Instant.class,
                    "instant",
                    InstantText::put,
                    reader("instant", 0, InstantText::parse),
                    InstantText::parse),
            text(Duration.class, "duration", 0, Duration::parse),
            text(Period.class, "period", 0, Period::parse),
            text(OffsetDateTime.class, "offset-date-time", 0, OffsetDateTime::parse),
            text(OffsetTime.class, "offset-time", 0, OffsetTime::parse),
            text(LocalTime.class, "local-time", WireCode.TIME, LocalTime::parse),
            text(LocalDate.class, "local-date", WireCode.DATE, LocalDate::parse),
            text(LocalDateTime.class, "local-date-time", WireCode.DATE_TIME, LocalDateTime::parse),
            text(ZonedDateTime.class, "zoned-date-time", WireCode.ZONED_DATE_TIME, ZonedDateTime::parse),
            text(Year.class, "year", 0, Year::parse),
            text(YearMonth.class, "year-month", 0, YearMonth::parse),
            text(MonthDay.class, "month-day", 0, MonthDay::parse),
            text(ZoneId.class, "zone-id", 0, ZoneId::of),
            text(ZoneOffset.class, "zone-offset", 0, ZoneOffset::of),
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
                    text -> OptionalLong.of(Long.parseLong(text)),
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
                    text -> OptionalInt.of(Integer.parseInt(text)),
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
                    text -> OptionalDouble.of(Double.parseDouble(text)),
                    OptionalDouble.empty()));

    /** Longest text that is read as a number or a time: parsing takes longer than linear time. */
    static final int PARSED_LENGTH_MAX = 10_000;

    private final Class<T> javaType;
    private final String storedName;
    private final Writer<T> writer;
    private final Function<PayloadReader, T> reader;
    private final @Nullable Function<String, T> parser;
    private final @Nullable T empty;

    private ScalarShape(
            Class<T> javaType,
            String storedName,
            Writer<T> writer,
            Function<PayloadReader, T> reader,
            @Nullable Function<String, T> parser,
            @Nullable T empty) {
        this.javaType = javaType;
        this.storedName = storedName;
        this.writer = writer;
        this.reader = reader;
        this.parser = parser;
        this.empty = empty;
    }

    private static <T> ScalarShape<T> of(
            Class<T> javaType,
            String storedName,
            Writer<T> writer,
            Function<PayloadReader, T> reader,
            @Nullable Function<String, T> parser) {
        return new ScalarShape<>(javaType, storedName, writer, reader, parser, null);
    }

    /** A whole number of a fixed width. */
    private static <T extends Number> ScalarShape<T> whole(
            Class<T> javaType,
            String storedName,
            long min,
            long max,
            LongFunction<T> narrow,
            Function<String, T> parser) {
        return of(
                javaType,
                storedName,
                (target, value) -> PayloadWriter.putLong(target, value.longValue()),
                in -> narrow.apply(in.readLong(min, max, storedName)),
                parser);
    }

    /** A number without bounds: a text, and read from any whole number too, since it can hold them all. */
    private static <T> ScalarShape<T> number(
            Class<T> javaType, String storedName, LongFunction<T> widen, Function<String, T> parser) {
        ScalarShape<T> text = text(javaType, storedName, 0, parser);
        Function<PayloadReader, T> reader = in -> in.isInteger() ? widen.apply(in.readLong()) : text.reader.apply(in);
        return of(javaType, storedName, text.writer, reader, parser);
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
        return of(javaType, storedName, writer, reader(storedName, code, parser), parser);
    }

    /** A type of somebody else's that is written as a text. */
    static <T> ScalarShape<T> ofText(
            Class<T> javaType, String storedName, Function<T, String> toText, Function<String, T> fromText) {
        Writer<T> writer = (target, value) -> {
            String text = toText.apply(value);
            if (text.length() > PARSED_LENGTH_MAX) {
                throw tooLong(storedName, text);
            }
            PayloadWriter.putText(target, text);
        };
        return of(javaType, storedName, writer, reader(storedName, 0, fromText), fromText);
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
                throw notOfItsType(storedName, text, e);
            }
        };
    }

    private static Refusal notOfItsType(String storedName, String text, RuntimeException cause) {
        return new Refusal(
                "a text is not of its type", "value=" + Json.shown(text) + ", javaType=" + storedName, cause);
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
    Object parse(String text) {
        if (parser == null) {
            return super.parse(text);
        }
        try {
            return parser.apply(text);
        } catch (RuntimeException e) {
            throw notOfItsType(storedName, text, e);
        }
    }

    private static boolean parseBoolean(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("neither true nor false");
        }
        return text.equals("true");
    }

    private static char parseChar(String text) {
        if (text.length() != 1) {
            throw new IllegalArgumentException("not one character");
        }
        return text.charAt(0);
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
