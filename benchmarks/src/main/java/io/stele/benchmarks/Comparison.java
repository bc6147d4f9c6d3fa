package io.stele.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Several sides measured in alternating rounds, so that whatever slows the machine down slows all of them: A B A B …
 *
 * <p>Ratios are formed within a round.
 */
record Comparison(List<Round> rounds, int roundsSetAside) {

    /** All sides, once. */
    record Round(List<Sample> samples, double foreignCpuPct) {}

    /** Returns a quantity of one side. */
    Spread spread(int side, ToDoubleFunction<Sample> quantity) {
        return over(round -> quantity.applyAsDouble(round.samples().get(side)));
    }

    /** Returns a quantity of one side, divided by that of another one in the same round. */
    Spread ratio(int side, int toSide, ToDoubleFunction<Sample> quantity) {
        return over(round -> quantity.applyAsDouble(round.samples().get(side))
                / quantity.applyAsDouble(round.samples().get(toSide)));
    }

    /** Returns a quantity of one side, less that of another one in the same round. */
    Spread difference(int side, int lessSide, ToDoubleFunction<Sample> quantity) {
        return over(round -> quantity.applyAsDouble(round.samples().get(side))
                - quantity.applyAsDouble(round.samples().get(lessSide)));
    }

    Figure figure(int side, String name) {
        return figure(side, name, "ns/op", Sample::nsPerOp);
    }

    Figure figure(int side, String name, String unit, ToDoubleFunction<Sample> quantity) {
        return new Figure(
                name,
                unit,
                spread(side, quantity),
                merged(side, Sample::latencyNs),
                spread(side, Sample::allocatedBytesPerOp).median());
    }

    /** Returns a figure of latencies alone, such as those from the intended start. */
    Figure responseFigure(int side, String name) {
        Histogram merged = merged(side, Sample::responseNs);
        if (merged == null) {
            throw new IllegalArgumentException("side was not paced: side=" + side);
        }
        return new Figure(name, "ns mean", Spread.of(merged.getMean()), merged, Double.NaN);
    }

    RowReport report(List<Check> checks, List<Figure> figures) {
        return new RowReport(checks, figures, over(Round::foreignCpuPct), roundsSetAside);
    }

    private Spread over(ToDoubleFunction<Round> quantity) {
        return Spread.of(rounds.stream().mapToDouble(quantity).toArray());
    }

    private @Nullable Histogram merged(int side, HistogramOf of) {
        Histogram merged = Loop.newHistogram();
        for (Round round : rounds) {
            Histogram histogram = of.histogram(round.samples().get(side));
            if (histogram != null) {
                merged.add(histogram);
            }
        }
        return merged.getTotalCount() == 0 ? null : merged;
    }

    @FunctionalInterface
    private interface HistogramOf {
        @Nullable Histogram histogram(Sample sample);
    }
}
