package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.codec.Samples.Blob;
import io.stele.codec.Samples.Boxes;
import io.stele.codec.Samples.Card;
import io.stele.codec.Samples.Cash;
import io.stele.codec.Samples.Containers;
import io.stele.codec.Samples.Currency;
import io.stele.codec.Samples.Deposited;
import io.stele.codec.Samples.Node;
import io.stele.codec.Samples.Others;
import io.stele.codec.Samples.Primitives;
import io.stele.codec.Samples.Times;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.wire.ValueIn;
import net.openhft.chronicle.wire.Wire;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chronicle Wire reads what we write, and we read what Chronicle Wire writes. */
final class ChronicleWireTest {

    private final RecordCodec codec = Samples.codec();

    @Test
    void shouldBeReadByWireWhenPrimitive() {
        Wire wire = wireOf(Samples.PRIMITIVES);
        Primitives expected = Samples.PRIMITIVES;

        assertThat(wire.read("flag").bool()).isEqualTo(expected.flag());
        assertThat(wire.read("b").int8()).isEqualTo(expected.b());
        assertThat(wire.read("s").int16()).isEqualTo(expected.s());
        assertThat(wire.read("c").text()).isEqualTo(String.valueOf(expected.c()));
        assertThat(wire.read("i").int32()).isEqualTo(expected.i());
        assertThat(wire.read("l").int64()).isEqualTo(expected.l());
        assertThat(wire.read("f").float32()).isEqualTo(expected.f());
        assertThat(wire.read("d").float64()).isEqualTo(expected.d());
        assertThat(wire.read("text").text()).isEqualTo(expected.text());
        assertThat(wire.isEmpty()).isTrue();
    }

    @Test
    void shouldBeReadByWireOutOfOrder() {
        Wire wire = wireOf(new Deposited(500, "a reference that is longer than thirty-one bytes", -1));

        assertThat(wire.read("balance").int64()).isEqualTo(-1);
        assertThat(wire.read("reference").text()).startsWith("a reference that is longer");
        assertThat(wire.read("amount").int64()).isEqualTo(500);
    }

    @Test
    void shouldBeReadByWireWhenNull() {
        Wire wire = wireOf(new Boxes(null, null, null, null, null, null, null, 2.5));

        assertThat(wire.read("flag").isNull()).isTrue();
        assertThat(wire.read("c").text()).isNull();
        assertThat(wire.read("d").float64()).isEqualTo(2.5);
    }

    @Test
    void shouldBeReadByWireWhenTime() {
        Wire wire = wireOf(Samples.TIMES);
        Times expected = Samples.TIMES;

        assertThat(Instant.parse(wire.read("instant").text())).isEqualTo(expected.instant());
        assertThat(wire.read("date").date()).isEqualTo(expected.date());
        assertThat(wire.read("dateTime").dateTime()).isEqualTo(expected.dateTime());
        assertThat(wire.read("time").time()).isEqualTo(expected.time());
        assertThat(Duration.parse(wire.read("duration").text())).isEqualTo(expected.duration());
        assertThat(wire.read("zoned").zonedDateTime()).isEqualTo(expected.zoned());
        assertThat(OffsetDateTime.parse(wire.read("offset").text())).isEqualTo(expected.offset());
    }

    @Test
    void shouldBeReadByWireWhenContainer() {
        Wire wire = wireOf(Samples.CONTAINERS);
        List<String> list = new ArrayList<>();
        List<String> set = new ArrayList<>();
        Map<String, Long> byText = new LinkedHashMap<>();
        Map<String, String> byConstant = new LinkedHashMap<>();

        wire.read("list").sequence(list, (all, in) -> {
            while (in.hasNextSequenceItem()) {
                all.add(in.text());
            }
        });
        wire.read("set").sequence(set, (all, in) -> {
            while (in.hasNextSequenceItem()) {
                all.add(in.text());
            }
        });
        readEntries(
                wire.read("byText"),
                in -> byText.put(in.readEvent(String.class), in.getValueIn().int64()));
        readEntries(
                wire.read("byConstant"),
                in -> byConstant.put(
                        in.readEvent(String.class),
                        in.getValueIn()
                                .applyToMarshallable(card -> card.read("last4").text())));
        StringBuilder means = new StringBuilder();
        wire.read("means").typePrefix(means, StringBuilder::append);

        assertThat(list).isEqualTo(Samples.CONTAINERS.list());
        assertThat(set).containsExactly("USD", "EUR");
        assertThat(byText).isEqualTo(Samples.CONTAINERS.byText());
        assertThat(byConstant).containsExactly(Map.entry("USD", "0000"));
        assertThat(means).hasToString("cash");
    }

