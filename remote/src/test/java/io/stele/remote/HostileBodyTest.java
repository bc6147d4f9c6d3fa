package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that nobody of ours wrote: a message or a refusal, little memory, no class loaded, no other buffer touched. */
final class HostileBodyTest {

    private final MessageCodec codec = Wire.codec();
    private final PeerSchema self = Wire.self(codec);

    /** Classes and exceptions of a first refusal cost memory once. */
    @BeforeEach
    void refuseOnce() {
        SplittableRandom random = new SplittableRandom(0);
        byte[] body = new byte[40];
        for (int round = 0; round < 2_000; round++) {
            random.nextBytes(body);
            body[0] = (byte) random.nextInt(4);
            body[1] = (byte) random.nextInt(80);
            outcome(Unpooled.wrappedBuffer(body), "warm-up");
            outcome(Unpooled.directBuffer().writeBytes(body), "warm-up");
        }
    }

    /** The frames that kill plain Kryo, behind each form, and sizes of 2³¹ behind each number of a class. */
    @Test
    void shouldRefuseTheFramesThatKillKryo() {
        HexFormat hex = HexFormat.of();
        for (String frame : List.of("0cffffffffa7", "0cffffffff07", "01ffffffff0f", "0b80808080080000", "ffffffff0f")) {
            for (int form = 0; form < 256; form++) {
                byte[] body = hex.parseHex(hex.toHexDigits((byte) form) + frame);
                assertBounded(body, "form=" + form + ", frame=" + frame);
            }
        }
        for (int number = 0; number < 128; number++) {
            for (String size : List.of("ffffffff07", "feffffff0f", "ffffff7f", "80808008")) {
                byte[] body = hex.parseHex("01" + hex.toHexDigits((byte) number) + size + "01020304");
                assertBounded(body, "number=" + number + ", size=" + size);
            }
        }
    }

    @Test
    void shouldRefuseNestedListsOfAnyDepth() {
        byte[] lists = new byte[40_000];
        lists[0] = BodyForm.NUMBERED;
        for (int i = 1; i + 1 < lists.length; i += 2) {
            lists[i] = 56;
            lists[i + 1] = 1;
        }

        assertThatThrownBy(() -> codec.decode(Unpooled.wrappedBuffer(lists), lists.length, self))
                .isInstanceOf(MessageRefusedException.class)
                .hasMessageContaining("depth");
    }

