package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import io.stele.runtime.ActorRef;
import java.math.BigDecimal;
import java.math.BigInteger;
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

/** A value that contains no other. */
final class WireScalar<T> extends WireShape {

    /** The longest text that stands for something else: a number, a time, an address. */
    static final int PARSED_LENGTH_MAX = 10_000;

    /** Their places in this list are their numbers on the wire, from 1 on; new ones go to the end. */
    static final List<WireScalar<?>> ALL = List.of(
            of(String.class, WireText::put, WireText::take),
            of(Long.class, (k, out, v) -> out.writeVarLong(v, false), (k, in) -> in.readVarLong(false)),
            of(Integer.class, (k, out, v) -> out.writeVarInt(v, false), (k, in) -> in.readVarInt(false)),
            of(Short.class, (k, out, v) -> out.writeShort(v), (k, in) -> in.readShort()),
            of(Byte.class, (k, out, v) -> out.writeByte(v), (k, in) -> in.readByte()),
            of(
                    Double.class,
                    (k, out, v) -> out.writeLong(Double.doubleToRawLongBits(v)),
                    (k, in) -> Double.longBitsToDouble(in.readLong())),
            of(
                    Float.class,
                    (k, out, v) -> out.writeInt(Float.floatToRawIntBits(v)),
                    (k, in) -> Float.intBitsToFloat(in.readInt())),
            of(Boolean.class, (k, out, v) -> out.writeByte(v ? 1 : 0), (k, in) -> takeMark(in)),
            of(Character.class, (k, out, v) -> out.writeShort(v), (k, in) -> (char) in.readShortUnsigned()),
            of(byte[].class, WireScalar::putBytes, WireScalar::takeBytes),
            of(
                    UUID.class,
                    (k, out, v) -> {
                        out.writeLong(v.getMostSignificantBits());
                        out.writeLong(v.getLeastSignificantBits());
                    },
                    (k, in) -> new UUID(in.readLong(), in.readLong())),
            of(
                    Instant.class,
                    (k, out, v) -> {
                        out.writeVarLong(v.getEpochSecond(), false);
                        out.writeVarInt(v.getNano(), true);
                    },
                    (k, in) -> Instant.ofEpochSecond(in.readVarLong(false), nano(in))),
            of(
                    Duration.class,
                    (k, out, v) -> {
                        out.writeVarLong(v.getSeconds(), false);
                        out.writeVarInt(v.getNano(), true);
                    },
                    (k, in) -> Duration.ofSeconds(in.readVarLong(false), nano(in))),
            of(
                    LocalDate.class,
                    (k, out, v) -> out.writeVarLong(v.toEpochDay(), false),
                    (k, in) -> LocalDate.ofEpochDay(in.readVarLong(false))),
            of(
                    OptionalLong.class,
                    (k, out, v) -> {
                        out.writeByte(v.isPresent() ? 1 : 0);
                        if (v.isPresent()) {
                            out.writeVarLong(v.getAsLong(), false);
                        }
                    },
                    (k, in) -> takeMark(in) ? OptionalLong.of(in.readVarLong(false)) : OptionalLong.empty()),
            of(
                    OptionalInt.class,
                    (k, out, v) -> {
                        out.writeByte(v.isPresent() ? 1 : 0);
                        if (v.isPresent()) {
                            out.writeVarInt(v.getAsInt(), false);
                        }
                    },
                    (k, in) -> takeMark(in) ? OptionalInt.of(in.readVarInt(false)) : OptionalInt.empty()),
            of(
                    OptionalDouble.class,
                    (k, out, v) -> {
                        out.writeByte(v.isPresent() ? 1 : 0);
                        if (v.isPresent()) {
                            out.writeLong(Double.doubleToRawLongBits(v.getAsDouble()));
                        }
                    },
                    (k, in) -> takeMark(in)
                            ? OptionalDouble.of(Double.longBitsToDouble(in.readLong()))
                            : OptionalDouble.empty()),
            text(BigDecimal.class, BigDecimal::new),
            text(BigInteger.class, BigInteger::new),
            text(Period.class, Period::parse),
            text(OffsetDateTime.class, OffsetDateTime::parse),
            text(OffsetTime.class, OffsetTime::parse),
            text(LocalTime.class, LocalTime::parse),
            text(LocalDateTime.class, LocalDateTime::parse),
            text(ZonedDateTime.class, ZonedDateTime::parse),
            text(Year.class, Year::parse),
            text(YearMonth.class, YearMonth::parse),
            text(MonthDay.class, MonthDay::parse),
            text(ZoneId.class, ZoneId::of),
            text(ZoneOffset.class, ZoneOffset::of),
            of(
                    ActorRef.class,
                    (k, out, v) -> WireText.put(k, out, shortEnough(k.refs.addressOf((ActorRef<?>) v))),
                    (k, in) -> k.refs.resolve(shortEnough(WireText.take(k, in)))));

    private final Class<T> javaType;
    private final Writer<T> writer;
    private final Reader<T> reader;

    private WireScalar(Class<T> javaType, Writer<T> writer, Reader<T> reader) {
        this.javaType = javaType;
        this.writer = writer;
        this.reader = reader;
    }

    private static <T> WireScalar<T> of(Class<T> javaType, Writer<T> writer, Reader<T> reader) {
        return new WireScalar<>(javaType, writer, reader);
    }

    private static <T> WireScalar<T> text(Class<T> javaType, Function<String, T> parser) {
        return of(
                javaType,
                (k, out, v) -> WireText.put(k, out, shortEnough(v.toString())),
                (k, in) -> parser.apply(shortEnough(WireText.take(k, in))));
    }

    Class<T> javaType() {
        return javaType;
    }

    private static String shortEnough(String text) {
        if (text.length() > PARSED_LENGTH_MAX) {
            throw new KryoException(
                    "a text is too long for its type: length=" + text.length() + ", lengthMax=" + PARSED_LENGTH_MAX);
        }
        return text;
    }

    private static int nano(Input in) {
        int nano = in.readVarInt(true);
        if (nano < 0 || nano > 999_999_999) {
            throw new KryoException("a nanosecond is out of range: nano=" + nano);
        }
        return nano;
    }

    private static void putBytes(BodyKryo kryo, Output out, byte[] bytes) {
        out.writeVarInt(bytes.length, true);
        out.writeBytes(bytes, 0, bytes.length);
    }

    private static byte[] takeBytes(BodyKryo kryo, Input in) {
        return in.readBytes(takeCount(in, 1));
    }

    @Override
    void put(BodyKryo kryo, Output out, Object value) {
        writer.put(kryo, out, javaType.cast(value));
    }

    @Override
    Object take(BodyKryo kryo, Input in) {
        return reader.take(kryo, in);
    }

    /** Puts one value. */
    private interface Writer<T> {
        void put(BodyKryo kryo, Output out, T value);
    }

    /** Takes one value. */
    private interface Reader<T> {
        T take(BodyKryo kryo, Input in);
    }
}
