package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.stele.remote.Wire.Colour;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is sent arrives, whatever the buffers are made of. */
final class MessageCodecTest {

    private final MessageCodec codec = Wire.codec();
    private final PeerSchema self = Wire.self(codec);

    static Stream<Object> messages() {
        return Stream.of(
                new Wire.Primitives(Long.MIN_VALUE, Integer.MAX_VALUE, (short) -2, (byte) -1, 'é', true, -0.0, 1.5f),
                new Wire.Primitives(0, 0, (short) 0, (byte) 0, '\0', false, Double.NaN, Float.MIN_VALUE),
                new Wire.Times(
                        Instant.parse("2026-11-29T12:00:00.000000001Z"),
                        Duration.ofSeconds(-1, 5),
                        LocalDate.MIN,
                        LocalTime.MIDNIGHT,
                        Period.ofDays(3),
                        ZoneId.of("Europe/Berlin")),
                new Wire.Numbers(
                        new BigDecimal("1.10"),
                        BigInteger.ONE.shiftLeft(200),
                        new UUID(1, -1),
                        7L,
                        OptionalLong.of(-9),
                        OptionalInt.empty()),
                new Wire.Many(
                        List.of(new Wire.Circle(1), new Wire.Square(2, Colour.GREEN), new Wire.Nothing()),
                        Set.of("a"),
                        Map.of("k", List.of(1, 2)),
                        Optional.of(new Wire.Square(3, Colour.RED)),
                        List.of("x", 1L, Colour.GREEN, new Wire.Chain(1, null))),
                new Wire.Many(List.of(), Set.of(), Map.of(), Optional.empty(), null),
                new Wire.Chain(1, new Wire.Chain(2, new Wire.Chain(3, null))),
                new Wire.Ask("why?", new Wire.Ref("stele://node/user/a")),
                Colour.GREEN,
                "a text",
                "Ünï",
                "世界 \uD83D lone half",
                "x".repeat(10_000),
                42L,
                List.of(1, "two", Optional.of(3.0)));
    }

