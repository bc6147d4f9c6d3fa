package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.testkit.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that a terminal could act on gets through, and everything else does. */
class SafeTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"plain", "Łódź 漢字", "a 😀 b", "", "e\u0301"})
    void shouldLeavePrintableTextAlone(String text) {
        assertThat(SafeText.of(text)).isSameAs(text);
    }

    @Test
    @Fault("F34")
    void shouldEscapeWhatATerminalActsOn() {
        assertThat(SafeText.of("a\u001b[31mred\u0007\r\n\t\u007f\u009b2J"))
                .isEqualTo("a\\u001b[31mred\\u0007\\u000d\\u000a\\u0009\\u007f\\u009b2J");
    }

    @Test
    @Fault("F34")
    void shouldEscapeWhatReordersOrHidesText() {
        assertThat(SafeText.of("a\u202eb\u200bc\u2028d\ufeffe")).isEqualTo("a\\u202eb\\u200bc\\u2028d\\ufeffe");
    }

    @Test
    void shouldEscapeHalfAPair() {
        assertThat(SafeText.of("x\ud83dy\ude00")).isEqualTo("x\\ud83dy\\ude00");
    }

    @Test
    void shouldMeasureColumns() {
        assertThat(SafeText.columns("abc")).isEqualTo(3);
        assertThat(SafeText.columns("漢字")).isEqualTo(4);
        assertThat(SafeText.columns("e\u0301")).isEqualTo(1);
        assertThat(SafeText.columns("😀")).isEqualTo(2);
    }

    @Test
    void shouldCutByColumns() {
        assertThat(SafeText.cut("abcdef", 6, "…")).isEqualTo("abcdef");
        assertThat(SafeText.cut("abcdef", 5, "…")).isEqualTo("abcd…");
        assertThat(SafeText.cut("漢字漢字", 6, "…")).isEqualTo("漢字…");
    }
}
