package io.stele.benchmarks;

import io.stele.benchmarks.RemoteChild.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One load between two nodes, beside Pekko's Artery over TCP, or beside another load of ours.
 *
 * @param key what it is called
 * @param what it measures
 * @param load see {@link io.stele.load.RemoteLoad}
 * @param overTls whether our side is encrypted
 * @param pekkoFactor the target for our rate, as a multiple of Pekko's; 0 to leave Pekko out
 * @param plainFactor the target for our rate, as a share of plain tell; 0 to leave that out
 */
record RemoteRow(String key, String what, String load, boolean overTls, double pekkoFactor, double plainFactor)
        implements Row {
    private static final double P50_NS_MAX = 60_000;
    private static final double SENDER_BYTES_MAX = 32;
    /** A payload of 100 bytes, its array's header, and the record around it. */
    private static final double MESSAGE_BYTES = 120 + 16;

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        RemoteChild ours = overTls ? RemoteChild.steleOverTls(bench.fresh("certificates")) : RemoteChild.stele();
        List<Double> receiverBytes = new ArrayList<>();
        List<Side> sides = new ArrayList<>();
        sides.add(() -> {
            Outcome outcome = ours.run(bench, load);
            receiverBytes.add(outcome.receiverBytesPerOp());
            return outcome.sample();
        });
        if (plainFactor > 0) {
            sides.add(() -> RemoteChild.stele().run(bench, "tell").sample());
        } else if (pekkoFactor > 0 && LoadChild.hasPekko()) {
            sides.add(() -> RemoteChild.pekko().run(bench, load).sample());
        }
        return report(bench.compareWithoutWarmUp(sides.toArray(new Side[0])), sides.size() > 1, receiverBytes);
    }

    private RowReport report(Comparison comparison, boolean isCompared, List<Double> receiverBytes) {
        List<Check> checks = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        figures.add(comparison.figure(0, "Stele " + key, "op/s", Sample::opsPerSecond));
        if (isCompared) {
            String other = plainFactor > 0 ? "plain tell" : "Pekko Artery TCP";
            double factor = plainFactor > 0 ? plainFactor : pekkoFactor;
            checks.add(Check.atLeast("rate / " + other, factor, "×", comparison.ratio(0, 1, Sample::opsPerSecond)));
            figures.add(comparison.figure(1, other, "op/s", Sample::opsPerSecond));
        }
        if (key.equals("ask-1")) {
            checks.add(Check.atMost(
                    "p50", P50_NS_MAX, "ns", comparison.spread(0, sample -> percentile(sample.latencyNs()))));
        }
        if (key.equals("tell")) {
            checks.add(Check.atMost(
                    "allocation, sender", SENDER_BYTES_MAX, "B/op", comparison.spread(0, Sample::allocatedBytesPerOp)));
            checks.add(Check.atMost(
                    "allocation, receiver",
                    MESSAGE_BYTES + SENDER_BYTES_MAX,
                    "B/op",
                    Spread.of(receiverBytes.stream()
                            .mapToDouble(Double::doubleValue)
                            .toArray())));
        }
        return comparison.report(checks, figures);
    }

    private static double percentile(org.HdrHistogram.@Nullable Histogram latencyNs) {
        return latencyNs == null ? Double.NaN : latencyNs.getValueAtPercentile(50);
    }
}
