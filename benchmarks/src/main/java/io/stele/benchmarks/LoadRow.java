package io.stele.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * One load, run by Stele and by those that it is compared with, each in JVMs of its own that take turns. A side that is not there (Pekko's
 * module has not been packaged) is left out, with the targets that name it.
 */
final class LoadRow implements Row {
    private static final String OURS = "Stele";
    private static final String PEKKO = "Pekko";
    private static final String QUEUE = "raw MPSC queue";
    /** A figure that is an average of bytes never is a whole number: what is below half a byte is none. */
    private static final double NO_BYTES = 0.5;

    private final String key;
    private final String what;
    private final Map<String, Run> runs = new LinkedHashMap<>();
    private final List<Target> targets = new ArrayList<>();

    /** Which JVM runs which load. */
    private record Run(LoadChild child, String load) {}

    /** What has to come of it, given where each side stands. */
    @FunctionalInterface
    private interface Target {
        void check(Comparison comparison, Map<String, Integer> sides, List<Check> checks);
    }

    private LoadRow(String key, String what) {
        this.key = key;
        this.what = what;
        runs.put(OURS, new Run(LoadChild.stele(), key));
    }

    /** Returns a row of one load (see {@link io.stele.load.Load}) that nobody else runs yet. */
    static LoadRow of(String key, String what) {
        return new LoadRow(key, what);
    }

    /** Returns a row of one load that is told as fast as it goes, beside a bare queue and Pekko. */
    static LoadRow tell(String key, String what) {
        return of(key, what)
                .besidePekko(key, 3)
                .beside(QUEUE, LoadChild.raw(), key)
                .rateAtLeast(QUEUE, 0.5)
                .bytesAtMost(NO_BYTES);
    }

    /** Accounts that come back beside Pekko's. */
    static LoadRow recover(int actors, int events, String what, double pekkoFactor) {
        String load = "recover-" + actors + "-" + events;
        return of(load, what).besidePekko(load, pekkoFactor);
    }

    /** Runs a load with Pekko too, and wants {@code factor} times its rate; 0 wants nothing. */
    LoadRow besidePekko(String load, double factor) {
        if (LoadChild.hasPekko()) {
            beside(PEKKO, LoadChild.pekko(), load);
        }
        return factor > 0 ? rateAtLeast(PEKKO, factor) : this;
    }

    /** Runs another load on something else too. */
    LoadRow beside(String name, LoadChild child, String load) {
        runs.put(name, new Run(child, load));
        return this;
    }

    /** Runs another load of Stele's too. */
    LoadRow besideOurs(String name, String load) {
        return beside(name, LoadChild.stele(), load);
    }

    LoadRow rateAtLeast(String side, double factor) {
        return compare("rate / " + side, side, Check.Bound.AT_LEAST, factor, Sample::opsPerSecond);
    }

    LoadRow bytesAtMost(String side, double factor) {
        return compare("bytes / " + side, side, Check.Bound.AT_MOST, factor, Sample::allocatedBytesPerOp);
    }

    LoadRow bytesAtMost(double bytes) {
        return absolute("bytes", "B/op", bytes, Sample::allocatedBytesPerOp);
    }

    LoadRow latencyAtMost(double percentile, String side, double factor) {
        String name = percentile == 50
                ? "median"
                : "p" + (percentile == (int) percentile ? "" + (int) percentile : "" + percentile);
        return compare(name + " / " + side, side, Check.Bound.AT_MOST, factor, latency(percentile));
    }

    private LoadRow compare(
            String name, String side, Check.Bound bound, double limit, ToDoubleFunction<Sample> quantity) {
        targets.add((comparison, sides, checks) -> {
            Integer other = sides.get(side);
            if (other != null) {
                checks.add(new Check(name, bound, limit, "×", comparison.ratio(0, other, quantity)));
            }
        });
        return this;
    }

    private LoadRow absolute(String name, String unit, double limit, ToDoubleFunction<Sample> quantity) {
        targets.add((comparison, sides, checks) ->
                checks.add(Check.atMost(name, limit, unit, comparison.spread(0, quantity))));
        return this;
    }

    private static ToDoubleFunction<Sample> latency(double percentile) {
        return sample -> {
            Histogram latencyNs = sample.latencyNs();
            return latencyNs == null || latencyNs.getTotalCount() == 0
                    ? Double.NaN // which reaches no target
                    : latencyNs.getValueAtPercentile(percentile);
        };
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public String what() {
        return what;
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        List<Side> sides = new ArrayList<>();
        Map<String, Integer> places = new LinkedHashMap<>();
        runs.forEach((name, run) -> {
            places.put(name, sides.size());
            sides.add(() -> run.child().run(bench, run.load()));
        });
        Comparison comparison = bench.compareWithoutWarmUp(sides.toArray(new Side[0]));
        List<Check> checks = new ArrayList<>();
        targets.forEach(target -> target.check(comparison, places, checks));
        List<Figure> figures = new ArrayList<>();
        places.forEach((name, side) -> figures.add(figure(comparison, side, name)));
        return comparison.report(checks, figures);
    }

    private Figure figure(Comparison comparison, int side, String name) {
        Run run = runs.get(name);
        String label = run == null || run.load().equals(key) ? name : name + ", " + run.load();
        boolean isHeap = key.startsWith("idle");
        return comparison.figure(
                side, label, isHeap ? "B/actor" : "op/s", isHeap ? Sample::allocatedBytesPerOp : Sample::opsPerSecond);
    }
}
