package io.stele.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Writes everything that was measured as one JSON object. */
final class JsonReport {
    private JsonReport() {}

    static void write(Path file, MachineFacts machine, BenchOptions options, List<RowResult> results)
            throws IOException {
        Map<String, @Nullable Object> root = new LinkedHashMap<>();
        root.put("machine", machine.facts());
        root.put("quick", options.quick());
        root.put("rounds", options.rounds());
        root.put("warmUpRounds", options.warmUpRounds());
        root.put("foreignCpuPctMax", options.foreignCpuPctMax());
        root.put("rows", results.stream().map(JsonReport::row).toList());
        StringBuilder json = new StringBuilder();
        append(json, root);
        Files.writeString(file, json.append('\n'));
    }

    private static Map<String, @Nullable Object> row(RowResult result) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("key", result.row().key());
        row.put("what", result.row().what());
        RowReport report = result.report();
        if (report == null) {
            row.put("failure", result.failure());
            return row;
        }
        row.put("checks", report.checks().stream().map(JsonReport::check).toList());
        row.put("figures", report.figures().stream().map(JsonReport::figure).toList());
        row.put("foreignCpuPct", spread(report.foreignCpuPct()));
        row.put("roundsSetAside", report.roundsSetAside());
        return row;
    }

    private static Map<String, @Nullable Object> check(Check check) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("what", check.what());
        object.put("bound", check.bound().sign);
        object.put("limit", check.limit());
        object.put("unit", check.unit());
        object.put("measured", spread(check.measured()));
        object.put("passed", check.isPassed());
        return object;
    }

    private static Map<String, @Nullable Object> figure(Figure figure) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("name", figure.name());
        object.put("unit", figure.unit());
        object.put("value", spread(figure.value()));
        Histogram latency = figure.latencyNs();
        if (latency != null) {
            object.put("p50Ns", latency.getValueAtPercentile(50));
            object.put("p99Ns", latency.getValueAtPercentile(99));
            object.put("p999Ns", latency.getValueAtPercentile(99.9));
            object.put("maxNs", latency.getMaxValue());
            object.put("timedOps", latency.getTotalCount());
        }
        if (!Double.isNaN(figure.allocatedBytesPerOp())) {
            object.put("allocatedBytesPerOp", figure.allocatedBytesPerOp());
        }
        return object;
    }

    private static Map<String, Double> spread(Spread spread) {
        Map<String, Double> object = new LinkedHashMap<>();
        object.put("min", spread.min());
        object.put("median", spread.median());
        object.put("max", spread.max());
        return object;
    }

    private static void append(StringBuilder json, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.append(separator);
                quote(json, String.valueOf(entry.getKey()));
                append(json.append(": "), entry.getValue());
                separator = ", ";
            }
            json.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            String separator = "[";
            for (Object element : list) {
                append(json.append(separator), element);
                separator = ",\n ";
            }
            json.append(list.isEmpty() ? "[]" : "]");
        } else if (value instanceof String text) {
            quote(json, text);
        } else if (value instanceof Double number && !Double.isFinite(number)) {
            json.append("null");
        } else {
            json.append(value);
        }
    }

    private static void quote(StringBuilder json, String text) {
        json.append('"');
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", c));
            } else {
                json.append((char) c);
            }
        });
        json.append('"');
    }
}
