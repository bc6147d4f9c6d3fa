package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.codec.Samples.Card;
import io.stele.codec.Samples.Containers;
import io.stele.codec.Samples.Currency;
import io.stele.codec.Samples.Deposited;
import io.stele.codec.Samples.Node;
import io.stele.codec.Samples.Page;
import io.stele.codec.Samples.Primitives;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written comes back, and what cannot be written or read is refused in one sentence. */
final class RecordCodecTest {

    private final RecordCodec codec = Samples.codec();

    static List<Object> samples() {
        return Samples.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldReadBackWhatItWrote(Object value) {
        byte[] bytes = Samples.encode(codec, value);

        assertThat(Samples.decode(codec, value, bytes)).isEqualTo(value).hasSameHashCodeAs(value);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldWriteLittleEndianIntoAnyBuffer(Object value) {
        byte[] expected = Samples.encode(codec, value);
        ByteBuffer target = ByteBuffer.allocateDirect(expected.length + 3).order(ByteOrder.BIG_ENDIAN);
        target.position(3);

        codec.encode(value, target);

        assertThat(target.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        assertThat(target.hasRemaining()).isFalse();
        ByteBuffer payload = target.position(3).slice().asReadOnlyBuffer();
        assertThat(codec.decode(codec.typeOf(value), payload)).isEqualTo(value);
        assertThat(payload.position()).isZero();
        byte[] written = new byte[expected.length];
        payload.get(written);
        assertThat(written).isEqualTo(expected);
    }

    /** Cuts the room short at every length. */
    @ParameterizedTest
    @MethodSource("samples")
    void shouldSayWhenThereIsTooLittleRoom(Object value) {
        int lengthBytes = Samples.encode(codec, value).length;
        for (int room = 0; room < lengthBytes; room++) {
            ByteBuffer target = ByteBuffer.allocate(room + 2).position(2);

            assertThatThrownBy(() -> codec.encode(value, target))
                    .as("value=%s, room=%d, lengthBytes=%d", value, room, lengthBytes)
                    .isInstanceOf(BufferOverflowException.class);

            assertThat(target.position()).isEqualTo(2);
            assertThat(target.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        }
    }

    @Test
    void shouldNameTypesInKebabCase() {
        assertThat(codec.typeOf(new Deposited(1, "", 1))).isEqualTo(new StoredType("deposited", 1));
        assertThat(codec.typeOf(Currency.USD)).isEqualTo(new StoredType("currency", 1));
        assertThat(codec.typeOf(5L).name()).isEqualTo("long");
        assertThat(codec.typeOf(new ArrayList<>()).name()).isEqualTo("list");
        assertThat(codec.typeOf(new TreeMap<>()).name()).isEqualTo("map");
        assertThat(Registration.kebabCase("MoneyMoved")).isEqualTo("money-moved");
        assertThat(Registration.kebabCase("HTTPRequest2")).isEqualTo("http-request2");
        assertThat(Registration.kebabCase("V2Event_Old")).isEqualTo("v2-event-old");
    }

    @Test
    void shouldReadImmutableContainersInTheirOrder() {
        Containers read =
                (Containers) Samples.decode(codec, Samples.CONTAINERS, Samples.encode(codec, Samples.CONTAINERS));

        assertThat(read.set()).containsExactly(Currency.USD, Currency.EUR);
        assertThat(read.nested().keySet()).containsExactly(9, -1);
        assertThatThrownBy(() -> read.list().add("x")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> read.set().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> read.nested().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void shouldReadDefaultsForMissingComponents() {
        Primitives primitives = (Primitives) Samples.decode(codec, Samples.PRIMITIVES, new byte[0]);
        Containers containers = (Containers) Samples.decode(codec, Samples.CONTAINERS, new byte[0]);

        assertThat(primitives).isEqualTo(new Primitives(false, (byte) 0, (short) 0, '\0', 0, 0, 0, 0, null));
        assertThat(containers.list()).isEmpty();
        assertThat(containers.byText()).isEmpty();
        assertThat(containers.means()).isEmpty();
        assertThat(containers.ol()).isEmpty();
    }

    @Test
    void shouldNestAsDeepAsItSays() {
        Node node = nodes(64);

        assertThat(Samples.decode(codec, node, Samples.encode(codec, node))).isEqualTo(node);
    }

    @Test
    void shouldRefuseToWriteWhatItCouldNotRead() {
        Node tooDeep = nodes(66);

        assertThatThrownBy(() -> Samples.encode(codec, tooDeep))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("nested too deep")
                .hasMessageContaining("depthMax=64");
    }

    @Test
    @SuppressWarnings("NullableOptional") // what is to be refused
    void shouldRefuseNullOptionals() {
        record Holder(@Nullable Optional<String> maybe) {}

        assertThatThrownBy(() -> Samples.encode(codec, new Holder(null)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("component=maybe");
    }

    @Test
    void shouldRefuseClassesThatHaveNoStoredForm() {
        record Threads(List<Thread> threads) {}

        assertThatThrownBy(() -> codec.typeOf(new Object()))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("java.lang.Object");
        assertThatThrownBy(() -> RecordCodec.of(Threads.class))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("component=threads")
                .hasMessageContaining("java.lang.Thread");
    }

    @Test
    void shouldRegisterRecordsWhenItMeetsThem() {
        RecordCodec empty = RecordCodec.builder().build();
        Page<Object> page = new Page<>("a", List.of(new Card("1", Currency.EUR)));

        byte[] bytes = Samples.encode(empty, page);

        assertThat(Samples.decode(empty, page, bytes)).isEqualTo(page);
    }

    /** Many threads meet the same classes for the first time at once. */
    @Test
    void shouldRegisterOnceWhenManyThreadsMeetAClass() throws Exception {
        int threadCount = 8;
        for (int round = 0; round < 20; round++) {
            RecordCodec fresh = RecordCodec.builder().build();
            CyclicBarrier start = new CyclicBarrier(threadCount);
            ExecutorService threads = Executors.newFixedThreadPool(threadCount);
            try {
                List<Future<Boolean>> checks = new ArrayList<>();
                for (int i = 0; i < threadCount; i++) {
                    Object value = i % 2 == 0 ? Samples.CONTAINERS : Samples.OTHERS;
                    checks.add(threads.submit(() -> {
                        start.await();
                        return Samples.decode(fresh, value, Samples.encode(fresh, value))
                                .equals(value);
                    }));
                }
                for (Future<Boolean> check : checks) {
                    assertThat(check.get()).as("round=%d", round).isTrue();
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void shouldNameTheModuleThatKeepsItsRecordsClosed() throws Exception {
        Class<?> closed = Class.forName("sun.security.pkcs.SignerInfo$AlgorithmInfo");

        assertThatThrownBy(() -> RecordCodec.of(closed))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("opens sun.security.pkcs")
                .hasMessageContaining("module=java.base");
    }

    @Test
    void shouldNameWhatIsKnownWhenATypeIsNot() {
        assertThatThrownBy(() -> codec.decode(new StoredType("withdrawn", 1), ByteBuffer.allocate(0)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("type=withdrawn")
                .hasMessageContaining("deposited");
    }

    @Test
    void shouldRefuseAMapWhoseKeyStandsTwice() {
        byte[] twice = Samples.bytes("80 08 bd e1 61 01 bd e1 61 02");

        assertThatThrownBy(() -> codec.decode(new StoredType("map", 1), Samples.payload(twice)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("twice");
        assertThat(codec.decode(new StoredType("map", 1), Samples.payload(Samples.bytes("80 04 bd e1 61 01"))))
                .isEqualTo(Map.of("a", 1L));
    }

    private static Node nodes(int count) {
        Node node = new Node("last", null);
        for (int i = 1; i < count; i++) {
            node = new Node("n", node);
        }
        return node;
    }
}
