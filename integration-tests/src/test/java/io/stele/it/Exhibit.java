package io.stele.it;

import io.stele.codec.StoredName;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.PersistentActor;
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
import java.util.ArrayList;
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

/**
 * An actor whose events have every shape that can be stored. Golden journals hold its events, so its records may grow, and may
 * change as docs/evolution.md allows, but never in another way.
 */
final class Exhibit extends PersistentActor<Exhibit.Shown, Exhibit.Collection> {
    private static final int SHOWN_MAX = 12;

    enum Colour {
        RED,
        GREEN
    }

    sealed interface Means {}

    record Card(String last4, Colour colour) implements Means {}

    record Cash() implements Means {}

    sealed interface Shown {}

    record Numbers(
            boolean flag,
            byte b,
            short s,
            char c,
            int i,
            long l,
            float f,
            double d,
            BigDecimal decimal,
            BigInteger integer)
            implements Shown {}

    record Boxes(
            @Nullable Boolean flag,
            @Nullable Byte b,
            @Nullable Short s,
            @Nullable Character c,
            @Nullable Integer i,
            @Nullable Long l,
            @Nullable Float f,
            @Nullable Double d)
            implements Shown {}

    record Times(
            Instant instant,
            Duration duration,
            Period period,
            LocalDate date,
            LocalTime time,
            LocalDateTime dateTime,
            ZonedDateTime zoned,
            OffsetDateTime offsetDateTime,
            OffsetTime offsetTime,
            Year year,
            YearMonth yearMonth,
            MonthDay monthDay,
            ZoneId zone,
            ZoneOffset offset)
            implements Shown {}

    record Containers(
            List<@Nullable String> list,
            Set<Colour> set,
            Map<String, Long> byText,
            Map<Integer, List<Optional<Integer>>> nested,
            Optional<Means> means,
            OptionalLong ol,
            OptionalInt oi,
            OptionalDouble od)
            implements Shown {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Arrays(byte[] bytes, long[] longs, double[] doubles, String[] texts, int[][] table) implements Shown {}

    record Deep(UUID id, Means means, Object any, @Nullable Deep inner) implements Shown {}

    @StoredName(value = "remark", version = 7)
    record Noted(String text) implements Shown {}

    record Collection(long count, List<Shown> last) {}

    record Show(@Nullable String commandId, List<Shown> events) implements Command<Reply> {}

    record Get() implements Command<Collection> {}

    record Reply(long count, Means means) {}

    Exhibit() {
        super("exhibit");
    }

    @Override
    protected Collection initialState() {
        return new Collection(0, List.of());
    }

    @Override
    protected void commands(CommandHandlers<Shown, Collection> on) {
        on.on(
                Show.class,
                (collection, show) -> persistAll(show.events())
                        .thenReply(after -> new Reply(after.count(), new Card("0042", Colour.GREEN))));
        on.on(Get.class, (collection, get) -> reply(collection));
    }

    @Override
    protected Collection onEvent(Collection collection, Shown event) {
        List<Shown> last = new ArrayList<>(collection.last());
        if (!(event instanceof Noted)) {
            last.add(event);
        }
        return new Collection(
                collection.count() + 1, List.copyOf(last.size() > SHOWN_MAX ? last.subList(1, last.size()) : last));
    }

    @Override
    protected int snapshotEvery() {
        return 4;
    }

    /** One event of every shape. */
    static List<Shown> all() {
        Map<Integer, List<Optional<Integer>>> nested = new LinkedHashMap<>();
        nested.put(9, List.of(Optional.of(1), Optional.empty()));
        nested.put(-1, List.of());
        return List.of(
                new Numbers(
                        true,
                        Byte.MIN_VALUE,
                        Short.MAX_VALUE,
                        'ä',
                        -70_000,
                        Long.MIN_VALUE,
                        1.5f,
                        -0.1,
                        new BigDecimal("-12.3400"),
                        BigInteger.TWO.pow(200).negate()),
                new Boxes(true, (byte) 1, (short) -2, 'x', 3, 1L << 40, Float.NaN, 1e300),
                new Boxes(null, null, null, null, null, null, null, null),
                times(),
                new Containers(
                        java.util.Arrays.asList("z", null, "😀"),
                        new LinkedHashSet<>(List.of(Colour.GREEN, Colour.RED)),
                        Map.of("größe", 5L),
                        nested,
                        Optional.of(new Cash()),
                        OptionalLong.of(Long.MAX_VALUE),
                        OptionalInt.empty(),
                        OptionalDouble.of(0.1)),
                new Arrays(
                        new byte[] {0, -118, 1},
                        new long[] {1, -1, Long.MAX_VALUE},
                        new double[] {0.5, -0.0},
                        new String[] {"a", ""},
                        new int[][] {{1, 2}, {}, {3}}),
                new Deep(
                        new UUID(1, -2),
                        new Card("1234", Colour.RED),
                        List.of(
                                "x",
                                5,
                                6L,
                                7.0,
                                true,
                                LocalDate.EPOCH,
                                new Cash(),
                                Colour.RED,
                                ZoneId.of("Europe/Berlin")),
                        new Deep(new UUID(3, 4), new Cash(), 5L, null)));
    }

    private static Times times() {
        return new Times(
                Instant.parse("2026-11-22T10:15:30.123456789Z"),
                Duration.ofSeconds(-5, 7),
                Period.of(1, -2, 3),
                LocalDate.of(2026, 11, 22),
                LocalTime.of(23, 59),
                LocalDateTime.of(2026, 11, 22, 10, 15, 30, 5),
                ZonedDateTime.of(2026, 10, 25, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"))
                        .withLaterOffsetAtOverlap(),
                OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.ofHours(-8)),
                OffsetTime.of(1, 2, 3, 4, ZoneOffset.UTC),
                Year.of(-5),
                YearMonth.of(2026, 2),
                MonthDay.of(2, 29),
                ZoneId.of("Europe/Berlin"),
                ZoneOffset.ofHoursMinutes(5, 30));
    }
}
