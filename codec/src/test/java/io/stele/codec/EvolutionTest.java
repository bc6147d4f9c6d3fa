package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import io.stele.spi.UnknownTypeException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Writes with one version of a record and reads with the next. */
final class EvolutionTest {

    @StoredName("moved")
    record Moved1(int amount, String from, float rate, List<Leg> legs, Kind kind) {}

    record Leg(int number, @Nullable String note) {}

    enum Kind {
        SLOW,
        FAST
    }

    private final RecordCodec writer = RecordCodec.of(Moved1.class);
    private final Moved1 moved = new Moved1(70_000, "a", 0.5f, List.of(new Leg(1, "n"), new Leg(2, null)), Kind.FAST);
    private final byte[] bytes = Samples.encode(writer, moved);

    @Test
    void shouldWidenAddRemoveAndReorder() {
        @StoredName("moved")
        record Moved2(
                Optional<String> reason,
                double rate,
                Set<String> labels,
                Map<String, String> more,
                @Nullable Long limit,
                long amount,
                boolean flag) {}

        assertThat(decode(Moved2.class))
                .isEqualTo(new Moved2(Optional.empty(), 0.5, Set.of(), Map.of(), null, 70_000L, false));
    }

    @Test
    void shouldReadFormerNamesOfComponents() {
        @StoredName("moved")
        record Moved3(
                @FormerName({"value", "amount"}) long cents,
                @FormerName("from") String source,
                List<Leg> legs) {}

        assertThat(decode(Moved3.class)).isEqualTo(new Moved3(70_000, "a", moved.legs()));
    }

    @Test
    void shouldReadFormerNamesOfTypes() {
        @StoredName("transferred")
        @FormerName({"sent", "moved"})
        record Transferred(int amount) {}

        assertThat(decode(Transferred.class)).isEqualTo(new Transferred(70_000));
        assertThat(RecordCodec.of(Transferred.class).typeOf(new Transferred(1)).name())
                .isEqualTo("transferred");
    }

    enum NewKind {
        @FormerName("SLOW")
        LAZY,
        @FormerName("FAST")
        QUICK
    }

    @Test
    void shouldReadFormerNamesOfConstants() {
        @StoredName("moved")
        record Moved4(NewKind kind) {}

        assertThat(decode(Moved4.class)).isEqualTo(new Moved4(NewKind.QUICK));
    }

    enum LesserKind {
        SLOW
    }

    @Test
    void shouldNameAConstantThatIsUnknown() {
        @StoredName("moved")
        record Moved5(LesserKind kind) {}

        assertThatThrownBy(() -> decode(Moved5.class))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("type=moved")
                .hasMessageContaining("component=kind")
                .hasMessageContaining("constant=FAST");
    }

    @Test
    void shouldRefuseToCutAValue() {
        @StoredName("moved")
        record Moved6(short amount) {}

        assertThatThrownBy(() -> decode(Moved6.class))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("type=moved")
                .hasMessageContaining("component=amount")
                .hasMessageContaining("value=70000")
                .hasMessageContaining("javaType=short");
    }

    @StoredName("leg")
    record SmallLeg(byte number, int note) {}

    @Test
    void shouldNameThePathToWhatDoesNotFit() {
        @StoredName("moved")
        record Moved7(List<SmallLeg> legs) {}

        assertThatThrownBy(() -> decode(Moved7.class))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("component=legs.note")
                .hasMessageContaining("found something other than a whole number");
    }

