package io.stele.tools;

import io.stele.journal.Finding;
import io.stele.journal.JournalSummary.Segment;
import io.stele.journal.RepairAction;
import io.stele.journal.RepairPlan;
import io.stele.journal.VerifyReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code verify} has found.
 *
 * @param directory which
 * @param journal every record
 * @param snapshots every newest snapshot
 * @param deep what is in them; null if nobody asked
 * @param repair what would make the journal usable again; null if nothing needs it
 */
record VerifySummary(
        Path directory,
        VerifyReport journal,
        SnapshotCheck snapshots,
        @Nullable DeepCheck deep,
        @Nullable RepairPlan repair) {
    private static final int LOST_SHOWN_MAX = 10;

    /** Whether everything that may have been acknowledged is as it was written. */
    boolean isClean() {
        return journal.isDurableClean()
                && snapshots.findings().isEmpty()
                && (deep == null || deep.findings().isEmpty());
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.verify/1");
        tree.put("dataDirectory", directory.toString());
        tree.put("clean", isClean());
        tree.put("actors", journal.actorCount());
        tree.put("records", sum(journal.segments(), true));
        tree.put("events", sum(journal.segments(), false));
        tree.put("snapshotsChecked", snapshots.checkedCount());
        tree.put("lanes", laneTrees());
        tree.put(
                "findings",
                durable(true).stream().map(VerifySummary::findingTree).toList());
        tree.put("findingsOmitted", journal.findingsOmitted());
        tree.put("snapshotFindings", snapshots.findings());
        DeepCheck inside = deep;
        if (inside != null) {
            Map<String, Object> deepTree = new LinkedHashMap<>();
            deepTree.put("eventsDecoded", inside.eventCount());
            deepTree.put("eventsEncrypted", inside.sealedCount());
            deepTree.put("snapshotsDecoded", inside.snapshotCount());
            deepTree.put("actorsReplayed", inside.replayedCount());
            deepTree.put("findings", inside.findings());
            deepTree.put("findingsOmitted", inside.findingsOmitted());
            tree.put("deep", deepTree);
        }
        tree.put("repair", repair == null ? null : repairTree(repair));
        tree.put(
                "afterCrash",
                durable(false).stream().map(VerifySummary::findingTree).toList());
        return tree;
    }

    List<String> lines(Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, SafeText.of(directory.toString())) + "  " + verdict(screen));
        lines.add("");
        lines.addAll(lanesTable(screen).lines(screen));
        lines.add("");
        lines.add("  checksums, chains and numbers of " + Units.count(sum(journal.segments(), false), "event")
                + " compared");
        lines.add("  newest snapshots read back: " + Units.count(snapshots.checkedCount()) + ", of "
                + Units.count(journal.actorCount(), "actor"));
        for (Finding finding : durable(true)) {
            lines.add("");
            lines.add(screen.paint(Paint.BAD, screen.cross() + " " + SafeText.of(finding.report())));
        }
        if (journal.findingsOmitted() > 0) {
            lines.add("  and " + Units.count(journal.findingsOmitted(), "finding") + " more");
        }
        for (String finding : snapshots.findings()) {
            lines.add(screen.paint(Paint.BAD, screen.cross() + " " + SafeText.of(finding)));
        }
        lines.addAll(deepLines(screen));
        lines.addAll(repairLines(screen));
        for (Finding finding : durable(false)) {
            lines.add("");
            lines.add("  " + SafeText.of(finding.report()));
            lines.add("  A crash leaves that. Nothing of it was acknowledged, and the next opening cuts it off.");
        }
        return lines;
    }

    private List<String> deepLines(Screen screen) {
        DeepCheck inside = deep;
        if (inside == null) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        lines.add("  decoded: " + Units.count(inside.eventCount(), "event") + ", "
                + Units.count(inside.snapshotCount(), "snapshot")
                + (inside.sealedCount() == 0 ? "" : "; encrypted: " + Units.count(inside.sealedCount(), "event")));
        if (inside.replayedCount() > 0) {
            lines.add("  replayed and compared: " + Units.count(inside.replayedCount(), "actor"));
        }
        for (String finding : inside.findings()) {
            lines.add(screen.paint(Paint.BAD, screen.cross() + " " + SafeText.of(finding)));
        }
        if (inside.findingsOmitted() > 0) {
            lines.add("  and " + Units.count(inside.findingsOmitted(), "finding") + " more");
        }
        return lines;
    }

    /** What a repair would do and cost. */
    private List<String> repairLines(Screen screen) {
        RepairPlan plan = repair;
        if (plan == null) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(screen.paint(Paint.BOLD, "Restore the files from a copy if there is one.")
                + (plan.isEmpty() ? "" : " Otherwise stele repair --give-up-damaged would:"));
        plan.actions().forEach(action -> lines.add("  " + SafeText.of(action.describe())));
        if (!plan.lost().isEmpty()) {
            lines.add("and give up events of " + Units.count(plan.lost().size(), "actor") + ":");
            plan.lost().stream()
                    .limit(LOST_SHOWN_MAX)
                    .forEach(lost -> lines.add("  "
                            + SafeText.of(lost.persistenceId().encoded()) + " from number " + lost.fromSequenceNumber()
                            + " to "
                            + lost.toSequenceNumber()));
            if (plan.lost().size() > LOST_SHOWN_MAX) {
                lines.add("  and of " + Units.count(plan.lost().size() - LOST_SHOWN_MAX, "more actor"));
            }
        }
        return lines;
    }

    private String verdict(Screen screen) {
        if (isClean()) {
            return screen.paint(Paint.GOOD, screen.tick() + " everything is as it was written");
        }
        long count = durable(true).size()
                + journal.findingsOmitted()
                + snapshots.findings().size()
                + (deep == null ? 0 : deep.findings().size() + deep.findingsOmitted());
        return screen.paint(Paint.BAD, screen.cross() + " " + Units.count(count, "finding") + "; nothing was changed");
    }

    private Table lanesTable(Screen screen) {
        Table table = new Table()
                .right("lane")
                .right("segments")
                .right("records")
                .right("events")
                .right("bytes")
                .left("");
        byLane().forEach((lane, segments) -> {
            long findings = durable(true).stream()
                    .filter(finding -> finding.lane() == lane)
                    .count();
            table.row(
                    lane,
                    segments.size(),
                    Units.count(sum(segments, true)),
                    Units.count(sum(segments, false)),
                    Units.bytes(segments.stream().mapToLong(Segment::usedBytes).sum()),
                    findings == 0
                            ? Table.Cell.drawing(Paint.GOOD, screen.tick())
                            : Table.Cell.drawing(Paint.BAD, screen.cross() + " " + Units.count(findings, "finding")));
        });
        return table;
    }

    private List<Finding> durable(boolean wanted) {
        return journal.findings().stream()
                .filter(finding -> finding.durable() == wanted)
                .toList();
    }

    private Map<Integer, List<Segment>> byLane() {
        Map<Integer, List<Segment>> lanes = new TreeMap<>();
        for (Segment segment : journal.segments()) {
            lanes.computeIfAbsent(segment.lane(), lane -> new ArrayList<>()).add(segment);
        }
        return lanes;
    }

    private List<Map<String, Object>> laneTrees() {
        List<Map<String, Object>> trees = new ArrayList<>();
        byLane().forEach((lane, segments) -> {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("lane", lane);
            tree.put("segments", segments.size());
            tree.put("records", sum(segments, true));
            tree.put("events", sum(segments, false));
            trees.add(tree);
        });
        return trees;
    }

    private static long sum(List<Segment> segments, boolean records) {
        return segments.stream()
                .mapToLong(segment -> records ? segment.recordCount() : segment.eventCount())
                .sum();
    }

    private static Map<String, Object> repairTree(RepairPlan plan) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actions", plan.actions().stream().map(RepairAction::describe).toList());
        tree.put("actorsLosingEvents", plan.lost().size());
        tree.put("findingsLeft", plan.refused().size());
        return tree;
    }

    private static Map<String, Object> findingTree(Finding finding) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", finding.kind().name());
        tree.put("lane", finding.lane());
        tree.put("file", finding.file().toString());
        tree.put("offsetBytes", finding.offsetBytes());
        tree.put(
                "persistenceId",
                finding.persistenceId() == null ? null : finding.persistenceId().encoded());
        tree.put("sequenceNumber", finding.sequenceNumber());
        tree.put("message", finding.message());
        return tree;
    }
}
