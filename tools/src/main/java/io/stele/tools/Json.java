package io.stele.tools;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, text, numbers, booleans and null as indented JSON. Pure functions. */
final class Json {
    private static final int ONE_LINE = Integer.MIN_VALUE;

    private Json() {}

    /**
     * JSON that is written already.
     *
     * @param text valid JSON
     */
    record Raw(String text) {}

    static String write(@Nullable Object value) {
        StringBuilder target = new StringBuilder();
        append(target, value, 0);
        return target.toString();
    }

    /** Returns {@code value} in one line, without blanks. */
    static String line(@Nullable Object value) {
        StringBuilder target = new StringBuilder();
        append(target, value, ONE_LINE);
        return target.toString();
    }

    private static void append(StringBuilder target, @Nullable Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            appendMap(target, map, depth);
        } else if (value instanceof List<?> list) {
            appendList(target, list, depth);
        } else if (value instanceof Raw raw) {
            appendRaw(target, raw.text);
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            target.append(value);
        } else {
            appendText(target, value.toString());
        }
    }

    private static void appendMap(StringBuilder target, Map<?, ?> map, int depth) {
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            target.append(separator);
            newLine(target, depth + 1);
            appendText(target, String.valueOf(entry.getKey()));
            target.append(depth < 0 ? ":" : ": ");
            append(target, entry.getValue(), depth + 1);
            separator = ",";
        }
        if (map.isEmpty()) {
            target.append("{}");
            return;
        }
        newLine(target, depth);
        target.append('}');
    }

    private static void appendList(StringBuilder target, List<?> list, int depth) {
        String separator = "[";
        for (Object element : list) {
            target.append(separator);
            newLine(target, depth + 1);
            append(target, element, depth + 1);
            separator = ",";
        }
        if (list.isEmpty()) {
            target.append("[]");
            return;
        }
        newLine(target, depth);
        target.append(']');
    }

    private static void newLine(StringBuilder target, int depth) {
        if (depth >= 0) {
            target.append('\n').append("  ".repeat(depth));
        }
    }

    private static void appendText(StringBuilder target, String text) {
        target.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                target.append('\\').append(c);
            } else if (SafeText.isPair(text, i)) {
                target.append(c).append(text.charAt(++i));
            } else {
                appendSafe(target, c);
            }
        }
        target.append('"');
    }

    /** Outside its texts JSON has blanks and line breaks only, so whatever is unsafe stands in a text and may be escaped. */
    private static void appendRaw(StringBuilder target, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (SafeText.isPair(text, i)) {
                target.append(text.charAt(i)).append(text.charAt(++i));
            } else {
                appendSafe(target, text.charAt(i));
            }
        }
    }

    private static void appendSafe(StringBuilder target, char c) {
        if (SafeText.isUnsafe(c)) {
            SafeText.appendEscaped(target, c);
        } else {
            target.append(c);
        }
    }
}
