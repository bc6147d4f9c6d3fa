package io.stele.tools;

import io.stele.tools.GlobalOptions.Format;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a report that is a run of rows, as they come, in the form that was asked for.
 *
 * <pre>
 *   json    {"schema":"stele.ls/1", facts, "rows":[ {…}, {…} ]}
 *   jsonl   {…}
 *           {…}
 *   plain   value&lt;TAB&gt;value        one row per line, in the order of the columns, without a header
 *   table   a table; columns are as wide as the first rows need
 * </pre>
 *
 * <p>Confined to one thread. Memory for some hundred rows, however many there are.
 */
final class RowWriter implements AutoCloseable {
    private static final int BATCH_ROWS = 256;

    private final GlobalOptions options;
    private final Format format;
    private final List<Column> columns;
    private final List<Map<String, Object>> batch = new ArrayList<>();
    private final PrintStream out;
    private int[] widths = new int[0];
    private boolean headed;
    private long rowCount;

    /**
     * One column.
     *
     * @param key in machine-readable forms
     * @param title in tables; empty to leave it out there
     * @param align how it stands
     * @param shown makes text for people of the value
     */
    record Column(String key, String title, Align align, Shown shown) {
        static Column text(String key, String title) {
            return new Column(key, title, Align.LEFT, RowWriter::plain);
        }

        static Column flexible(String key, String title) {
            return new Column(key, title, Align.FLEXIBLE, RowWriter::plain);
        }

        static Column count(String key, String title) {
            return new Column(
                    key,
                    title,
                    Align.RIGHT,
                    value -> value instanceof Number n ? Units.count(n.longValue()) : plain(value));
        }

        static Column bytes(String key, String title) {
            return new Column(
                    key,
                    title,
                    Align.RIGHT,
                    value -> value instanceof Number n ? Units.bytes(n.longValue()) : plain(value));
        }

        /** A value that stands in machine-readable forms alone. */
        static Column hidden(String key) {
            return new Column(key, "", Align.LEFT, RowWriter::plain);
        }
    }

    /** How a column stands in a table. */
    enum Align {
        LEFT,
        RIGHT,
        FLEXIBLE
    }

    /** Makes text of a value. */
    @FunctionalInterface
    interface Shown {
        String of(@Nullable Object value);
    }

    /** Begins. {@code facts} stand in front of the rows of the JSON form. */
    RowWriter(GlobalOptions options, String schema, Map<String, ?> facts, List<Column> columns) {
        this.options = options;
        this.columns = columns;
        this.format = options.format();
        this.out = options.console().out();
        if (format == Format.JSON) {
            Map<String, Object> head = new LinkedHashMap<>();
            head.put("schema", schema);
            head.putAll(facts);
            String text = Json.line(head);
            out.print(text.substring(0, text.length() - 1) + ",\"rows\":[");
        }
    }

    static String plain(@Nullable Object value) {
        return value == null ? "" : value instanceof Json.Raw raw ? raw.text() : value.toString();
    }

    long rowCount() {
        return rowCount;
    }

    /** Writes one row: values in the order of the columns. */
    void row(@Nullable Object... values) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            row.put(columns.get(i).key, values[i]);
        }
        switch (format) {
            case JSON -> out.print((rowCount == 0 ? "\n" : ",\n") + Json.line(row));
            case JSONL -> out.print(Json.line(row) + "\n");
            case PLAIN -> out.print(plainLine(values));
            case TABLE -> {
                batch.add(row);
                if (batch.size() == BATCH_ROWS) {
                    drawBatch();
                }
            }
        }
        rowCount++;
    }

    private String plainLine(@Nullable Object[] values) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            line.append(i == 0 ? "" : "\t").append(SafeText.of(plain(values[i])));
        }
        return line.append('\n').toString();
    }

    /** Brings out what was written so far, for somebody who follows. */
    void flush() {
        drawBatch();
        out.flush();
    }

    private void drawBatch() {
        if (batch.isEmpty()) {
            return;
        }
        Table table = new Table().widthsAtLeast(widths);
        List<Column> shown =
                columns.stream().filter(column -> !column.title.isEmpty()).toList();
        for (Column column : shown) {
            switch (column.align) {
                case LEFT -> table.left(column.title);
                case RIGHT -> table.right(column.title);
                case FLEXIBLE -> table.flexible(column.title);
            }
        }
        for (Map<String, Object> row : batch) {
            table.row(shown.stream()
                    .map(column -> column.shown.of(row.get(column.key)))
                    .toArray());
        }
        batch.clear();
        List<String> lines = table.lines(options.outScreen());
        lines.subList(headed ? 1 : 0, lines.size()).forEach(out::println);
        widths = table.widths();
        headed = true;
    }

    /** Writes what is left. */
    @Override
    public void close() {
        drawBatch();
        if (format == Format.JSON) {
            out.print(rowCount == 0 ? "]}\n" : "\n]}\n");
        }
        out.flush();
    }
}
