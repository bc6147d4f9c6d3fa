package io.stele.tools;

import java.util.ArrayList;
import java.util.List;

/**
 * A table for people: columns two blanks apart, numbers to the right, no frame. One column may give way where the screen is
 * narrow; its cells are cut.
 *
 * <p>Cells are made harmless here, so that nothing from a file reaches a terminal unescaped.
 */
final class Table {
    private static final String MARGIN = "  ";
    private static final int FLEXIBLE_COLUMNS_MIN = 8;

    private final List<Column> columns = new ArrayList<>();
    private final List<List<Cell>> rows = new ArrayList<>();
    private int[] widthsMin = new int[0];
    private int[] widthsShown = new int[0];

    private record Column(String name, boolean right, boolean flexible) {}

    /**
     * One cell.
     *
     * @param text as it is in the file; escaped when shown
     * @param paint what it means
     * @param isDrawing whether it comes from {@link Screen}, and is shown as it is
     */
    record Cell(String text, Paint paint, boolean isDrawing) {
        static Cell of(String text) {
            return new Cell(text, Paint.NONE, false);
        }

        static Cell of(Paint paint, String text) {
            return new Cell(text, paint, false);
        }

        static Cell drawing(Paint paint, String text) {
            return new Cell(text, paint, true);
        }
    }

    /** Adds a column of text. */
    Table left(String name) {
        columns.add(new Column(name, false, false));
        return this;
    }

    /** Adds a column of numbers. */
    Table right(String name) {
        columns.add(new Column(name, true, false));
        return this;
    }

    /** Adds the column of text that gives way. */
    Table flexible(String name) {
        columns.add(new Column(name, false, true));
        return this;
    }

    /** Adds a row: {@link Cell}s, or anything else as plain text. */
    Table row(Object... cells) {
        List<Cell> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell instanceof Cell known ? known : Cell.of(String.valueOf(cell)));
        }
        if (row.size() != columns.size()) {
            throw new IllegalArgumentException("row has " + row.size() + " cells, table has " + columns.size());
        }
        rows.add(row);
        return this;
    }

    /** Makes columns at least as wide as those of an earlier table. */
    Table widthsAtLeast(int[] widths) {
        widthsMin = widths;
        return this;
    }

    /** Returns how wide its columns were drawn. */
    int[] widths() {
        return widthsShown;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Returns its lines, the header first unless every column is unnamed. */
    List<String> lines(Screen screen) {
        int[] widths = widths(screen);
        widthsShown = widths;
        List<String> lines = new ArrayList<>();
        if (columns.stream().anyMatch(column -> !column.name.isEmpty())) {
            List<Cell> header = columns.stream()
                    .map(column -> Cell.of(Paint.DIM, column.name))
                    .toList();
            lines.add(line(screen, header, widths));
        }
        rows.forEach(row -> lines.add(line(screen, row, widths)));
        return lines;
    }

    private int[] widths(Screen screen) {
        int[] widths = new int[columns.size()];
        int total = 0;
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(SafeText.columns(columns.get(i).name), i < widthsMin.length ? widthsMin[i] : 0);
            for (List<Cell> row : rows) {
                widths[i] = Math.max(widths[i], SafeText.columns(shown(row.get(i))));
            }
            total += MARGIN.length() + widths[i];
        }
        for (int i = 0; i < widths.length; i++) {
            if (columns.get(i).flexible && total > screen.columns()) {
                widths[i] = Math.max(FLEXIBLE_COLUMNS_MIN, widths[i] - (total - screen.columns()));
            }
        }
        return widths;
    }

    private String line(Screen screen, List<Cell> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        int pending = 0;
        for (int i = 0; i < widths.length; i++) {
            Cell cell = row.get(i);
            String text = SafeText.cut(shown(cell), widths[i], screen.ellipsis());
            int blanks = widths[i] - SafeText.columns(text);
            boolean right = columns.get(i).right;
            pending += MARGIN.length() + (right ? blanks : 0);
            if (!text.isEmpty()) {
                line.append(" ".repeat(pending)).append(screen.paint(cell.paint, text));
                pending = 0;
            }
            pending += right ? 0 : blanks;
        }
        return line.toString();
    }

    private static String shown(Cell cell) {
        return cell.isDrawing ? cell.text : SafeText.of(cell.text);
    }
}
