package io.stele.benchmarks;

import java.io.PrintWriter;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Prints what was found, row by row while it is found, and the targets in one table at the end. */
final class TextReport {
    private static final String CHECK = "%-12s %-42s %2s %-16s %12s  %-25s %s%n";
    private static final String FIGURE = "  %-56s %14s %-9s %10s %10s %10s %10s %9s%n";

    private final PrintWriter out;

    TextReport(PrintWriter out) {
        this.out = out;
    }

    void machine(MachineFacts machine, BenchOptions options) {
        machine.facts().forEach((name, value) -> line("%-15s %s%n", name, value));
        line(
                "%-15s %d counted, %d to warm up; set aside above %s %% of foreign CPU%n%n",
                "rounds", options.rounds(), options.warmUpRounds(), number(options.foreignCpuPctMax()));
        if (options.quick()) {
            line("quick run: these figures show that it works, and nothing else%n%n");
        }
    }

    void row(RowResult result) {
        RowReport report = result.report();
        line("%s: %s%n", result.row().key(), result.row().what());
        if (report == null) {
            line("  failed: %s%n%n", result.failure());
            return;
        }
        line(FIGURE, "", "median", "", "p50 ns", "p99 ns", "p99.9 ns", "max ns", "B/op");
        report.figures().forEach(this::figure);
        line(
                "  foreign CPU %s %% (%s to %s), rounds set aside: %d%n%n",
                number(report.foreignCpuPct().median()),
                number(report.foreignCpuPct().min()),
                number(report.foreignCpuPct().max()),
                report.roundsSetAside());
    }

    void heading() {
        line(CHECK, "row", "", "", "target", "measured", "(min to max)", "");
    }

    void checks(RowResult result) {
        RowReport report = result.report();
        if (report == null) {
            line("%-12s failed: %s%n", result.row().key(), result.failure());
            return;
        }
        for (Check check : report.checks()) {
            Spread measured = check.measured();
            line(
                    CHECK,
                    result.row().key(),
                    check.what(),
                    check.bound().sign,
                    number(check.limit()) + " " + check.unit(),
                    number(measured.median()),
                    "(" + number(measured.min()) + " to " + number(measured.max()) + ")",
                    check.isPassed() ? "pass" : "MISS");
        }
    }

    private void figure(Figure figure) {
        Histogram latency = figure.latencyNs();
        line(
                FIGURE,
                figure.name(),
                number(figure.value().median()),
                figure.unit(),
                percentile(latency, 50),
                percentile(latency, 99),
                percentile(latency, 99.9),
                percentile(latency, 100),
                Double.isNaN(figure.allocatedBytesPerOp()) ? "" : number(figure.allocatedBytesPerOp()));
    }

    private void line(String format, Object... arguments) {
        out.printf(Locale.ROOT, format, arguments);
        out.flush();
    }

    private static String percentile(@Nullable Histogram histogram, double percentile) {
        return histogram == null ? "" : String.format(Locale.ROOT, "%,d", histogram.getValueAtPercentile(percentile));
    }

    private static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 1_000 ? "%,.0f" : size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
