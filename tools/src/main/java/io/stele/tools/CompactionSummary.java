package io.stele.tools;

import io.stele.recovery.CompactionPlan;
import io.stele.recovery.CompactionPlan.PlannedFile;
import io.stele.recovery.CompactionReport;
import io.stele.spi.HistoryFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What {@code stele compact} shows.
 *
 * @param directory which data directory
 * @param plan what may go, and why
 * @param report what was done; null if nothing was
 */
record CompactionSummary(
        Path directory, CompactionPlan plan, @Nullable CompactionReport report) {

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.compact/1");
        tree.put("dataDirectory", directory.toString());
        tree.put("executed", report != null);
        tree.put("bytesGained", report == null ? plan.bytesGained() : report.bytesGained());
        tree.put("files", plan.files().stream().map(CompactionSummary::tree).toList());
        tree.put("run", report == null ? null : CompactHistoryCommand.tree(report));
        return tree;
    }

    private static Map<String, Object> tree(PlannedFile planned) {
        HistoryFile file = planned.file();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("lane", file.lane());
        tree.put("firstSegment", file.firstSegment());
        tree.put("lastSegment", file.lastSegment());
        tree.put("carried", file.carried());
        tree.put("bytes", file.bytes());
        tree.put("events", planned.eventCount());
        tree.put("liveEvents", planned.liveEventCount());
        tree.put("stragglers", planned.stragglerCount());
        tree.put("verdict", planned.verdict().toString());
        tree.put("reason", planned.reason());
        tree.put("bytesGained", planned.bytesGained());
        return tree;
    }

    List<String> lines(Screen screen, UnaryOperator<String> next) {
        Table table = new Table()
                .right("lane")
                .left("segment")
                .right("bytes")
                .right("events")
                .right("live")
                .left("verdict")
                .right("gained")
                .flexible("why");
        for (PlannedFile planned : plan.files()) {
            HistoryFile file = planned.file();
            String name = file.carried() ? file.firstSegment() + "-" + file.lastSegment() : "" + file.firstSegment();
            table.row(
                    file.lane(),
                    name,
                    Units.bytes(file.bytes()),
                    Units.count(planned.eventCount()),
                    Units.count(planned.liveEventCount()),
                    planned.verdict().toString().toLowerCase(Locale.ROOT).replace('_', ' '),
                    Units.bytes(planned.bytesGained()),
                    planned.reason());
        }
        List<String> lines = new ArrayList<>(table.lines(screen));
        lines.add("");
        lines.addAll(outcome(next));
        return lines;
    }

    private List<String> outcome(UnaryOperator<String> next) {
        CompactionReport done = report;
        if (done != null) {
            return List.of("run " + done.run() + " " + done.state().toString().toLowerCase(Locale.ROOT) + ": "
                    + Units.bytes(done.bytesGained()) + " gained, " + Units.count(done.eventsRemoved(), "event")
                    + " removed, " + Units.count(done.eventsCarried()) + " carried over");
        }
        if (plan.isEmpty()) {
            return List.of("there is nothing to compact");
        }
        return List.of(
                Units.bytes(plan.bytesGained()) + " can be gained; nothing was changed",
                "next: " + next.apply("compact --execute --yes"));
    }
}
