package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Tables, line by line. */
class TableTest {

    @Test
    void shouldAlignColumns() {
        Table table = new Table().right("#").left("type").flexible("payload");
        table.row(1, "deposited", "{\"cents\":500}").row(1_000, "opened", "{}");

        assertThat(table.lines(Screens.NARROW))
                .containsExactly(
                        "     #  type       payload", //
                        "     1  deposited  {\"cents\":500}",
                        "  1000  opened     {}");
    }

    @Test
    void shouldCutTheFlexibleColumnToTheScreen() {
        Table table = new Table().right("#").flexible("payload").left("id");
        table.row(1, "x".repeat(200), "t1");

        assertThat(table.lines(Screens.NARROW))
                .allSatisfy(line -> assertThat(SafeText.columns(line)).isLessThanOrEqualTo(80));
        assertThat(table.lines(Screens.NARROW).get(1)).endsWith("x…  t1").hasSize(80);
    }

    @Test
    void shouldEscapeCells() {
        Table table = new Table().left("id");
        table.row("\u001b]0;owned\u0007");

        assertThat(table.lines(Screens.NARROW)).containsExactly("  id", "  \\u001b]0;owned\\u0007");
    }

    @Test
    void shouldPaintWithoutChangingTheLayout() {
        Screen coloured = new Screen(80, true, true);
        Table table = new Table().left("a").right("b");
        table.row(Table.Cell.of(Paint.GOOD, "x"), "1").row("long", "22");

        assertThat(table.lines(coloured).stream().map(line -> line.replaceAll("\u001b\\[[0-9]*m", "")))
                .containsExactlyElementsOf(table.lines(Screens.NARROW));
        assertThat(table.lines(coloured).get(1)).contains("\u001b[32mx\u001b[0m");
    }

    @Test
    void shouldNeedNoHeader() {
        Table table = new Table().left("").right("");
        table.row("accounts", "12");

        assertThat(table.lines(Screens.NARROW)).containsExactly("  accounts  12");
    }

    @Test
    void shouldRefuseARowOfAnotherLength() {
        Table table = new Table().left("a");

        assertThatThrownBy(() -> table.row("1", "2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("row has 2 cells, table has 1");
    }
}
