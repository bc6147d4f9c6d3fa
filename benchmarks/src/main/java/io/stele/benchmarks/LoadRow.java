package io.stele.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One load, run by Stele and by whom it is compared with, each in JVMs of their own that take turns.
 *
 * @param key the load's name; see {@link io.stele.load.Load}
 * @param what it measures
 * @param pekkoLoad what Pekko runs: the same, or the same with another storage; null for nothing
 * @param raw whether a bare JCTools queue runs it too
 * @param pekkoFactor the target for our rate, as a multiple of Pekko's; 0 for none
 * @param bytesMax the target for bytes per operation; NaN for none
 */
record LoadRow(String key, String what, @Nullable String pekkoLoad, boolean raw, double pekkoFactor, double bytesMax)
        implements Row {
    private static final double RAW_FACTOR = 0.5;

    static LoadRow tell(String key, String what) {
        return new LoadRow(key, what, key, true, 3, 0);
    }

    /** Accounts that come back beside Pekko's. */
    static LoadRow recover(int actors, int events, String what, double pekkoFactor) {
        return of("recover-" + actors + "-" + events, what, pekkoFactor);
    }

    static LoadRow of(String key, String what, double pekkoFactor) {
        return new LoadRow(key, what, key, false, pekkoFactor, Double.NaN);
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        List<Side> sides = new ArrayList<>();
        sides.add(() -> LoadChild.stele().run(bench, key));
        int rawSide = raw ? sides.size() : -1;
        if (raw) {
            sides.add(() -> LoadChild.raw().run(bench, key));
        }
        String theirs = LoadChild.hasPekko() ? pekkoLoad : null;
        int pekkoSide = theirs == null ? -1 : sides.size();
        if (theirs != null) {
            sides.add(() -> LoadChild.pekko().run(bench, theirs));
        }
        Comparison comparison = bench.compareWithoutWarmUp(sides.toArray(new Side[0]));
        return report(comparison, rawSide, pekkoSide);
    }

    private RowReport report(Comparison comparison, int rawSide, int pekkoSide) {
        List<Check> checks = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        figures.add(figure(comparison, 0, "Stele"));
        if (pekkoSide > 0) {
            if (pekkoFactor > 0) {
                checks.add(Check.atLeast(
                        "rate / Pekko", pekkoFactor, "×", comparison.ratio(0, pekkoSide, Sample::opsPerSecond)));
            }
            figures.add(figure(comparison, pekkoSide, "Pekko " + pekkoLoad));
        }
        if (rawSide > 0) {
            checks.add(Check.atLeast(
                    "rate / raw MPSC queue", RAW_FACTOR, "×", comparison.ratio(0, rawSide, Sample::opsPerSecond)));
            figures.add(figure(comparison, rawSide, "raw MPSC queue"));
        }
        if (!Double.isNaN(bytesMax)) {
            Spread bytes = comparison.spread(0, Sample::allocatedBytesPerOp);
            checks.add(Check.atMost("allocation", bytesMax + 0.5, "B/op", bytes));
        }
        return comparison.report(checks, figures);
    }

    private Figure figure(Comparison comparison, int side, String name) {
        ToDoubleFunction<Sample> rate = key.startsWith("idle") ? Sample::allocatedBytesPerOp : Sample::opsPerSecond;
        return comparison.figure(side, name, key.startsWith("idle") ? "B/actor" : "op/s", rate);
    }
}
