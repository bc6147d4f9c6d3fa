package io.stele.codec;

/** Text that is safe to show: in JSON, in a message, in a terminal. */
final class Json {

    private static final int SHOWN_LENGTH_MAX = 80;

    private Json() {}

    /** Appends a quoted JSON string. */
    static void append(StringBuilder out, String text) {
        out.append('"');
        if (isPlain(text)) {
            out.append(text);
        } else {
            text.codePoints().forEach(point -> appendEscaped(out, point));
        }
        out.append('"');
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    /** Returns the inside of a JSON string. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(point -> appendEscaped(out, point));
        return out.toString();
    }

    /** Returns the inside of a JSON string, cut after some characters, for messages. */
    static String shown(String text) {
        return text.length() <= SHOWN_LENGTH_MAX
                ? escape(text)
                : escape(text.substring(0, SHOWN_LENGTH_MAX)) + "… (" + text.length() + " characters)";
    }

    private static void appendEscaped(StringBuilder out, int point) {
        switch (point) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (isUnsafe(point)) {
                    appendUnits(out, Character.toString(point));
                } else {
                    out.appendCodePoint(point);
                }
            }
        }
    }

    /** What a terminal acts on, what breaks lines, what turns the direction of the text around, and half pairs. */
    private static boolean isUnsafe(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    private static void appendUnits(StringBuilder out, String units) {
        for (int i = 0; i < units.length(); i++) {
            out.append("\\u").append(Integer.toHexString(0x10000 | units.charAt(i)), 1, 5);
        }
    }
}
