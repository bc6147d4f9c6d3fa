package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.codec.Samples.Deposited;
import io.stele.spi.PayloadCodecException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON that is written at once must be the JSON of the values in between, and refuse what they refuse. */
final class PayloadJsonTest {
    private static final int MUTATIONS = 4_000;

    private final RecordCodec codec = Samples.codec();
    private final PayloadJson json = new PayloadJson();

    @Test
    void shouldWriteWhatTheValuesWouldHave() {
        for (Object value : Samples.all()) {
            byte[] bytes = Samples.encode(codec, value);

            json.write(Samples.payload(bytes));

            assertThat(written()).as("value=%s", value).isEqualTo(slow(bytes));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldAgreeWithTheValuesOnDamagedBytes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Object[] values = Samples.all().toArray();
        for (int round = 0; round < MUTATIONS; round++) {
            byte[] bytes = Samples.encode(codec, values[random.nextInt(values.length)]);
            for (int change = random.nextInt(3); change >= 0 && bytes.length > 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            String expected = slow(bytes);
            String facts = "seed=" + seed + ", round=" + round;

            if (expected == null) {
                assertThatThrownBy(() -> json.write(Samples.payload(bytes)))
                        .as(facts)
                        .isInstanceOf(PayloadCodecException.class);
            } else {
                json.write(Samples.payload(bytes));
                assertThat(written()).as(facts).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "a\"b\\c", "tab\t", "größe", "\u001b[31m", "\ud83d\ude00", "\ud83d", "\u202e"})
    void shouldWriteTextsOfAnyKind(String text) {
        byte[] bytes = Samples.encode(codec, new Deposited(-1, text, Long.MIN_VALUE));

        json.write(Samples.payload(bytes));

        assertThat(written()).isEqualTo(slow(bytes));
    }

    @Test
    void shouldReadOneFieldAndPassOverTheOthers() {
        byte[] bytes = Samples.encode(codec, new Deposited(500, "ref", -1));

        assertThat(PayloadValue.readField(Samples.payload(bytes), "balance")).isEqualTo(new PayloadValue.Whole(-1));
        assertThat(PayloadValue.readField(Samples.payload(bytes), "reference")).isEqualTo(new PayloadValue.Text("ref"));
        assertThat(PayloadValue.readField(Samples.payload(bytes), "absent")).isNull();
        assertThat(PayloadValue.readField(Samples.payload(Samples.encode(codec, 5)), "absent"))
                .isNull();
    }

    private String written() {
        return new String(json.bytes(), 0, json.length(), StandardCharsets.UTF_8);
    }

    private static @Nullable String slow(byte[] bytes) {
        try {
            return new String(
                    PayloadValue.read(Samples.payload(bytes)).toJson().getBytes(StandardCharsets.UTF_8),
                    StandardCharsets.UTF_8);
        } catch (PayloadCodecException e) {
            return null;
        }
    }
}
