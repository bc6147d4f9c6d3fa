package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.codec.Samples.Card;
import io.stele.codec.Samples.Cash;
import io.stele.codec.Samples.Currency;
import io.stele.codec.Samples.Deposited;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes and fingerprints as they were when the format was fixed. A change here is a change to what is on people's disks. */
final class GoldenTest {

    private final RecordCodec codec = Samples.codec();

    record Golden(Object value, String hex) {}

    static List<Golden> goldens() {
        return List.of(
                new Golden(
                        new Deposited(500, "ref-1", -1),
                        "c6616d6f756e74a2f401c97265666572656e6365e57265662d31c762616c616e6365a4ff"),
                new Golden(
                        Samples.PRIMITIVES,
                        "c4666c6167b1c162a480c173a2ff7fc163e2c3a4c169a690eefeffc16ca70000000000000080c166900000c03f"
                                + "c164910000000000000080c474657874ed68c3a96c6c6f20eda0bdedb880"),
                new Golden(
                        Samples.TIMES,
                        "c7696e7374616e74fe323032362d31312d32325431303a31353a33302e3132333435363738395ac464617465b3"
                                + "0a323032362d31312d3232c86461746554696d65b41d323032362d31312d32325431303a31353a33302e303030"
                                + "303030303035c474696d65b20532333a3539c86475726174696f6eef50542d342e39393939393939393353c57a"
                                + "6f6e6564b525323032362d31302d32355430323a33302b30313a30305b4575726f70652f4265726c696e5dc66f"
                                + "6666736574f6323032362d30312d30315430303a30302d30383a3030"),
                new Golden(
                        Samples.CONTAINERS,
                        "c46c6973748005e17abbe161c37365748008e3555344e3455552c6627954657874800abde76772c3b6c39f6505"
                                + "ca6279436f6e7374616e74801fbde35553448018c56c61737434e430303030c863757272656e6379e3555344c6"
                                + "6e6573746564800bbd09800201bbbda4ff8000c56d65616e73b604636173688000c26f6ca7ffffffffffffff7f"
                                + "c26f69bbc26f64919a9999999999b93f"),
                new Golden(
                        Samples.OTHERS,
                        "c7646563696d616ce82d31322e33343030c7696e7465676572b83e2d3136303639333830343432353839393032"
                                + "3735353431393632303932333431313632363032353232323032393933373832373932383335333031333736c2"
                                + "6964a00100000000000000feffffffffffffffc863757272656e6379e3555344c56d65616e73b6046361726480"
                                + "18c56c61737434e431323334c863757272656e6379e3455552c3616e79b6046c697374805de178b603696e7405"
                                + "06910000000000001c40b1a003000000000000000400000000000000b60a6c6f63616c2d64617465b30a313937"
                                + "302d30312d3031b604636173688000b60863757272656e6379e3455552b6086f7074696f6e616cbb"),
                new Golden(42L, "2a"),
                new Golden(-1, "a4ff"),
                new Golden(255L, "a1ff"),
                new Golden(40_000L, "a2409c"),
                new Golden(-40_000L, "a6c063ffff"),
                new Golden(4_000_000_000L, "a300286bee"),
                new Golden(Long.MAX_VALUE, "a7ffffffffffffff7f"),
                new Golden(1.0, "91000000000000f03f"),
                new Golden("é😀", "e8c3a9eda0bdedb880"),
                new Golden("x".repeat(130), "b88201" + "78".repeat(130)),
                new Golden(Currency.USD, "e3555344"),
                new Golden(new UUID(1, 2), "a001000000000000000200000000000000"),
                new Golden(List.of(), "8000"),
                new Golden(List.of("y".repeat(300)), "812f01b8ac02" + "79".repeat(300)),
                new Golden(Optional.empty(), "bb"),
                new Golden(Map.of("k", 1), "8009bde16bb603696e7401"),
                new Golden(new Cash(), ""),
                new Golden(new Card("12", Currency.EUR), "c56c61737434e23132c863757272656e6379e3455552"));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void shouldWriteAndReadTheSameBytesForEver(Golden golden) {
        byte[] expected = HexFormat.of().parseHex(golden.hex());

        assertThat(HexFormat.of().formatHex(Samples.encode(codec, golden.value())))
                .isEqualTo(golden.hex());
        assertThat(Samples.decode(codec, golden.value(), expected)).isEqualTo(golden.value());
    }

    @Test
    void shouldFingerprintSchemasTheSameForEver() {
        assertThat(codec.fingerprint(Deposited.class)).isEqualTo(0xdaeb9fa22c9dc4beL);
        assertThat(codec.fingerprint(Samples.Containers.class)).isEqualTo(0xb6e59a0af8f9d617L);
        assertThat(codec.fingerprint(Samples.Node.class)).isEqualTo(0xfb7e3e2ac7427826L);
        assertThat(codec.fingerprint(Samples.Means.class)).isEqualTo(0xb7390122b2cdc94L);
        assertThat(codec.fingerprint(long.class))
                .isEqualTo(codec.fingerprint(Long.class))
                .isEqualTo(0xfc66f021c67d064cL);
    }

    @Test
    void shouldFingerprintDifferentSchemasDifferently() {
        @StoredName("deposited")
        record Renamed(long amount, String ref, long balance) {}
        @StoredName("deposited")
        record Widened(double amount, String reference, long balance) {}
        @StoredName("deposited")
        record Same(long amount, String reference, long balance) {}

        long fingerprint = codec.fingerprint(Deposited.class);

        assertThat(RecordCodec.of(Renamed.class).fingerprint(Renamed.class)).isNotEqualTo(fingerprint);
        assertThat(RecordCodec.of(Widened.class).fingerprint(Widened.class)).isNotEqualTo(fingerprint);
        assertThat(RecordCodec.of(Same.class).fingerprint(Same.class)).isEqualTo(fingerprint);
    }
}
