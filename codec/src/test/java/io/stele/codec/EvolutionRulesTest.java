package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table in docs/evolution.md, line by line: written with an old record, read with a new one of the same stored name. */
@SuppressWarnings("ArrayRecordComponent")
final class EvolutionRulesTest {
    private static final StoredType TYPE = new StoredType("thing", 1);

    @StoredName("thing")
    record OfByte(byte value) {}

    @StoredName("thing")
    record OfShort(short value) {}

    @StoredName("thing")
    record OfInt(int value) {}

    @StoredName("thing")
    record OfLong(long value) {}

    @StoredName("thing")
    record OfFloat(float value) {}

    @StoredName("thing")
    record OfDouble(double value) {}

    @StoredName("thing")
    record OfDecimal(@Nullable BigDecimal value) {}

    @StoredName("thing")
    record OfInteger(@Nullable BigInteger value) {}

    @StoredName("thing")
    record OfBoxed(@Nullable Long value) {}

    @StoredName("thing")
    record OfOptional(Optional<Long> value) {}

    @StoredName("thing")
    record OfOptionalLong(OptionalLong value) {}

    @StoredName("thing")
    record OfOptionalInt(OptionalInt value) {}

    @StoredName("thing")
    record OfOptionalDouble(OptionalDouble value) {}

    @StoredName("thing")
    record OfText(@Nullable String value) {}

    @StoredName("thing")
    record OfChar(char value) {}

    @StoredName("thing")
    record OfInstant(Instant value) {}

    @StoredName("thing")
    record OfOffsetDateTime(OffsetDateTime value) {}

    @StoredName("thing")
    record OfBoolean(boolean value) {}

    enum Size {
        S,
        M
    }

    @StoredName("size")
    enum MoreSizes {
        XS,
        M,
        S
    }

    @StoredName("thing")
    record OfSize(Size value) {}

    @StoredName("thing")
    record OfMoreSizes(MoreSizes value) {}

    @StoredName("thing")
    record OfList(List<Integer> value) {}

    @StoredName("thing")
    record OfLongList(List<Long> value) {}

    @StoredName("thing")
    record OfSet(Set<Long> value) {}

