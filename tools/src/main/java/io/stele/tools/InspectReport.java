package io.stele.tools;

import io.stele.journal.Finding;
import io.stele.journal.JournalSummary;
import io.stele.journal.JournalSummary.Actor;
import io.stele.journal.JournalSummary.EntityType;
import io.stele.journal.JournalSummary.Segment;
import io.stele.journal.JournalSummary.StoredTypeCount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is in a data directory.
 *
 * @param directory which
 * @param summary of its journal
 * @param coverages by entity type; empty if there are no snapshots
 * @param nowMs when it was looked at
 */
record InspectReport(Path directory, JournalSummary summary, Map<String, SnapshotCoverage> coverages, long nowMs) {
    private static final int BAR_COLUMNS = 16;
    private static final int SPARKS_MAX = 16;

    /**
     * One lane, summed up.
     *
     * @param lane which
     * @param segments its segments, oldest first
     */
    private record LaneRow(int lane, List<Segment> segments) {
        long events() {
            return segments.stream().mapToLong(Segment::eventCount).sum();
        }

        long usedBytes() {
            return segments.stream().mapToLong(Segment::usedBytes).sum();
        }

        long fileBytes() {
            return segments.stream().mapToLong(Segment::fileBytes).sum();
        }
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.inspect/1");
        tree.put("dataDirectory", directory.toString());
        tree.put("healthy", damage() == 0);
        tree.put("findings", summary.findings().stream().map(Finding::report).toList());
        tree.put("format", summary.formatVersion());
        tree.put("journalId", summary.journalId().toString());
        tree.put("created", Units.iso(summary.createdAtMs()));
        tree.put("epoch", epoch());
        tree.put("segmentBytes", summary.segmentBytes());
        tree.put("events", summary.eventCount());
        tree.put("usedBytes", summary.usedBytes());
        newest().ifPresent(actor -> tree.put("newest", newestTree(actor)));
        tree.put("lanes", lanes().stream().map(InspectReport::laneTree).toList());
        tree.put("types", summary.entityTypes().stream().map(this::typeTree).toList());
        tree.put(
                "storedTypes",
                summary.storedTypes().stream()
                        .map(InspectReport::storedTypeTree)
                        .toList());
        return tree;
    }

