package io.stele.benchmarks;

/**
 * A target and what was measured for it. The median of the rounds decides.
 *
 * @param what the quantity, such as {@code "time / raw Chronicle"}
 * @param unit of limit and measured values; {@code "×"} for ratios
 */
record Check(String what, Bound bound, double limit, String unit, Spread measured) {

    /** On which side of the limit the measured value must lie. */
    enum Bound {
        AT_MOST("≤"),
        AT_LEAST("≥");

        final String sign;

        Bound(String sign) {
            this.sign = sign;
        }
    }

    static Check atMost(String what, double limit, String unit, Spread measured) {
        return new Check(what, Bound.AT_MOST, limit, unit, measured);
    }

    static Check atLeast(String what, double limit, String unit, Spread measured) {
        return new Check(what, Bound.AT_LEAST, limit, unit, measured);
    }

    boolean isPassed() {
        return bound == Bound.AT_MOST ? measured.median() <= limit : measured.median() >= limit;
    }
}
