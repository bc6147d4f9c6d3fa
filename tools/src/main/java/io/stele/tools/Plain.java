package io.stele.tools;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes the same tree as {@link Json} as lines for {@code grep} and {@code cut}: a key, a tab, a value. Elements of a list of
 * objects stand in one line each.
 *
 * <pre>
 *   newest.type&lt;TAB&gt;deposited
 *   lanes&lt;TAB&gt;lane=0&lt;TAB&gt;segments=2
 * </pre>
 */
final class Plain {
    private Plain() {}

    static String write(Map<?, ?> tree) {
        StringBuilder target = new StringBuilder();
        append(target, "", tree);
        return target.toString();
    }

    private static void append(StringBuilder target, String key, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, nested) -> append(target, key.isEmpty() ? name.toString() : key + "." + name, nested));
        } else if (value instanceof List<?> list) {
            list.forEach(element -> line(target, key, element instanceof Map<?, ?> map ? facts(map) : shown(element)));
        } else {
            line(target, key, shown(value));
        }
    }

    private static void line(StringBuilder target, String key, String value) {
        target.append(SafeText.of(key)).append('\t').append(value).append('\n');
    }

    private static String facts(Map<?, ?> map) {
        return map.entrySet().stream()
                .map(entry -> SafeText.of(String.valueOf(entry.getKey())) + "=" + shown(entry.getValue()))
                .collect(Collectors.joining("\t"));
    }

    private static String shown(@Nullable Object value) {
        if (value instanceof Json.Raw raw) {
            return SafeText.of(raw.text());
        }
        return value == null ? "" : SafeText.of(value.toString());
    }
}
