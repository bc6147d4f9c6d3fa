package io.stele.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON: objects as maps in their order, arrays as lists, whole numbers as {@code Long}, others as {@code Double}. Confined to
 * one thread.
 */
final class JsonReader {
    private static final int DEPTH_MAX = 100;

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /**
     * Reads one value.
     *
     * @throws IllegalArgumentException if {@code text} is no JSON
     */
    static @Nullable Object read(String text) {
        JsonReader reader = new JsonReader(text);
        Object value = reader.value(0);
        reader.skipBlanks();
        if (reader.at != text.length()) {
            throw reader.wrong("more than one value");
        }
        return value;
    }

    /** Returns the values of all leaves by their path, such as {@code by.last4} and {@code items[2]}. */
    static Map<String, String> leaves(@Nullable Object value) {
        Map<String, String> found = new LinkedHashMap<>();
        addLeaves(found, "", value);
        return found;
    }

    private static void addLeaves(Map<String, String> found, String path, @Nullable Object value) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            map.forEach((key, nested) -> addLeaves(found, path.isEmpty() ? key.toString() : path + "." + key, nested));
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            for (int i = 0; i < list.size(); i++) {
                addLeaves(found, path + "[" + i + "]", list.get(i));
            }
        } else {
            found.put(path, Json.line(value));
        }
    }

    private @Nullable Object value(int depth) {
        if (depth > DEPTH_MAX) {
            throw wrong("nested too deep");
        }
        skipBlanks();
        char c = peek();
        if (c == '{') {
            return object(depth);
        }
        if (c == '[') {
            return array(depth);
        }
        return c == '"' ? string() : literal();
    }

    private Map<String, @Nullable Object> object(int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        at++;
        skipBlanks();
        while (peek() != '}') {
            skipBlanks();
            String key = string();
            skipBlanks();
            require(':');
            map.put(key, value(depth + 1));
            skipBlanks();
            if (peek() != '}') {
                require(',');
                skipBlanks();
            }
        }
        at++;
        return map;
    }

    private List<@Nullable Object> array(int depth) {
        List<@Nullable Object> list = new ArrayList<>();
        at++;
        skipBlanks();
        while (peek() != ']') {
            list.add(value(depth + 1));
            skipBlanks();
            if (peek() != ']') {
                require(',');
            }
        }
        at++;
        return list;
    }

    private String string() {
        require('"');
        int end = at;
        while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\\') {
            end++;
        }
        if (end < text.length() && text.charAt(end) == '"') {
            String plain = text.substring(at, end);
            at = end + 1;
            return plain;
        }
        StringBuilder value = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            value.append(c == '\\' ? escaped() : c);
        }
        at++;
        return value.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> unicode();
            default -> c;
        };
    }

    private char unicode() {
        if (at + 4 > text.length()) {
            throw wrong("text ends inside an escape");
        }
        try {
            char c = (char) Integer.parseInt(text.substring(at, at + 4), 16);
            at += 4;
            return c;
        } catch (NumberFormatException e) {
            throw wrong("escape is none");
        }
    }

    private @Nullable Object literal() {
        int end = at;
        while (end < text.length() && ",]} \t\r\n".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        String word = text.substring(at, end);
        at = end;
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> null;
            default -> number(word);
        };
    }

    private Object number(String word) {
        try {
            return word.matches("-?\\d+") ? (Object) Long.parseLong(word) : (Object) Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw wrong("neither a number nor a word of JSON");
        }
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("text ends too early");
        }
        return text.charAt(at);
    }

    private void require(char c) {
        if (peek() != c) {
            throw wrong("expected " + c);
        }
        at++;
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("text is no JSON: " + what + ", column=" + (at + 1));
    }
}
