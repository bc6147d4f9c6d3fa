package io.stele.tools;

import java.util.List;

/**
 * What the place can show that the output goes to.
 *
 * @param columns its width, at least 40
 * @param colour whether colours may be used
 * @param unicode whether characters beyond ASCII can be shown
 */
record Screen(int columns, boolean colour, boolean unicode) {
    private static final String[] EIGHTHS = {"▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    private static final String SPARKS = "▁▂▃▄▅▆▇█";
    private static final String SPARKS_ASCII = "_.-=+*#@";

    Screen {
        columns = Math.max(40, columns);
    }

    String paint(Paint paint, String text) {
        return !colour || paint == Paint.NONE || text.isEmpty()
                ? text
                : "\u001b[" + paint.code + "m" + text + "\u001b[0m";
    }

    /** Returns a mark for "checked and right". */
    String tick() {
        return unicode ? "✔" : "ok";
    }

    /** Returns a mark for "checked and wrong". */
    String cross() {
        return unicode ? "✘" : "NOT OK";
    }

    /** Returns what stands for text that was cut off. */
    String ellipsis() {
        return unicode ? "…" : "...";
    }

    /** Returns what stands between facts in one line. */
    String dot() {
        return unicode ? " · " : ", ";
    }

    /** Draws a bar of {@code width} columns, filled to {@code fraction}, 0 to 1. */
    String bar(double fraction, int width) {
        double filled = Math.max(0, Math.min(1, fraction)) * width;
        int full = (int) filled;
        if (!unicode) {
            return "#".repeat(full) + ".".repeat(width - full);
        }
        String rest = "░".repeat(width - full);
        return paint(Paint.ACCENT, "█".repeat(full)) + paint(Paint.DIM, rest);
    }

    /** Draws a bar without a background, in eighths of a column, at most {@code width} columns. */
    String length(double fraction, int width) {
        double filled = Math.max(0, Math.min(1, fraction)) * width;
        int full = (int) filled;
        if (!unicode) {
            return "#".repeat(filled > 0 ? Math.max(1, full) : 0);
        }
        int eighths = (int) Math.round((filled - full) * 8);
        String last = eighths == 8 ? "█" : eighths == 0 ? "" : EIGHTHS[eighths - 1];
        return "█".repeat(full) + last;
    }

    /** Draws one column per value, scaled to the largest. */
    String sparkline(List<Long> values) {
        String levels = unicode ? SPARKS : SPARKS_ASCII;
        long max = values.stream().mapToLong(Long::longValue).max().orElse(0);
        StringBuilder line = new StringBuilder();
        for (long value : values) {
            int level = max == 0 ? 0 : (int) Math.round((double) value / max * (levels.length() - 1));
            line.append(levels.charAt(level));
        }
        return line.toString();
    }
}