    List<String> lines(Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, SafeText.of(directory.toString())) + "  " + health(screen));
        lines.add(screen.paint(
                Paint.DIM,
                "format " + summary.formatVersion() + screen.dot() + "created "
                        + Units.age(nowMs - summary.createdAtMs()) + screen.dot() + "writer epoch "
                        + epoch() + screen.dot() + "segments of "
                        + Units.bytes(summary.segmentBytes())));
        lines.add("");
        lines.addAll(lanesTable(screen).lines(screen));
        lines.add("");
        if (!summary.entityTypes().isEmpty()) {
            lines.addAll(typesTable().lines(screen));
            lines.add("");
            lines.addAll(storedTypesTable().lines(screen));
            lines.add("");
        }
        newest().ifPresent(actor ->
                lines.add("  newest  " + SafeText.of(actor.persistenceId().encoded()) + " number "
                        + actor.lastSequenceNumber() + screen.dot() + Units.time(actor.lastTimestampMs()) + " UTC"
                        + screen.dot()
                        + Units.age(nowMs - actor.lastTimestampMs())));
        return lines;
    }

    private String health(Screen screen) {
        if (damage() > 0) {
            return screen.paint(
                    Paint.BAD, screen.cross() + " " + Units.count(damage(), "finding") + ", run: stele verify");
        }
        return screen.paint(Paint.GOOD, screen.tick() + " every record reads back")
                + (summary.findings().isEmpty() ? "" : ", with the tail of a crash behind the last one");
    }

    private long damage() {
        return summary.findings().stream().filter(Finding::durable).count();
    }

    private Table lanesTable(Screen screen) {
        Table table = new Table()
                .right("lane")
                .right("events")
                .right("used")
                .left("")
                .right("on disk")
                .right("segments")
                .left("events per segment");
        long max = lanes().stream().mapToLong(LaneRow::usedBytes).max().orElse(0);
        for (LaneRow lane : lanes()) {
            table.row(
                    lane.lane(),
                    Units.count(lane.events()),
                    Units.bytes(lane.usedBytes()),
                    Table.Cell.drawing(
                            Paint.ACCENT, screen.length(max == 0 ? 0 : (double) lane.usedBytes() / max, BAR_COLUMNS)),
                    Units.bytes(lane.fileBytes()),
                    Units.count(lane.segments().size()),
                    Table.Cell.drawing(Paint.ACCENT, screen.sparkline(newestCounts(lane.segments()))));
        }
        return table;
    }

    private static List<Long> newestCounts(List<Segment> segments) {
        return segments.stream()
                .skip(Math.max(0, segments.size() - SPARKS_MAX))
                .map(Segment::eventCount)
                .toList();
    }

    private Table typesTable() {
        Table table = new Table()
                .left("type")
                .right("actors")
                .right("events")
                .right("bytes")
                .right("with snapshot")
                .right("to replay")
                .right("at most");
        for (EntityType type : summary.entityTypes()) {
            SnapshotCoverage coverage = coverages.get(type.name());
            table.row(
                    type.name(),
                    Units.count(type.actorCount()),
                    Units.count(type.eventCount()),
                    Units.bytes(type.bytes()),
                    coverage == null ? "none" : share(coverage),
                    coverage == null ? "all" : Units.count(coverage.replayMedian()),
                    coverage == null ? "" : Units.count(coverage.replayMax()));
        }
        return table;
    }

    private Table storedTypesTable() {
        Table table =
                new Table().left("type").left("stored as").right("version").right("events");
        for (StoredTypeCount count : summary.storedTypes()) {
            table.row(
                    count.entityType(),
                    count.type().name(),
                    Integer.toString(count.type().version()),
                    Units.count(count.eventCount()));
        }
        return table;
    }

    private static Map<String, Object> storedTypeTree(StoredTypeCount count) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("type", count.entityType());
        tree.put("storedAs", count.type().name());
        tree.put("version", count.type().version());
        tree.put("events", count.eventCount());
        return tree;
    }

    private static String share(SnapshotCoverage coverage) {
        return coverage.coveredCount() * 100 / coverage.actorCount() + "%";
    }

    private List<LaneRow> lanes() {
        List<LaneRow> lanes = new ArrayList<>();
        for (int lane = 0; lane < summary.laneCount(); lane++) {
            int wanted = lane;
            lanes.add(new LaneRow(
                    lane,
                    summary.segments().stream()
                            .filter(segment -> segment.lane() == wanted)
                            .toList()));
        }
        return lanes;
    }

    /** The epoch of the last opening that has written something. */
    private long epoch() {
        return summary.segments().stream().mapToLong(Segment::lastEpoch).max().orElse(0);
    }

    private Optional<Actor> newest() {
        return summary.actors().stream().max(Comparator.comparingLong(Actor::lastTimestampMs));
    }

    private static Map<String, Object> newestTree(Actor actor) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", actor.persistenceId().encoded());
        tree.put("sequenceNumber", actor.lastSequenceNumber());
        tree.put("time", Units.iso(actor.lastTimestampMs()));
        return tree;
    }

    private static Map<String, Object> laneTree(LaneRow lane) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("lane", lane.lane());
        tree.put("segments", lane.segments().size());
        tree.put("events", lane.events());
        tree.put("usedBytes", lane.usedBytes());
        tree.put("fileBytes", lane.fileBytes());
        return tree;
    }

    private Map<String, Object> typeTree(EntityType type) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("type", type.name());
        tree.put("actors", type.actorCount());
        tree.put("events", type.eventCount());
        tree.put("bytes", type.bytes());
        SnapshotCoverage coverage = coverages.get(type.name());
        if (coverage != null) {
            tree.put("actorsLookedAt", coverage.actorCount());
            tree.put("actorsWithSnapshot", coverage.coveredCount());
            tree.put("replayMedian", coverage.replayMedian());
            tree.put("replayMax", coverage.replayMax());
        }
        return tree;
    }
}