    @StoredName("thing")
    record OfArray(long[] value) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof OfArray that && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }
    }

    private static Object evolve(Object old, Class<?> today) {
        byte[] bytes = Samples.encode(RecordCodec.of(old.getClass()), old);
        return RecordCodec.of(today).decode(TYPE, Samples.payload(bytes));
    }

    static List<Arguments> widened() {
        return List.of(
                Arguments.of(new OfByte((byte) -128), new OfShort((short) -128)),
                Arguments.of(new OfByte((byte) -128), new OfInt(-128)),
                Arguments.of(new OfShort((short) 300), new OfInt(300)),
                Arguments.of(new OfInt(-70_000), new OfLong(-70_000)),
                Arguments.of(new OfFloat(0.1f), new OfDouble(0.1f)),
                Arguments.of(new OfInt(Integer.MAX_VALUE), new OfDouble(Integer.MAX_VALUE)),
                Arguments.of(new OfShort((short) 7), new OfFloat(7)),
                Arguments.of(new OfInt(-5), new OfDecimal(BigDecimal.valueOf(-5))),
                Arguments.of(new OfLong(Long.MIN_VALUE), new OfDecimal(BigDecimal.valueOf(Long.MIN_VALUE))),
                Arguments.of(new OfLong(Long.MAX_VALUE), new OfInteger(BigInteger.valueOf(Long.MAX_VALUE))),
                Arguments.of(
                        new OfInteger(BigInteger.TEN.pow(30)), new OfDecimal(new BigDecimal(BigInteger.TEN.pow(30)))),
                Arguments.of(new OfLong(5), new OfBoxed(5L)),
                Arguments.of(new OfLong(5), new OfOptional(Optional.of(5L))),
                Arguments.of(new OfLong(5), new OfOptionalLong(OptionalLong.of(5))),
                Arguments.of(new OfBoxed(null), new OfOptional(Optional.empty())),
                Arguments.of(new OfOptional(Optional.empty()), new OfBoxed(null)),
                Arguments.of(new OfOptionalInt(OptionalInt.of(-3)), new OfOptionalLong(OptionalLong.of(-3))),
                Arguments.of(new OfOptionalInt(OptionalInt.empty()), new OfOptionalDouble(OptionalDouble.empty())),
                Arguments.of(new OfChar('ä'), new OfText("ä")),
                Arguments.of(new OfSize(Size.M), new OfText("M")),
                Arguments.of(new OfSize(Size.S), new OfMoreSizes(MoreSizes.S)),
                Arguments.of(
                        new OfInstant(Instant.EPOCH), new OfOffsetDateTime(Instant.EPOCH.atOffset(ZoneOffset.UTC))),
                Arguments.of(new OfList(List.of(1, 2)), new OfLongList(List.of(1L, 2L))),
                Arguments.of(new OfList(List.of(1, 2)), new OfSet(Set.of(1L, 2L))),
                Arguments.of(new OfList(List.of(1, 2)), new OfArray(new long[] {1, 2})),
                Arguments.of(new OfArray(new long[] {1, 2}), new OfLongList(List.of(1L, 2L))));
    }

    @ParameterizedTest
    @MethodSource("widened")
    void shouldWidenWhatFits(Object old, Object today) {
        assertThat(evolve(old, today.getClass())).isEqualTo(today);
    }

    static List<Arguments> refused() {
        return List.of(
                Arguments.of(new OfShort((short) 300), OfByte.class, "value=300, javaType=byte"),
                Arguments.of(new OfInt(40_000), OfShort.class, "value=40000, javaType=short"),
                Arguments.of(new OfLong(1L << 40), OfInt.class, "value=1099511627776, javaType=int"),
                Arguments.of(new OfDouble(0.1), OfFloat.class, "value=0.1, javaType=float"),
                Arguments.of(new OfDouble(1.5), OfLong.class, "value=1.5, javaType=long"),
                Arguments.of(new OfInt((1 << 24) + 1), OfFloat.class, "javaType=float"),
                Arguments.of(new OfDouble(0.1), OfDecimal.class, "a text"),
                Arguments.of(new OfDecimal(new BigDecimal("1.5")), OfInteger.class, "value=1.5, javaType=big-integer"),
                Arguments.of(new OfDecimal(BigDecimal.ONE), OfLong.class, "a whole number"),
                Arguments.of(new OfBoxed(null), OfLong.class, "a whole number"),
                Arguments.of(new OfText("xy"), OfChar.class, "javaType=char"),
                Arguments.of(new OfText("L"), OfSize.class, "constant=L"),
                Arguments.of(new OfText("5"), OfLong.class, "a whole number"),
                Arguments.of(new OfLong(1), OfBoolean.class, "true or false"),
                Arguments.of(new OfList(List.of(1, 1)), OfSet.class, "twice"),
                Arguments.of(new OfList(Collections.singletonList(null)), OfArray.class, "a whole number"),
                Arguments.of(new OfMoreSizes(MoreSizes.XS), OfSize.class, "@FormerName"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void shouldRefuseWhatDoesNotFitAndNameIt(Object old, Class<?> today, String fact) {
        assertThatThrownBy(() -> evolve(old, today))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("type=thing")
                .hasMessageContaining("component=value")
                .hasMessageContaining(fact);
    }

    @StoredName("thing")
    record Grown(
            @WhenMissing("EUR") String currency,
            @WhenMissing("-7") long number,
            @WhenMissing("3") byte small,
            @WhenMissing("0.1") float f,
            @WhenMissing("0.25") double d,
            @WhenMissing("true") boolean flag,
            @WhenMissing("x") char c,
            @WhenMissing("M") Size size,
            @WhenMissing("2026-01-31") LocalDate day,
            @WhenMissing("1.50") BigDecimal price,

            @WhenMissing("00000000-0000-0001-0000-000000000002")
            UUID id,

            @WhenMissing("5") Optional<Integer> limit,
            @WhenMissing("9") OptionalLong more,
            @Nullable String none,
            int[] numbers,
            List<String> list,
            Optional<String> empty) {}

    @Test
    void shouldGiveWhatIsMissingTheValueThatItsComponentNames() {
        Grown grown = (Grown) evolve(new OfInt(1), Grown.class);

        assertThat(grown.numbers()).isEmpty();
        assertThat(grown)
                .isEqualTo(new Grown(
                        "EUR",
                        -7,
                        (byte) 3,
                        0.1f,
                        0.25,
                        true,
                        'x',
                        Size.M,
                        LocalDate.of(2026, 1, 31),
                        new BigDecimal("1.50"),
                        new UUID(1, 2),
                        Optional.of(5),
                        OptionalLong.of(9),
                        null,
                        grown.numbers(),
                        List.of(),
                        Optional.empty()));
    }

    @StoredName("thing")
    record Told(@WhenMissing("EUR") @Nullable String value) {}

    @Test
    void shouldKeepANullThatWasStored() {
        assertThat(evolve(new OfText(null), Told.class)).isEqualTo(new Told(null));
        assertThat(evolve(new OfText("USD"), Told.class)).isEqualTo(new Told("USD"));
    }

    @Test
    void shouldRefuseAValueForWhatIsMissingThatIsNoneAtRegistration() {
        record NotANumber(@WhenMissing("ten") int number) {}
        record TooLarge(@WhenMissing("300") byte number) {}
        record NotABoolean(@WhenMissing("yes") boolean flag) {}
        record NoConstant(@WhenMissing("XXL") Size size) {}
        record NoText(@WhenMissing("[]") List<String> list) {}

        for (Class<?> type :
                List.of(NotANumber.class, TooLarge.class, NotABoolean.class, NoConstant.class, NoText.class)) {
            assertThatThrownBy(() -> RecordCodec.of(type))
                    .as(type.getSimpleName())
                    .isInstanceOf(PayloadCodecException.class)
                    .hasMessageContaining("component=");
        }
    }

    sealed interface Shape2 permits Circle, Square {}

    record Circle(int radius) implements Shape2 {}

    @StoredName("square")
    record Square(int side) implements Shape2 {}

    sealed interface MoreShapes permits Disc, Box, Rounded {}

    @FormerName("circle")
    record Disc(@FormerName("radius") long r) implements MoreShapes {}

    @StoredName("square")
    record Box(long side, @WhenMissing("1") long height) implements MoreShapes {}

    sealed interface Rounded extends MoreShapes permits Pill {}

    record Pill(int length) implements Rounded {}

    @StoredName("thing")
    record OfShapes(List<Shape2> value) {}

    @StoredName("thing")
    record OfMoreShapes(List<MoreShapes> value) {}

    @StoredName("thing")
    record OfCircle(Circle value) {}

    @Test
    void shouldReadAHierarchyThatHasGrownAndWhoseMembersWereRenamed() {
        assertThat(evolve(new OfShapes(List.of(new Circle(3), new Square(4))), OfMoreShapes.class))
                .isEqualTo(new OfMoreShapes(List.of(new Disc(3), new Box(4, 1))));
    }

    @Test
    void shouldNameAMemberOfAHierarchyThatIsGone() {
        assertThatThrownBy(() -> evolve(new OfMoreShapes(List.of(new Pill(3))), OfShapes.class))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("component=value")
                .hasMessageContaining("name=pill")
                .hasMessageContaining("known=[circle, square]");
    }

    @Test
    void shouldRefuseARecordThatBecameAHierarchyAndBack() {
        assertThatThrownBy(() -> evolve(new OfCircle(new Circle(1)), OfShapes.class))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("component=value");
        assertThatThrownBy(() -> evolve(new OfShapes(List.of(new Circle(1))), OfCircle.class))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("component=value");
    }

    @StoredName("thing")
    record Outer(@Nullable Inner value, int after) {}

    record Inner(int a, List<Inner> more, String dropped) {}

    @StoredName("thing")
    record NewOuter(@Nullable NewInner value, long after) {}

    @StoredName("inner")
    record NewInner(
            List<NewInner> more,
            @FormerName("a") long b,
            @WhenMissing("?") String added) {}

    @Test
    void shouldChangeNestedRecordsByTheSameRules() {
        Outer old = new Outer(new Inner(1, List.of(new Inner(2, List.of(), "x")), "y"), 9);

        assertThat(evolve(old, NewOuter.class))
                .isEqualTo(new NewOuter(new NewInner(List.of(new NewInner(List.of(), 2, "?")), 1, "?"), 9));
    }

    record Calendar(
            Period period,
            Year year,
            YearMonth month,
            MonthDay day,
            OffsetTime time,
            ZoneId zone,
            ZoneId offsetAsZone,
            ZoneOffset offset,
            Object any) {}

    @Test
    void shouldStoreTheRestOfJavaTime() {
        Calendar calendar = new Calendar(
                Period.of(-1, 2, 3),
                Year.of(-44),
                YearMonth.of(2026, 12),
                MonthDay.of(2, 29),
                OffsetTime.of(1, 2, 3, 4, ZoneOffset.MAX),
                ZoneId.of("Europe/Berlin"),
                ZoneOffset.ofHours(-8),
                ZoneOffset.UTC,
                List.of(ZoneId.of("Asia/Tokyo"), ZoneOffset.ofHours(1), Year.of(1)));
        RecordCodec codec = RecordCodec.of(Calendar.class);

        assertThat(Samples.decode(codec, calendar, Samples.encode(codec, calendar)))
                .isEqualTo(calendar);
        assertThat(codec.typeOf(ZoneId.of("Asia/Tokyo")).name()).isEqualTo("zone-id");
    }

    record Tables(int[][] table, @Nullable String[] texts, List<String>[] lists, boolean[] flags, char[] chars) {}

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void shouldStoreArrays() {
        Tables tables = new Tables(
                new int[][] {{1}, {}, {2, -3}},
                new @Nullable String[] {"a", null},
                new List[] {List.of("x"), List.of()},
                new boolean[] {true, false},
                new char[] {'a'});
        RecordCodec codec = RecordCodec.of(Tables.class);

        Tables read = (Tables) Samples.decode(codec, tables, Samples.encode(codec, tables));

        assertThat(Arrays.deepEquals(
                        new Object[] {read.table(), read.texts(), read.lists(), read.flags(), read.chars()},
                        new Object[] {tables.table(), tables.texts(), tables.lists(), tables.flags(), tables.chars()}))
                .as("table=%s", Arrays.deepToString(read.table()))
                .isTrue();
        assertThatThrownBy(() -> codec.typeOf(new int[] {1}))
                .as("only as a component")
                .isInstanceOf(PayloadCodecException.class);
    }
}
