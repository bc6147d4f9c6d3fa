package io.stele.tools;

/** Shares as people write them. Pure functions. */
final class Shares {
    private static final double MAX = 100;

    private Shares() {}

    /** Reads {@code 1%}, {@code 0.5%} or {@code 10}: percent above 0, at most 100. */
    static double parse(String text) {
        String digits = text.endsWith("%") ? text.substring(0, text.length() - 1) : text;
        double value = digits.matches("\\d{1,3}(\\.\\d{1,9})?") ? Double.parseDouble(digits) : 0;
        if (value <= 0 || value > MAX) {
            throw new CommandFailure(
                    ErrorCode.WRONG_USAGE,
                    "share is out of range: value=" + SafeText.of(text) + ", above 0% and at most 100%, such as 1%");
        }
        return value;
    }
}