    /** A JVM of its own says which classes it loaded while bodies named one that is on its class path. */
    @Test
    void shouldLoadNoClassByItsName(@TempDir Path directory) throws Exception {
        Path log = directory.resolve("classes.log");
        Process probe = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:file=" + log,
                        "-cp",
                        System.getProperty("java.class.path"),
                        NameProbe.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start();

        assertThat(probe.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(Files.readString(directory.resolve("out"))).contains("refused=6");
        assertThat(Files.readString(log)).contains(NameProbe.CONTROL).doesNotContain(NameProbe.NAMED);
    }

    /** Decodes bodies that name a class, and then loads another one by its name, which the log must show. */
    static final class NameProbe {
        static final String NAMED = "io.stele.remote.HostileBodyTest$NeverLoaded";
        static final String CONTROL = "io.stele.remote.HostileBodyTest$LoadedLast";

        public static void main(String[] arguments) throws ClassNotFoundException {
            MessageCodec codec = Wire.codec();
            int refused = 0;
            for (int prefix = 0; prefix < 6; prefix++) {
                ByteBuf body = Unpooled.buffer().writeByte(prefix < 4 ? prefix : BodyForm.NUMBERED);
                if (prefix >= 4) {
                    body.writeByte(prefix - 3);
                }
                body.writeByte(NAMED.length()).writeBytes(NAMED.getBytes(StandardCharsets.ISO_8859_1));
                body.writeShort(1).writeByte(0);
                try {
                    codec.decode(body, body.readableBytes(), Wire.self(codec));
                } catch (MessageRefusedException e) {
                    refused++;
                }
            }
            System.out.println("refused=" + refused + ", control=" + Class.forName(CONTROL));
        }
    }

    static final class NeverLoaded {}

    static final class LoadedLast {}

    @Test
    void shouldRefuseBombs() {
        byte[] zeros = new byte[64 << 20];
        byte[] packed = new byte[1 << 20];
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(zeros);
        deflater.finish();
        int packedBytes = deflater.deflate(packed);
        deflater.end();
        for (int claimed : List.of(64 << 20, 1 << 20, packedBytes * 100, packedBytes, 1, -1, 0, Integer.MAX_VALUE)) {
            ByteBuf body = Unpooled.buffer()
                    .writeByte(BodyForm.PACKED)
                    .writeInt(claimed)
                    .writeBytes(packed, 0, packedBytes);

            long before = allocated();
            assertThatThrownBy(() -> codec.decode(body, body.readableBytes(), self))
                    .as("claimed=%d", claimed)
                    .isInstanceOf(MessageRefusedException.class);
            assertThat(allocated() - before).as("claimed=%d", claimed).isLessThan(4 << 20);
        }
    }

    @Test
    void shouldRefuseWhatIsPackedTwice() {
        byte[] inner = new byte[2_000];
        inner[0] = BodyForm.PACKED;
        byte[] packed = new byte[2_000];
        Deflater deflater = new Deflater(1, true);
        deflater.setInput(inner);
        deflater.finish();
        int packedBytes = deflater.deflate(packed);
        deflater.end();
        ByteBuf body = Unpooled.buffer()
                .writeByte(BodyForm.PACKED)
                .writeInt(packedBytes * 90)
                .writeBytes(packed, 0, packedBytes);
        int claim = Math.min(2_000, packedBytes * 90);
        body.setInt(1, claim);

        assertThatThrownBy(() -> codec.decode(body, body.readableBytes(), self))
                .isInstanceOf(MessageRefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveRandomBytes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 5_000; round++) {
            byte[] body = new byte[1 + random.nextInt(64)];
            random.nextBytes(body);
            body[0] = (byte) random.nextInt(4);
            if (body.length > 1 && random.nextBoolean()) {
                body[1] = (byte) (1 + random.nextInt(80));
            }
            assertBounded(body, "seed=" + seed + ", round=" + round);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveChangedMessages(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> bodies = MessageCodecTest.messages()
                .map(message -> Wire.bytes(codec, message))
                .toList();
        for (int round = 0; round < 4_000; round++) {
            byte[] body = bodies.get(random.nextInt(bodies.size())).clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) == 0) {
                body = java.util.Arrays.copyOf(body, 1 + random.nextInt(body.length));
            }
            assertBounded(body, "seed=" + seed + ", round=" + round);
        }
    }

    /** What comes out once can be sent again. */
    private void assertBounded(byte[] body, String what) {
        ByteBuf direct =
                PooledByteBufAllocator.DEFAULT.directBuffer(body.length).writeBytes(body);
        ByteBuf heap = Unpooled.wrappedBuffer(new byte[3 + body.length + 3]);
        heap.setBytes(3, body).setIndex(3, 3 + body.length);
        long before = allocated();
        String fromDirect = outcome(direct, what);
        String fromHeap = outcome(heap, what);
        long bytes = allocated() - before;

        assertThat(fromHeap).as(what).isEqualTo(fromDirect);
        assertThat(bytes).as("bytes allocated, %s", what).isLessThan(256L * 1024 + 512L * body.length);
        byte[] after = new byte[body.length];
        heap.getBytes(3, after);
        assertThat(after).as("the body is left as it was, %s", what).isEqualTo(body);
        for (int i : new int[] {0, 1, 2, 3 + body.length, 4 + body.length, 5 + body.length}) {
            assertThat(heap.array()[i]).as("a byte of the neighbour, %s", what).isZero();
        }
        direct.release();
    }

    private String outcome(ByteBuf body, String what) {
        try {
            Object message = codec.decode(body, body.readableBytes(), self);
            return "message " + message.getClass().getName();
        } catch (MessageRefusedException e) {
            return "refused";
        } catch (Throwable e) {
            throw new AssertionError(what, e);
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldSurviveHostileTables(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuf good = Unpooled.buffer();
        codec.local().writeTo(good);
        for (int round = 0; round < 2_000; round++) {
            ByteBuf table = good.copy();
            for (int i = random.nextInt(4); i >= 0; i--) {
                table.setByte(random.nextInt(table.writerIndex()), random.nextInt(256));
            }
            table.writerIndex(random.nextInt(3) == 0 ? random.nextInt(table.writerIndex()) : table.writerIndex());
            try {
                codec.negotiate(SchemaTable.readFrom(table));
            } catch (MessageRefusedException expected) {
                assertThat(expected).hasMessageStartingWith("table of message types cannot be read");
            }
        }
    }

    @Test
    void shouldRefuseATableThatIsTooLong() {
        ByteBuf table = Unpooled.buffer().writeShort(0xFFFF).writeZero(100);

        assertThatThrownBy(() -> SchemaTable.readFrom(table)).isInstanceOf(MessageRefusedException.class);
    }
}