    @Test
    void shouldBeReadByWireWhenNestedOrTyped() {
        Wire wire = wireOf(Samples.OTHERS);
        Others expected = Samples.OTHERS;

        assertThat(new BigDecimal(wire.read("decimal").text())).isEqualTo(expected.decimal());
        assertThat(new BigInteger(wire.read("integer").text())).isEqualTo(expected.integer());
        assertThat(wire.read("id").uuid()).isEqualTo(expected.id());
        assertThat(wire.read("currency").asEnum(Currency.class)).isEqualTo(expected.currency());
        ValueIn means = wire.read("means");
        StringBuilder type = new StringBuilder();
        means.typePrefix(type, StringBuilder::append);
        assertThat(type).hasToString("card");
        assertThat(means.<String>applyToMarshallable(card -> card.read("last4").text()))
                .isEqualTo("1234");

        Wire blob = wireOf(new Blob(new byte[] {1, 2, 3}));
        assertThat(blob.read("bytes").bytes()).containsExactly(1, 2, 3);

        Wire node = wireOf(new Node("a", new Node("b".repeat(70_000), null)));
        String inner =
                node.read("next").applyToMarshallable(in -> in.read("name").text());
        assertThat(inner).hasSize(70_000);
    }

    /** Wire passes over every field of every sample by itself. */
    @ParameterizedTest
    @MethodSource("records")
    void shouldBePassedOverByWire(Object value) {
        Wire wire = wireOf(value);
        List<String> names = new ArrayList<>();
        while (!wire.isEmpty()) {
            StringBuilder name = new StringBuilder();
            wire.read(name).skipValue();
            names.add(name.toString());
        }

        PayloadValue.Fields tree =
                (PayloadValue.Fields) PayloadValue.read(Samples.payload(Samples.encode(codec, value)));
        assertThat(names).containsExactlyElementsOf(tree.fields().keySet());
    }

    static List<Object> records() {
        return Samples.all().stream()
                .filter(value -> value.getClass().isRecord())
                .toList();
    }

    @Test
    void shouldReadWhatWireWritesForPrimitives() {
        byte[] bytes = written(wire -> wire.write("flag")
                .bool(true)
                .write("b")
                .int8((byte) -128)
                .write("s")
                .int16((short) 32767)
                .write("c")
                .text("ä")
                .write("i")
                .int32(-70_000)
                .write("l")
                .int64(Long.MIN_VALUE)
                .write("f")
                .float32(1.5f)
                .write("d")
                .float64(12.34)
                .write("text")
                .text("héllo 😀"));

        assertThat(Samples.decode(codec, Samples.PRIMITIVES, bytes))
                .isEqualTo(new Primitives(
                        true, (byte) -128, (short) 32767, 'ä', -70_000, Long.MIN_VALUE, 1.5f, 12.34, "héllo 😀"));
    }

    @Test
    void shouldReadWhatWireWritesForBoxesAndFixedWidths() {
        byte[] bytes = written(wire -> wire.write("flag")
                .bool(null)
                .write("i")
                .fixedInt32(5)
                .write("l")
                .fixedInt64(Long.MAX_VALUE)
                .write("f")
                .fixedFloat32(0.1f)
                .write("d")
                .fixedFloat64(0.1));

        assertThat(Samples.decode(codec, Samples.BOXES, bytes))
                .isEqualTo(new Boxes(null, null, null, null, 5, Long.MAX_VALUE, 0.1f, 0.1));
    }

    @Test
    void shouldReadWhatWireWritesForTimes() {
        Times times = Samples.TIMES;
        byte[] bytes = written(wire -> wire.write("zoned")
                .zonedDateTime(times.zoned())
                .write("date")
                .date(times.date())
                .write("time")
                .time(times.time())
                .write("dateTime")
                .dateTime(times.dateTime())
                .write("instant")
                .text(times.instant().toString())
                .write("duration")
                .text(times.duration().toString())
                .write("offset")
                .text(times.offset().toString()));

        assertThat(Samples.decode(codec, times, bytes)).isEqualTo(times);
    }

    @Test
    void shouldReadWhatWireWritesForContainers() {
        byte[] bytes = written(wire -> {
            wire.write("list").sequence("x", (text, out) -> {
                out.text(text);
                out.text("y".repeat(40));
            });
            wire.write("set").sequence(Currency.EUR, (constant, out) -> out.asEnum(constant));
            wire.write("byText")
                    .marshallable(map -> map.write("a").int64(1).write("b").int64(1_000_000_000_000L));
            wire.write("byConstant").marshallable(map -> {
                map.writeEvent(String.class, "USD")
                        .marshallable(card -> card.write("last4").text("1"));
            });
            wire.write("means").typePrefix("cash").marshallable(nothing -> {});
            wire.write("ol").int64(7);
            wire.write("oi").nu11();
            wire.write("unknown").marshallable(in -> in.write("deep").float64(0.5));
        });

        assertThat(Samples.decode(codec, Samples.CONTAINERS, bytes))
                .isEqualTo(new Containers(
                        List.of("x", "y".repeat(40)),
                        Set.of(Currency.EUR),
                        Map.of("a", 1L, "b", 1_000_000_000_000L),
                        Map.of(Currency.USD, cardWithoutCurrency()),
                        Map.of(),
                        Optional.of(new Cash()),
                        OptionalLong.of(7),
                        OptionalInt.empty(),
                        OptionalDouble.empty()));
    }

