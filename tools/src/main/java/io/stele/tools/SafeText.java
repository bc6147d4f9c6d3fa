package io.stele.tools;

/** Text from files and users, made harmless for a terminal. Pure functions. */
final class SafeText {
    private SafeText() {}

    /**
     * Writes everything that a terminal could act on, or that reorders what stands beside it, as {@code \\uXXXX}. What comes out is
     * one line of printable characters.
     */
    static String of(String text) {
        StringBuilder shown = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isPair(text, i)) {
                i++;
            } else if (isUnsafe(c)) {
                shown = new StringBuilder(text.length() + 16).append(text, 0, i);
                break;
            }
        }
        return shown == null ? text : escapeFrom(text, shown);
    }

    /** Whether {@code c}, which is not half of a pair, must not reach a terminal. */
    static boolean isUnsafe(char c) {
        if (c >= ' ' && c < 0x7f) {
            return false;
        }
        int type = Character.getType(c);
        return Character.isISOControl(c)
                || Character.isSurrogate(c)
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.UNASSIGNED
                || type == Character.PRIVATE_USE;
    }

    /** Whether a surrogate pair of a printable character starts at {@code index}. */
    static boolean isPair(String text, int index) {
        if (index + 1 >= text.length() || !Character.isSurrogatePair(text.charAt(index), text.charAt(index + 1))) {
            return false;
        }
        int type = Character.getType(text.codePointAt(index));
        return type != Character.FORMAT && type != Character.UNASSIGNED && type != Character.PRIVATE_USE;
    }

    /** How many columns of a terminal {@code text} takes. */
    static int columns(String text) {
        return text.codePoints().map(SafeText::columns).sum();
    }

    /** Cuts {@code text} to at most {@code columnsMax} columns, ending in {@code mark} where something is missing. */
    static String cut(String text, int columnsMax, String mark) {
        if (columns(text) <= columnsMax) {
            return text;
        }
        int room = columnsMax - columns(mark);
        int end = 0;
        while (end < text.length() && room >= columns(text.codePointAt(end))) {
            room -= columns(text.codePointAt(end));
            end += Character.charCount(text.codePointAt(end));
        }
        return text.substring(0, end) + mark;
    }

    static void appendEscaped(StringBuilder target, char c) {
        target.append(String.format("\\u%04x", (int) c));
    }

    private static String escapeFrom(String text, StringBuilder shown) {
        for (int i = shown.length(); i < text.length(); i++) {
            char c = text.charAt(i);
            if (isPair(text, i)) {
                shown.append(c).append(text.charAt(++i));
            } else if (isUnsafe(c)) {
                appendEscaped(shown, c);
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    private static int columns(int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        boolean wide = (codePoint >= 0x1100 && codePoint <= 0x115f)
                || (codePoint >= 0x2e80 && codePoint <= 0xa4cf)
                || (codePoint >= 0xac00 && codePoint <= 0xd7a3)
                || (codePoint >= 0xf900 && codePoint <= 0xfaff)
                || (codePoint >= 0xfe30 && codePoint <= 0xfe6f)
                || (codePoint >= 0xff00 && codePoint <= 0xff60)
                || (codePoint >= 0xffe0 && codePoint <= 0xffe6)
                || (codePoint >= 0x1f300 && codePoint <= 0x1faff)
                || (codePoint >= 0x20000 && codePoint <= 0x3fffd);
        return wide ? 2 : 1;
    }
}
