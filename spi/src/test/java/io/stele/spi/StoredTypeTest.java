package io.stele.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stored name may be. */
final class StoredTypeTest {

    @Test
    void shouldShowTheVersionOnlyIfThereAreSeveral() {
        assertThat(new StoredType("deposited", 1)).hasToString("deposited");
        assertThat(new StoredType("deposited", 65_535)).hasToString("deposited#65535");
    }

    @Test
    void shouldCountBytesRatherThanCharacters() {
        assertThat(new StoredType("a".repeat(200), 1).name()).hasSize(200);
        assertThat(new StoredType("ä".repeat(100), 1).name()).hasSize(100);
        for (String tooLong : new String[] {"", "a".repeat(201), "ä".repeat(101), "日".repeat(67), "😀".repeat(51)}) {
            assertThatThrownBy(() -> new StoredType(tooLong, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 200 bytes");
        }
    }

    @Test
    void shouldRefuseWhatUtf8CannotHold() {
        assertThatThrownBy(() -> new StoredType("a\ud83d", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\\ud83d");
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 65_536, Integer.MAX_VALUE})
    void shouldRefuseVersions(int version) {
        assertThatThrownBy(() -> new StoredType("deposited", version))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name=deposited")
                .hasMessageContaining("version=" + version);
    }
}
