package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shortcut around the formatter writes and reads what the formatter does. */
final class InstantTextTest {

    private final RecordCodec codec = RecordCodec.builder().build();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldWriteAndReadAsTheFormatterDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> units = List.of(1, 1_000, 1_000_000, 1_000_000_000);
        for (int round = 0; round < 5_000; round++) {
            long seconds = random.nextLong(-62_167_219_200L - 100_000, 253_402_300_800L + 100_000);
            int unit = units.get(random.nextInt(4));
            same(
                    Instant.ofEpochSecond(seconds, random.nextInt(1_000_000_000) / unit * (long) unit),
                    "seed=" + seed + ", round=" + round);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000-01-01T00:00:00Z",
                "-0001-12-31T23:59:59.999999999Z",
                "9999-12-31T23:59:59.999999999Z",
                "+10000-01-01T00:00:00Z",
                "1970-01-01T00:00:00Z",
                "1969-12-31T23:59:59.999Z",
                "2000-02-29T12:00:00.000001Z",
                "1900-03-01T00:00:00.100Z",
                "2100-02-28T23:59:59Z"
            })
    void shouldKnowTheEdges(String text) {
        same(Instant.parse(text), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-22T24:00:00Z",
                "2026-11-22T10:15:30.1Z",
                "2026-11-22T10:15:30.12345Z",
                "2026-11-22t10:15:30z",
                "2026-11-22T10:15:30+01:00"
            })
    void shouldReadOtherFormsAsTheParserDoes(String text) {
        Instant expected;
        try {
            expected = Instant.parse(text);
        } catch (DateTimeException e) {
            assertThatThrownBy(() -> InstantText.parse(text)).isInstanceOf(DateTimeException.class);
            return;
        }
        assertThat(InstantText.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-02-29T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-00-01T00:00:00Z",
                "2026-01-00T00:00:00Z",
                "2026-04-31T00:00:00Z",
                "2026-11-22T10:60:00Z",
                "2026-11-22T10:15:30.Zxx",
                "2026-11-22T10:15:3xZ",
                "x026-11-22T10:15:30Z",
                ""
            })
    void shouldRefuseWhatIsNoTime(String text) {
        assertThatThrownBy(() -> InstantText.parse(text)).isInstanceOf(DateTimeException.class);
        assertThatThrownBy(() -> Instant.parse(text)).isInstanceOf(DateTimeException.class);
    }

    private void same(Instant instant, String facts) {
        byte[] bytes = Samples.encode(codec, instant);

        assertThat(bytes).as(facts).isEqualTo(Samples.encode(codec, instant.toString()));
        assertThat(InstantText.parse(instant.toString())).as(facts).isEqualTo(instant);
        assertThat(Samples.decode(codec, instant, bytes)).as(facts).isEqualTo(instant);
    }
}
