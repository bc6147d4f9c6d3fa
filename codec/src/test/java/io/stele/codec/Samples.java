package io.stele.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Records and values that the tests of the codec share. */
final class Samples {

    private Samples() {}

    enum Currency {
        EUR,
        USD {
            @Override
            public String toString() {
                return "dollar";
            }
        }
    }

    sealed interface Means permits Card, Cash {}

    record Card(String last4, Currency currency) implements Means {}

    record Cash() implements Means {}

    record Deposited(long amount, String reference, long balance) {}

    record Primitives(
            boolean flag,
            byte b,
            short s,
            char c,
            int i,
            long l,
            float f,
            double d,
            @Nullable String text) {}

    record Boxes(
            @Nullable Boolean flag,
            @Nullable Byte b,
            @Nullable Short s,
            @Nullable Character c,
            @Nullable Integer i,
            @Nullable Long l,
            @Nullable Float f,
            @Nullable Double d) {}

    record Times(
            Instant instant,
            LocalDate date,
            LocalDateTime dateTime,
            LocalTime time,
            Duration duration,
            ZonedDateTime zoned,
            OffsetDateTime offset) {}

    record Containers(
            List<String> list,
            Set<Currency> set,
            Map<String, Long> byText,
            Map<Currency, Card> byConstant,
            Map<Integer, List<Optional<Integer>>> nested,
            Optional<Means> means,
            OptionalLong ol,
            OptionalInt oi,
            OptionalDouble od) {}

    record Others(BigDecimal decimal, BigInteger integer, UUID id, Currency currency, Means means, Object any) {}

    @SuppressWarnings("ArrayRecordComponent")
    record Blob(byte[] bytes) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Blob that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    record Node(String name, @Nullable Node next) {}

    record Page<T>(T first, List<? extends T> rest) {}

    static final Primitives PRIMITIVES =
            new Primitives(true, (byte) -128, (short) 32767, 'ä', -70_000, Long.MIN_VALUE, 1.5f, -0.0, "héllo 😀");

    static final Boxes BOXES = new Boxes(false, (byte) 1, (short) -2, '\ud83d', 3, 1L << 40, Float.NaN, 1e300);

    static final Times TIMES = new Times(
            Instant.parse("2026-11-22T10:15:30.123456789Z"),
            LocalDate.of(2026, 11, 22),
            LocalDateTime.of(2026, 11, 22, 10, 15, 30, 5),
            LocalTime.of(23, 59),
            Duration.ofSeconds(-5, 7),
            ZonedDateTime.of(2026, 10, 25, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"))
                    .withLaterOffsetAtOverlap(),
            OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.ofHours(-8)));

    static final Containers CONTAINERS = containers();

    static final Others OTHERS = new Others(
            new BigDecimal("-12.3400"),
            BigInteger.TWO.pow(200).negate(),
            new UUID(1, -2),
            Currency.USD,
            new Card("1234", Currency.EUR),
            List.of(
                    "x",
                    5,
                    6L,
                    7.0,
                    true,
                    new UUID(3, 4),
                    LocalDate.EPOCH,
                    new Cash(),
                    Currency.EUR,
                    Optional.empty()));

    /** Every kind of value that the codec writes. */
    static List<Object> all() {
        return List.of(
                new Deposited(500, "ref-1", 1_500),
                PRIMITIVES,
                new Primitives(false, (byte) 0, (short) 0, '\0', 0, 0, 0, 0, null),
                BOXES,
                new Boxes(null, null, null, null, null, null, null, null),
                TIMES,
                CONTAINERS,
                OTHERS,
                new Blob(new byte[] {0, (byte) 0x8a, 1}),
                new Blob(new byte[0]),
                new Node("a", new Node("b", new Node("c".repeat(300), null))),
                new Page<>(1L, List.of("two", 3)),
                new Cash(),
                new Card("", Currency.USD),
                42L,
                -1,
                (short) 300,
                (byte) 7,
                2.5,
                1.5f,
                true,
                'x',
                "text",
                "",
                Currency.EUR,
                Currency.USD,
                new UUID(5, 6),
                new BigDecimal("1E+500"),
                BigInteger.ZERO,
                Instant.MAX,
                Instant.MIN,
                Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
                LocalDate.MIN,
                LocalDateTime.MAX,
                LocalTime.MIDNIGHT,
                OffsetDateTime.MIN,
                ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC),
                List.of(1, "two", Optional.of(3L), Map.of("k", new Card("9", Currency.EUR))),
                Set.of(5L),
                Map.of(Currency.EUR, 5.5),
                Optional.of("present"),
                Optional.empty(),
                OptionalLong.of(-9),
                OptionalLong.empty(),
                OptionalInt.of(Integer.MIN_VALUE),
                OptionalInt.empty(),
                OptionalDouble.of(Double.NaN),
                OptionalDouble.empty());
    }

    static RecordCodec codec() {
        return RecordCodec.of(
                Deposited.class,
                Primitives.class,
                Boxes.class,
                Times.class,
                Containers.class,
                Others.class,
                Blob.class,
                Node.class,
                Page.class);
    }

    static byte[] encode(RecordCodec codec, Object value) {
        ByteBuffer target = ByteBuffer.allocate(1 << 17);
        codec.encode(value, target);
        return Arrays.copyOf(target.array(), target.position());
    }

    static Object decode(RecordCodec codec, Object like, byte[] bytes) {
        return codec.decode(codec.typeOf(like), payload(bytes));
    }

    static ByteBuffer payload(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static Containers containers() {
        Map<Integer, List<Optional<Integer>>> nested = new LinkedHashMap<>();
        nested.put(9, List.of(Optional.of(1), Optional.empty()));
        nested.put(-1, List.of());
        return new Containers(
                Arrays.asList("z", null, "a"),
                new LinkedHashSet<>(List.of(Currency.USD, Currency.EUR)),
                Map.of("größe", 5L),
                Map.of(Currency.USD, new Card("0000", Currency.USD)),
                nested,
                Optional.of(new Cash()),
                OptionalLong.of(Long.MAX_VALUE),
                OptionalInt.empty(),
                OptionalDouble.of(0.1));
    }
}
