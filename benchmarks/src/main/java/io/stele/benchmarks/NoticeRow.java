package io.stele.benchmarks;

import java.io.IOException;
import java.util.List;

/**
 * How long until a node counts as lost.
 *
 * @param key what it is called
 * @param what it measures
 * @param signal what the other node gets: {@code KILL} ends its connections, {@code STOP} leaves them half open
 */
record NoticeRow(String key, String what, String signal) implements Row {
    private static final double NS_MAX = 10e9;

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Comparison comparison =
                bench.compareWithoutWarmUp(() -> RemoteChild.stele().notice(signal));
        return comparison.report(
                List.of(Check.atMost("time until noticed", NS_MAX, "ns", comparison.spread(0, Sample::nsPerOp))),
                List.of(comparison.figure(0, what, "ms", Sample::msPerOp)));
    }
}
