package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes are, reading them gives a value or one kind of exception, and takes no more memory than they justify. */
final class HostileBytesTest {

    private static final int ROUNDS_PER_SAMPLE = 120;

    private final RecordCodec codec = Samples.codec();

    static List<Object> samples() {
        return Samples.all();
    }

    /** Cuts every sample at every length. */
    @ParameterizedTest
    @MethodSource("samples")
    void shouldSurviveEveryTruncation(Object value) {
        byte[] bytes = Samples.encode(codec, value);
        StoredType type = codec.typeOf(value);
        for (int length = 0; length < bytes.length; length++) {
            survive(type, Arrays.copyOf(bytes, length), "value=" + value + ", length=" + length);
        }
        assertThat(codec.decode(type, Samples.payload(bytes))).isEqualTo(value);
    }

    /** Flips, sets, inserts, drops and repeats bytes of every sample. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldSurviveMutations(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Object> samples = Samples.all();
        int refused = 0;
        for (Object sample : samples) {
            byte[] original = Samples.encode(codec, sample);
            for (int round = 0; round < ROUNDS_PER_SAMPLE; round++) {
                byte[] bytes = original;
                for (int i = random.nextInt(1, 4); i > 0; i--) {
                    bytes = mutate(bytes, random);
                }
                Object like = random.nextInt(4) == 0 ? samples.get(random.nextInt(samples.size())) : sample;
                String facts = "seed=" + seed + ", round=" + round + ", bytes="
                        + HexFormat.of().formatHex(bytes);
                refused += survive(codec.typeOf(like), bytes, facts) ? 0 : 1;
            }
        }

        assertThat(refused)
                .as("seed=%d, of %d", seed, samples.size() * ROUNDS_PER_SAMPLE)
                .isPositive()
                .isLessThan(samples.size() * ROUNDS_PER_SAMPLE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveRandomBytes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Object> samples = Samples.all();
        int refused = 0;
        for (int round = 0; round < 6_000; round++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            String facts = "seed=" + seed + ", round=" + round + ", bytes="
                    + HexFormat.of().formatHex(bytes);
            Object like = samples.get(random.nextInt(samples.size()));
            refused += survive(codec.typeOf(like), bytes, facts) ? 0 : 1;
        }

        assertThat(refused).as("seed=%d", seed).isGreaterThan(3_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "82 ffffff7f", // a container of 2 GiB
                "82 ffffffff", // and of 4 GiB
                "82 ffffff7f 8a", // bytes
                "b8 ffffffff07", // a text of 2 GiB
                "b8 ffffffffffffffffff7f", // and of more than a long holds
                "b8 ffffffffffffffffffff7f",
                "b8 8000", // of −1
                "b7 ffffffff07 00", // a name
                "b6 ffffffff07 00", // a type
                "92 ffffffffffffffffffff", // a number that never ends
                "e2 c080", // NUL in two bytes
                "e2 c3", // half a character
                "e4 f4908080", // beyond Unicode
                "e1 ff"
            })
    void shouldCheckLengthsBeforeItTrustsThem(String hex) {
        byte[] bytes = Samples.bytes(hex);

        assertThatThrownBy(() -> PayloadValue.read(Samples.payload(bytes))).isInstanceOf(PayloadCodecException.class);
        for (Object like : Samples.all()) {
            survive(codec.typeOf(like), bytes, "hex=" + hex + ", like=" + like);
        }
    }

    @Test
    void shouldStopAtADepthInsteadOfOverflowingTheStack() {
        byte[] containers = new byte[6 * 20_000];
        for (int i = 0; i < 20_000; i++) {
            containers[6 * i] = (byte) WireCode.LENGTH32;
            int lengthBytes = containers.length - 6 * i - 5;
            for (int b = 0; b < 4; b++) {
                containers[6 * i + 1 + b] = (byte) (lengthBytes >> (8 * b));
            }
            containers[6 * i + 5] = 1;
        }
        byte[] prefixes = new byte[6 * 20_000];
        for (int i = 0; i < 20_000; i++) {
            System.arraycopy(Samples.bytes("b604 6c697374"), 0, prefixes, 6 * i, 6);
        }

        for (byte[] bytes : List.of(containers, prefixes)) {
            assertThatThrownBy(() -> PayloadValue.read(Samples.payload(bytes)))
                    .isInstanceOf(PayloadCodecException.class);
            survive(new StoredType("list", 1), bytes, "containers or prefixes");
        }
        assertThatThrownBy(() -> PayloadValue.read(Samples.payload(prefixes)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("nested too deep");
    }

    @Test
    void shouldRefuseNumbersThatTakeForEverToParse() {
        String digits = "9".repeat(ScalarShape.PARSED_LENGTH_MAX + 1);
        byte[] bytes = Samples.encode(codec, digits);

        assertThatThrownBy(() -> codec.decode(new StoredType("big-integer", 1), Samples.payload(bytes)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> Samples.encode(codec, new BigInteger(digits)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("too long");
    }

    /** Reads bytes both ways; returns whether the typed reading succeeded. */
    private boolean survive(StoredType type, byte[] bytes, String facts) {
        try {
            PayloadValue tree = PayloadValue.read(Samples.payload(bytes));
            assertThat(tree.toJson()).as(facts).isNotEmpty();
        } catch (PayloadCodecException e) {
            requireHonest(e, facts);
        }
        try {
            Object value = codec.decode(type, Samples.payload(bytes));
            assertThat(value).as(facts).isNotNull();
            return true;
        } catch (PayloadCodecException e) {
            requireHonest(e, facts);
            return false;
        }
    }

    /** A refusal is not a bug of ours in disguise. */
    private static void requireHonest(PayloadCodecException refusal, String facts) {
        @Nullable Throwable cause = refusal.getCause();
        assertThat(cause == null
                        || !(cause instanceof IndexOutOfBoundsException
                                || cause instanceof BufferUnderflowException
                                || cause instanceof NegativeArraySizeException
                                || cause instanceof ClassCastException
                                || cause instanceof NullPointerException))
                .as("%s, refusal=%s, cause=%s", facts, refusal.getMessage(), cause)
                .isTrue();
    }

    private static byte[] mutate(byte[] bytes, SplittableRandom random) {
        int length = bytes.length;
        if (length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(length);
        byte[] mutated = bytes.clone();
        switch (random.nextInt(6)) {
            case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> mutated[at] = (byte) random.nextInt();
            case 2 -> mutated[at] = (byte) (0x80 + random.nextInt(0x40));
            case 3 -> mutated = Arrays.copyOf(bytes, at);
            case 4 -> System.arraycopy(bytes, at, mutated, random.nextInt(at + 1), length - at);
            default -> {
                int count = random.nextInt(1, 9);
                mutated = Arrays.copyOf(bytes, length + count);
                System.arraycopy(bytes, at, mutated, at + count, length - at);
            }
        }
        return mutated;
    }
}