    @Test
    void shouldReadWhatWireWritesForBytesAndIds() {
        UUID id = new UUID(Long.MIN_VALUE, 77);
        byte[] blob = written(wire -> wire.write("bytes").bytes(new byte[] {9, 8, 7}));
        byte[] others =
                written(wire -> wire.write("id").uuid(id).write("decimal").text("1.50"));

        assertThat(Samples.decode(codec, new Blob(new byte[0]), blob)).isEqualTo(new Blob(new byte[] {9, 8, 7}));
        Others read = (Others) Samples.decode(codec, Samples.OTHERS, others);
        assertThat(read.id()).isEqualTo(id);
        assertThat(read.decimal()).isEqualTo(new BigDecimal("1.50"));
    }

    /** Numbers of every magnitude, both ways; Wire writes some whole numbers as fractions. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldAgreeWithWireOnNumbers(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 2_000; round++) {
            long whole = random.nextLong() >> random.nextInt(64);
            double real = random.nextBoolean()
                    ? random.nextInt(2_000_000) / 100.0
                    : Double.longBitsToDouble(random.nextLong());
            String facts = "seed=" + seed + ", round=" + round + ", whole=" + whole + ", real=" + real;

            byte[] wholeByWire = written(wire -> wire.getValueOut().int64(whole));
            byte[] realByWire = written(wire -> wire.getValueOut().float64(real));

            assertThat(wireOf(whole).getValueIn().int64()).as(facts).isEqualTo(whole);
            assertThat(Double.valueOf(wireOf(real).getValueIn().float64()))
                    .as(facts)
                    .isEqualTo(Double.valueOf(real));
            assertThat(Samples.decode(codec, whole, wholeByWire)).as(facts).isEqualTo(whole);
            assertThat(Samples.decode(codec, real, realByWire)).as(facts).isEqualTo(real);
        }
    }

    /** Texts of any UTF-16 units, both ways. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldAgreeWithWireOnTexts(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 1_000; round++) {
            StringBuilder text = new StringBuilder();
            int bound = new int[] {0x80, 0x800, 0x10000}[random.nextInt(3)];
            for (int i = random.nextInt(50); i > 0; i--) {
                text.append((char) random.nextInt(bound));
            }
            String value = text.toString();

            byte[] byWire = written(wire -> wire.getValueOut().text(value));

            assertThat(wireOf(value).getValueIn().text())
                    .as("seed=%d, round=%d", seed, round)
                    .isEqualTo(value);
            assertThat(Samples.encode(codec, value))
                    .as("seed=%d, round=%d", seed, round)
                    .isEqualTo(byWire);
            assertThat(Samples.decode(codec, value, byWire))
                    .as("seed=%d, round=%d", seed, round)
                    .isEqualTo(value);
        }
    }

    /** Wire writes the largest long as the float 2⁶³, which no long can be. */
    @Test
    void shouldRefuseTheOneNumberThatWireRounds() {
        byte[] rounded = written(wire -> wire.getValueOut().int64(Long.MAX_VALUE));

        assertThatThrownBy(() -> codec.decode(new StoredType("long", 1), Samples.payload(rounded)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("value=9.223372");
    }

    private static Card cardWithoutCurrency() {
        return (Card) RecordCodec.of(Card.class)
                .decode(new StoredType("card", 1), Samples.payload(Samples.bytes("c5 6c61737434 e1 31")));
    }

    private static void readEntries(ValueIn map, Consumer<WireIn> entry) {
        map.applyToMarshallable(in -> {
            while (!in.isEmpty()) {
                entry.accept(in);
            }
            return null;
        });
    }

    private Wire wireOf(Object value) {
        return WireType.BINARY_LIGHT.apply(Bytes.wrapForRead(ByteBuffer.wrap(Samples.encode(codec, value))));
    }

    private static byte[] written(Consumer<Wire> writer) {
        Bytes<byte[]> bytes = Bytes.allocateElasticOnHeap();
        Wire wire = WireType.BINARY_LIGHT.apply(bytes);
        writer.accept(wire);
        return bytes.toByteArray();
    }
}