    @Test
    void shouldRefuseNullForAPrimitive() {
        record Boxed(@Nullable Integer number) {}
        @StoredName("boxed")
        record Unboxed(int number) {}
        byte[] stored = Samples.encode(RecordCodec.of(Boxed.class), new Boxed(null));

        assertThatThrownBy(
                        () -> RecordCodec.of(Unboxed.class).decode(new StoredType("boxed", 1), Samples.payload(stored)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("component=number");
    }

    @Test
    void shouldNeverReadWholeNumbersThatADoubleCannotHold() {
        record Whole(long value) {}
        @StoredName("whole")
        record Fraction(double value) {}
        RecordCodec wholes = RecordCodec.of(Whole.class);
        RecordCodec fractions = RecordCodec.of(Fraction.class);
        StoredType type = new StoredType("whole", 1);
        long exact = 1L << 53;

        assertThat(fractions.decode(type, Samples.payload(Samples.encode(wholes, new Whole(exact)))))
                .isEqualTo(new Fraction(exact));
        for (long inexact : new long[] {exact + 1, Long.MAX_VALUE}) {
            byte[] stored = Samples.encode(wholes, new Whole(inexact));
            assertThatThrownBy(() -> fractions.decode(type, Samples.payload(stored)))
                    .isInstanceOf(PayloadCodecException.class)
                    .hasMessageContaining("value=" + inexact);
        }
    }

    @StoredName("moved")
    record Moved8(String from, String to) {
        Moved8 {
            if (to == null) {
                throw new IllegalArgumentException("to must be given");
            }
        }
    }

    @Test
    void shouldSayWhatTheConstructorRefused() {
        assertThatThrownBy(() -> decode(Moved8.class))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("record=moved")
                .hasMessageContaining("Moved8")
                .hasMessageContaining("to must be given")
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @StoredName(value = "moved", version = 3)
    record Moved9(int amount) {}

    @Test
    void shouldRefuseVersionsThatNoClassIsOf() {
        RecordCodec codec = RecordCodec.of(Moved9.class);

        assertThat(codec.typeOf(new Moved9(1))).isEqualTo(new StoredType("moved", 3));
        assertThat(codec.decode(new StoredType("moved", 3), Samples.payload(bytes)))
                .isEqualTo(new Moved9(70_000));
        assertThatThrownBy(() -> codec.decode(new StoredType("moved", 4), Samples.payload(bytes)))
                .isInstanceOf(UnknownTypeException.class)
                .hasMessageContaining("newer version")
                .hasMessageContaining("version=4")
                .hasMessageContaining("versionMax=3");
        assertThatThrownBy(() -> codec.decode(new StoredType("moved", 2), Samples.payload(bytes)))
                .as("a version is raised because a component means something else: never guess")
                .isInstanceOf(UnknownTypeException.class)
                .hasMessageContaining("upcaster")
                .hasMessageContaining("version=2");
        assertThatThrownBy(() -> codec.decode(new StoredType("gone", 1), Samples.payload(bytes)))
                .isInstanceOf(UnknownTypeException.class)
                .hasMessageContaining("register its class")
                .hasMessageContaining("type=gone");
    }

    @Test
    void shouldReadEachVersionWithTheClassOfThatVersion() {
        RecordCodec codec = RecordCodec.of(Moved9.class, Moved1.class);

        assertThat(codec.decode(new StoredType("moved", 1), Samples.payload(bytes)))
                .isEqualTo(moved);
        assertThat(codec.decode(new StoredType("moved", 3), Samples.payload(bytes)))
                .isEqualTo(new Moved9(70_000));
        assertThat(codec.typeOf(moved)).isEqualTo(new StoredType("moved", 1));
        byte[] inAList = Samples.encode(codec, List.of(new Moved9(5)));
        assertThat(codec.decode(new StoredType("list", 1), Samples.payload(inAList)))
                .isEqualTo(List.of(new Moved9(5)));
        assertThatThrownBy(() -> Samples.encode(codec, List.of(moved)))
                .as("inside of a value there is no version, so only the highest may stand there")
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("earlier version")
                .hasMessageContaining(Moved1.class.getName());
    }

    @Test
    void shouldRefuseTwoClassesOfOneName() {
        @StoredName("leg")
        record OtherLeg(int other) {}
        @StoredName("instant")
        record Moment(long at) {}

        assertThatThrownBy(() -> RecordCodec.of(Leg.class, OtherLeg.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name=leg")
                .hasMessageContaining(Leg.class.getName())
                .hasMessageContaining(OtherLeg.class.getName());
        assertThatThrownBy(() -> RecordCodec.of(Moment.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.time.Instant");
        assertThatThrownBy(() -> writer.typeOf(new OtherLeg(1)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("name=leg");
    }

    @Test
    void shouldRefuseTwoComponentsOfOneName() {
        record Twice(int a, @FormerName("a") int b) {}

        assertThatThrownBy(() -> RecordCodec.of(Twice.class))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("name=a");
        byte[] doubled = Samples.bytes("c6616d6f756e74 01 c6616d6f756e74 02");
        assertThatThrownBy(() -> writer.decode(new StoredType("moved", 1), Samples.payload(doubled)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("twice");
    }

    @Test
    void shouldPassOverUnknownFieldsOfEveryKind() {
        @StoredName("containers")
        record Little(int absent) {}

        for (Object sample : ChronicleWireTest.records()) {
            byte[] stored = Samples.encode(Samples.codec(), sample);
            assertThat(RecordCodec.of(Little.class).decode(new StoredType("containers", 1), Samples.payload(stored)))
                    .as("sample=%s", sample)
                    .isEqualTo(new Little(0));
        }
    }

    private <T extends Record> Object decode(Class<T> type) {
        return RecordCodec.of(type).decode(new StoredType("moved", 1), ByteBuffer.wrap(bytes));
    }
}
