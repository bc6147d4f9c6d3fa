package io.stele.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may name an actor, and which slice it falls into, for ever. */
final class PersistenceIdTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bank-account/42",
                "a/b",
                "a/ ",
                "order/2026-11-22/7",
                "order//",
                "x/...",
                "x/a..b/.hidden/..c",
                "user/größe 日本語 😀",
                "x/\u2028"
            })
    void shouldReadBackTheStoredForm(String encoded) {
        PersistenceId id = PersistenceId.parse(encoded);

        assertThat(id.encoded()).isEqualTo(encoded).isEqualTo(id.toString());
        assertThat(new String(id.encodedBytes(), StandardCharsets.UTF_8)).isEqualTo(encoded);
        assertThat(new PersistenceId(id.entityType(), id.entityId()))
                .isEqualTo(id)
                .hasSameHashCodeAs(id);
    }

    @Test
    void shouldSplitAtTheFirstSlash() {
        PersistenceId id = PersistenceId.parse("order/2026/7");

        assertThat(id.entityType()).isEqualTo("order");
        assertThat(id.entityId()).isEqualTo("2026/7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "1a", "-a", "a_b", "a b", "a.b", "ä", "a/b", "..", "a\0", "aB"})
    void shouldRefuseEntityTypes(String entityType) {
        assertThatThrownBy(() -> new PersistenceId(entityType, "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("entity type must be 1 to 64");
    }

    @Test
    void shouldTakeEntityTypesOf64CharactersButNotOf65() {
        String longest = "a".repeat(64);

        assertThat(new PersistenceId(longest, "1").entityType()).isEqualTo(longest);
        assertThatThrownBy(() -> new PersistenceId(longest + "a", "1")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "../..", "a/../b", "a/.", "./a", "..//", "a//.."})
    void shouldRefuseRelativePathParts(String entityId) {
        assertThatThrownBy(() -> new PersistenceId("x", entityId))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("relative path part");
        assertThatThrownBy(() -> PersistenceId.parse("x/" + entityId)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSayWhereTheRelativePartStands() {
        assertThatThrownBy(() -> new PersistenceId("x", "a.b/..c/.."))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("index=8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no-slash", "/", "/a", "a/", "../..", "../../etc/passwd", "/../a"})
    void shouldRefuseToParse(String encoded) {
        assertThatThrownBy(() -> PersistenceId.parse(encoded)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(chars = {0, '\n', '\r', '\t', 0x1b, 0x7f, 0x85, 0x9f})
    void shouldRefuseControlCharacters(char control) {
        assertThatThrownBy(() -> new PersistenceId("x", "ab" + control))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("index=2")
                .hasMessageContaining(String.format("\\u%04x", (int) control))
                .hasMessageNotContaining(String.valueOf(control));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude00", "a\ud83d", "\ud83db", "\ude00\ud83d", "\ud83d\ud83d\ude00"})
    void shouldRefuseHalfPairs(String entityId) {
        assertThatThrownBy(() -> new PersistenceId("x", entityId))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("half a surrogate pair");
    }

    @Test
    void shouldTake255BytesButNot256() {
        assertThat(new PersistenceId("x", "a".repeat(253)).encodedBytes()).hasSize(PersistenceId.LENGTH_BYTES_MAX);
        assertThat(new PersistenceId("x", "ä".repeat(126) + "a").encodedBytes()).hasSize(255);
        for (String tooLong : new String[] {"a".repeat(254), "ä".repeat(127), "a".repeat(10_000)}) {
            assertThatThrownBy(() -> new PersistenceId("x", tooLong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("too long")
                    .hasMessageContaining("lengthBytesMax=255");
        }
    }

    @Test
    void shouldShowLittleOfWhatItRefuses() {
        assertThatThrownBy(() -> PersistenceId.parse("\u202e\u2028".repeat(5_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(10000 characters)")
                .hasMessageNotContaining("\u202e")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(700));
    }

    /** These are on people's disks. */
    @ParameterizedTest
    @CsvSource({
        "bank-account/42, 239",
        "bank-account/1, 22",
        "bank-account/2, 994",
        "a/b, 163",
        "a/0, 647",
        "order/2026-11-22/7, 154",
        "order//, 202",
        "user/größe, 1",
        "user/日本語, 488",
        "user/😀, 310",
        "x1-y2/  spaced  id, 613",
        "device/550e8400-e29b-41d4-a716-446655440000, 589",
        "cart/a@b.example, 803",
        "cart/a:b, 530",
        "cart/A, 686",
        "cart/.hidden, 503",
        "cart/..., 598",
        "z/-1, 1002",
        "z/9223372036854775807, 411"
    })
    void shouldKeepEveryIdInItsSlice(String encoded, int slice) {
        assertThat(PersistenceId.parse(encoded).slice()).isEqualTo(slice);
    }

    @Test
    void shouldKeepLongIdsInTheirSlice() {
        assertThat(new PersistenceId("sensor", "0".repeat(100)).slice()).isEqualTo(542);
    }

    /** 100 ids per slice on average; chance alone would put 68 to 132 into nearly all. */
    @ParameterizedTest
    @ValueSource(strings = {"bank-account", "a", "order-2026"})
    void shouldSpreadSequentialIdsOverAllSlices(String entityType) {
        int[] counts = new int[PersistenceId.SLICE_COUNT];

        for (int i = 0; i < 100 * PersistenceId.SLICE_COUNT; i++) {
            counts[new PersistenceId(entityType, Integer.toString(i)).slice()]++;
        }

        assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(60);
        assertThat(Arrays.stream(counts).max().orElseThrow()).isLessThan(140);
    }
}