    static Stream<IntFunction<ByteBuf>> buffers() {
        return Stream.of(
                Unpooled::buffer,
                Unpooled::directBuffer,
                PooledByteBufAllocator.DEFAULT::heapBuffer,
                PooledByteBufAllocator.DEFAULT::directBuffer,
                ByteBufAllocator.DEFAULT::buffer,
                room -> Unpooled.buffer(room + 7).writeZero(7).readerIndex(7),
                room -> Unpooled.directBuffer(room + 7).writeZero(7).readerIndex(7));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldArriveAsItWasSent(Object message) {
        for (IntFunction<ByteBuf> maker : buffers().toList()) {
            ByteBuf buffer = maker.apply(1);

            Object arrived = Wire.roundTrip(codec, codec, message, buffer);

            assertThat(arrived).as("buffer=%s", buffer).isEqualTo(message);
            assertThat(buffer.isReadable()).isFalse();
            buffer.release();
        }
    }

    @Test
    void shouldKeepArraysAndNulls() {
        Wire.Texts sent = new Wire.Texts("t", null, new byte[] {1, -1}, new String[] {"a", null}, new long[] {1, -1});

        Wire.Texts arrived = (Wire.Texts) Wire.roundTrip(codec, codec, sent, Unpooled.buffer());

        assertThat(arrived.missing()).isNull();
        assertThat(arrived.bytes()).containsExactly(1, -1);
        assertThat(arrived.words()).containsExactly("a", null);
        assertThat(arrived.numbers()).containsExactly(1, -1);
    }

    @Test
    void shouldTakeAnyListAndSetAndMap() {
        assertThat(Wire.roundTrip(codec, codec, new CopyOnWriteArrayList<>(List.of(1)), Unpooled.buffer()))
                .isEqualTo(List.of(1));
        assertThat(Wire.roundTrip(codec, codec, new java.util.TreeMap<>(Map.of("a", 1)), Unpooled.buffer()))
                .isEqualTo(Map.of("a", 1));
    }

    /** The buffer grows wherever it is full, at every byte of a message. */
    @Test
    void shouldGrowTheBufferAnywhere() {
        Wire.Many message = new Wire.Many(
                List.of(new Wire.Circle(1), new Wire.Square(2, Colour.GREEN)),
                Set.of("世界"),
                Map.of("key", List.of(1_000_000, 2)),
                Optional.empty(),
                List.of("x".repeat(300), UUID.randomUUID(), Instant.now(), 1.5));
        for (int room = 0; room < 500; room++) {
            for (ByteBuf buffer : List.of(
                    PooledByteBufAllocator.DEFAULT.heapBuffer(room),
                    PooledByteBufAllocator.DEFAULT.directBuffer(room),
                    ByteBufAllocator.DEFAULT.directBuffer(room))) {
                buffer.writeZero(room / 2);
                buffer.readerIndex(room / 2);

                assertThat(Wire.roundTrip(codec, codec, message, buffer))
                        .as("room=%d", room)
                        .isEqualTo(message);
                buffer.release();
            }
        }
    }

    @Test
    void shouldNotWriteBehindTheEndOfABufferOfAPool() {
        ByteBuf mine = PooledByteBufAllocator.DEFAULT.heapBuffer(64, 64);
        ByteBuf neighbour = PooledByteBufAllocator.DEFAULT.heapBuffer(64, 64).writeZero(64);

        assertThatThrownBy(() -> codec.encode("x".repeat(100), self, mine)).isInstanceOf(MessageRefusedException.class);

        assertThat(mine.writerIndex()).isZero();
        byte[] after = new byte[64];
        neighbour.readBytes(after);
        assertThat(after).containsOnly(0);
        mine.release();
        neighbour.release();
    }

    @Test
    void shouldReadFromTheMiddleOfABuffer() {
        ByteBuf buffer = Unpooled.buffer().writeLong(1);
        codec.encode("first", self, buffer);
        int length = buffer.writerIndex() - 8;
        codec.encode("second", self, buffer);
        buffer.readerIndex(8);

        assertThat(codec.decode(buffer, length, self)).isEqualTo("first");
        assertThat(codec.decode(buffer, buffer.readableBytes(), self)).isEqualTo("second");
    }

    @Test
    void shouldRefuseWhatIsNotRegistered() {
        record Stranger(int number) {}
        ByteBuf buffer = Unpooled.buffer().writeLong(1);

        assertThatThrownBy(() -> codec.encode(new Stranger(1), self, buffer))
                .isInstanceOf(MessageRefusedException.class)
                .hasMessageContaining("not registered")
                .hasMessageContaining("Stranger");
        assertThatThrownBy(() -> codec.encode(List.of(new Stranger(1)), self, buffer))
                .isInstanceOf(MessageRefusedException.class)
                .hasMessageContaining("Stranger");
        assertThat(buffer.writerIndex()).isEqualTo(8);
    }

    @Test
    void shouldRefuseWhatIsTooLargeOrTooDeep() {
        ByteBuf buffer = Unpooled.buffer();
        Wire.Chain chain = new Wire.Chain(0, null);
        for (int i = 1; i < 100; i++) {
            chain = new Wire.Chain(i, chain);
        }
        Wire.Chain deep = chain;

        assertThatThrownBy(() -> codec.encode(new Wire.Payload(new byte[(1 << 20) + 1]), self, buffer))
                .isInstanceOf(MessageRefusedException.class)
                .hasMessageContaining("bodyBytesMax=1048576");
        assertThatThrownBy(() -> codec.encode(deep, self, buffer)).isInstanceOf(MessageRefusedException.class);
        assertThat(buffer.writerIndex()).isZero();
    }

    @Test
    void shouldRefuseAnAddressThatTheResolverRefuses() {
        ByteBuf buffer = Unpooled.buffer();

        codec.encode(new Wire.Ask("?", new Wire.Ref("http://elsewhere")), self, buffer);

        assertThatThrownBy(() -> codec.decode(buffer, buffer.readableBytes(), self))
                .isInstanceOf(MessageRefusedException.class)
                .hasMessageContaining("not an address");
    }

    @Test
    void shouldRefuseClassesThatCannotTravel() {
        assertThatThrownBy(() -> MessageCodec.of(List.of(Thread.class)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Thread");
    }

    @Test
    void shouldServeManyThreadsAtOnce() {
        List<Integer> failures = new ArrayList<>(Stream.iterate(0, i -> i + 1)
                .limit(2_000)
                .parallel()
                .filter(i -> {
                    Wire.Many message = new Wire.Many(
                            List.of(new Wire.Circle(i)), Set.of("" + i), Map.of(), Optional.empty(), (long) i);
                    return !message.equals(Wire.roundTrip(codec, codec, message, Unpooled.buffer()));
                })
                .toList());

        assertThat(failures).isEmpty();
    }

    @Test
    void shouldCompressWhatIsLargeAndWorthIt() {
        String verbose = "transfer from account 1 to account 2; ".repeat(2_000)
                + Arrays.toString(new java.util.SplittableRandom(1).ints(2_000).toArray());
        byte[] random = new byte[100_000];
        new java.util.Random(1).nextBytes(random);

        byte[] packed = Wire.bytes(codec, verbose);
        byte[] plain = Wire.bytes(codec, new Wire.Payload(random));

        assertThat(packed.length).isLessThan(verbose.length() / 2);
        assertThat(packed[0]).isEqualTo((byte) BodyForm.PACKED);
        assertThat(plain.length).isBetween(100_000, 100_010);
        assertThat(codec.decode(Unpooled.wrappedBuffer(packed), packed.length, self))
                .isEqualTo(verbose);
    }

    /** A message of zeros packs better than a peer would believe: it travels as it is. */
    @Test
    void shouldNotPackWhatThePeerWouldTakeForABomb() {
        byte[] zeros = Wire.bytes(codec, new Wire.Payload(new byte[500_000]));

        assertThat(zeros[0]).isEqualTo((byte) BodyForm.NUMBERED);
        assertThat(((Wire.Payload) codec.decode(Unpooled.wrappedBuffer(zeros), zeros.length, self)).bytes())
                .hasSize(500_000);
    }

    @Test
    void shouldEncodeAFannedOutMessageOnce() {
        KryoMessageCodec counting = (KryoMessageCodec) codec;
        EncodedMessage once = codec.encodeOnce(new Wire.Chain(1, null));
        List<byte[]> sent = new ArrayList<>();

        for (int i = 0; i < 1_000; i++) {
            ByteBuf buffer = Unpooled.buffer();
            once.writeTo(self, buffer);
            byte[] bytes = new byte[buffer.readableBytes()];
            buffer.readBytes(bytes);
            sent.add(bytes);
        }

        assertThat(counting.encodedCount()).isEqualTo(1);
        assertThat(sent).allSatisfy(bytes -> assertThat(bytes).isEqualTo(Wire.bytes(codec, new Wire.Chain(1, null))));
    }
}
