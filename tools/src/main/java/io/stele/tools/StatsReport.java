package io.stele.tools;

import io.stele.tools.TimeBuckets.Series;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code stats} shows.
 *
 * @param directory of which directory
 * @param tally what was counted
 */
record StatsReport(Path directory, StatsTally tally) {
    private static final int COLUMNS_JSON = 60;
    private static final int BAR_COLUMNS = 30;

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.stats/1");
        tree.put("dataDirectory", directory.toString());
        tree.put("events", tally.eventCount());
        tree.put("batches", tally.batchCount());
        tree.put("payloadBytes", tally.payloadBytes());
        tree.put("payloadBytesMax", tally.payloadBytesMax());
        List<Map<String, Object>> sizes = new ArrayList<>();
        for (int i = first(); i <= last(); i++) {
            Map<String, Object> size = new LinkedHashMap<>();
            size.put("bytesMax", bytesMax(i));
            size.put("events", tally.size(i));
            sizes.add(size);
        }
        tree.put("sizes", sizes);
        Series series = tally.times().series(COLUMNS_JSON);
        Map<String, Object> rate = new LinkedHashMap<>();
        rate.put("start", Units.iso(series.startMs()));
        rate.put("bucketMs", series.widthMs());
        rate.put("events", series.counts());
        tree.put("rate", rate);
        tree.put("types", sortedTypes().stream().map(StatsReport::typeTree).toList());
        return tree;
    }

    private static Map<String, Object> typeTree(Map.Entry<StatsTally.Type, long[]> entry) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", entry.getKey().kind());
        tree.put("type", entry.getKey().stored().name());
        tree.put("version", entry.getKey().stored().version());
        tree.put("events", entry.getValue()[0]);
        tree.put("payloadBytes", entry.getValue()[1]);
        return tree;
    }

    List<String> lines(Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, SafeText.of(directory.toString())) + "  "
                + Units.count(tally.eventCount(), "event") + screen.dot() + Units.bytes(tally.payloadBytes())
                + " of payload");
        if (tally.eventCount() == 0) {
            return lines;
        }
        lines.add("");
        Series series = tally.times().series(Math.max(10, Math.min(COLUMNS_JSON, screen.columns() - 20)));
        lines.add("  events over time, " + Units.duration(series.widthMs() * 1_000_000) + " per column, at most "
                + Units.count(series.peakPerSecond()) + "/s");
        lines.add("  " + screen.paint(Paint.ACCENT, screen.sparkline(series.counts())));
        lines.add(screen.paint(
                Paint.DIM,
                "  from " + Units.time(series.startMs()) + " to "
                        + Units.time(series.startMs()
                                + series.widthMs() * series.counts().size()) + " UTC"));
        lines.add("");
        lines.addAll(sizesTable(screen).lines(screen));
        lines.add("");
        lines.addAll(typesTable(screen).lines(screen));
        lines.add("");
        lines.add("  " + batches());
        return lines;
    }

    private String batches() {
        return String.format(
                java.util.Locale.ROOT,
                "%.2f events per record; payloads of %s on average, the largest %s",
                (double) tally.eventCount() / Math.max(1, tally.batchCount()),
                Units.bytes(tally.payloadBytes() / tally.eventCount()),
                Units.bytes(tally.payloadBytesMax()));
    }

    private Table sizesTable(Screen screen) {
        Table table = new Table().right("payload up to").right("events").left("");
        long max = 0;
        for (int i = first(); i <= last(); i++) {
            max = Math.max(max, tally.size(i));
        }
        for (int i = first(); i <= last(); i++) {
            table.row(
                    Units.bytes(bytesMax(i)),
                    Units.count(tally.size(i)),
                    Table.Cell.drawing(Paint.ACCENT, screen.length((double) tally.size(i) / max, BAR_COLUMNS)));
        }
        return table;
    }

    private Table typesTable(Screen screen) {
        Table table = new Table()
                .left("actors")
                .left("stored as")
                .right("version")
                .right("events")
                .right("payload")
                .left("");
        for (Map.Entry<StatsTally.Type, long[]> entry : sortedTypes()) {
            table.row(
                    entry.getKey().kind(),
                    entry.getKey().stored().name(),
                    entry.getKey().stored().version(),
                    Units.count(entry.getValue()[0]),
                    Units.bytes(entry.getValue()[1]),
                    Table.Cell.drawing(
                            Paint.ACCENT,
                            screen.length((double) entry.getValue()[0] / tally.eventCount(), BAR_COLUMNS / 2)));
        }
        return table;
    }

    private List<Map.Entry<StatsTally.Type, long[]>> sortedTypes() {
        return tally.types().entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<StatsTally.Type, long[]> entry) -> -entry.getValue()[0])
                        .thenComparing(entry -> entry.getKey().toString()))
                .toList();
    }

    private int first() {
        int i = 0;
        while (i < StatsTally.SIZES - 1 && tally.size(i) == 0) {
            i++;
        }
        return i;
    }

    private int last() {
        int i = StatsTally.SIZES - 1;
        while (i > 0 && tally.size(i) == 0) {
            i--;
        }
        return i;
    }

    private static long bytesMax(int bucket) {
        return (1L << bucket) - 1;
    }
}
