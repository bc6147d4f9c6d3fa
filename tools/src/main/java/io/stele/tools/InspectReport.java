package io.stele.tools;

import io.stele.Stele;
import io.stele.journal.Finding;
import io.stele.journal.JournalGlance;
import io.stele.journal.JournalGlance.Glance;
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
 * @param glance at its journal, or all of it
 * @param coverages by entity type; empty if there are no snapshots
 * @param nowMs when it was looked at
 */
record InspectReport(Path directory, Glance glance, Map<String, SnapshotCoverage> coverages, long nowMs) {
    private static final int BAR_COLUMNS = 12;
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

    private JournalSummary summary() {
        return glance.summary();
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.inspect/1");
        tree.put("dataDirectory", directory.toString());
        tree.put("healthy", damage() == 0);
        tree.put("findings", summary().findings().stream().map(Finding::report).toList());
        tree.put("format", summary().formatVersion());
        tree.put("journalId", summary().journalId().toString());
        tree.put("created", Units.iso(summary().createdAtMs()));
        tree.put("epoch", epoch());
        tree.put("segmentBytes", summary().segmentBytes());
        tree.put("exact", glance.isExact());
        tree.put("events", summary().eventCount());
        tree.put("usedBytes", summary().usedBytes());
        newest().ifPresent(actor -> tree.put("newest", newestTree(actor)));
        tree.put("lanes", lanes().stream().map(this::laneTree).toList());
        tree.put("types", summary().entityTypes().stream().map(this::typeTree).toList());
        tree.put(
                "storedTypes",
                summary().storedTypes().stream()
                        .map(InspectReport::storedTypeTree)
                        .toList());
        return tree;
    }

    List<String> lines(Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, SafeText.of(directory.toString())) + "  " + health(screen));
        lines.add(screen.paint(
                Paint.DIM,
                "format " + summary().formatVersion() + screen.dot() + "created "
                        + Units.age(nowMs - summary().createdAtMs()) + screen.dot() + "writer epoch "
                        + epoch() + screen.dot() + "segments of "
                        + Units.bytes(summary().segmentBytes())));
        lines.add("");
        lines.addAll(lanesTable(screen).lines(screen));
        lines.add("");
        if (!summary().entityTypes().isEmpty()) {
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
        String sound = glance.isExact()
                ? " every record reads back"
                : " segments begin and end as they should; counts are estimates, exact ones with --exact";
        return screen.paint(Paint.GOOD, screen.tick() + sound)
                + (summary().findings().isEmpty() ? "" : ", with the tail of a crash behind the last one");
    }

    private long damage() {
        return summary().findings().stream().filter(Finding::durable).count();
    }

    private Table lanesTable(Screen screen) {
        Table table = new Table()
                .right("lane")
                .right("events")
                .right("used")
                .left("")
                .right("on disk")
                .left("durable")
                .right("segments")
                .left("per segment");
        long max = lanes().stream().mapToLong(LaneRow::usedBytes).max().orElse(0);
        for (LaneRow lane : lanes()) {
            table.row(
                    lane.lane(),
                    about(lane.events()),
                    Units.bytes(lane.usedBytes()),
                    Table.Cell.drawing(
                            Paint.ACCENT, screen.length(max == 0 ? 0 : (double) lane.usedBytes() / max, BAR_COLUMNS)),
                    Units.bytes(lane.fileBytes()),
                    durable(lane),
                    Units.count(lane.segments().size()),
                    Table.Cell.drawing(Paint.ACCENT, screen.sparkline(newestCounts(lane.segments()))));
        }
        return table;
    }

    /** What is behind the durable mark would not survive a power cut. */
    private String durable(LaneRow lane) {
        long mark = durablePosition(lane.lane());
        if (mark < 0) {
            return "unknown";
        }
        long last =
                lane.segments().stream().mapToLong(Segment::lastPosition).max().orElse(0);
        return mark >= last ? "all" : last >>> 32 == mark >>> 32 ? "but " + Units.bytes(last - mark) : "not all";
    }

    private long durablePosition(int lane) {
        return JournalGlance.durablePosition(Stele.journalDirectory(directory), lane);
    }

    private String about(long count) {
        return (glance.isExact() ? "" : "~") + Units.count(count);
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
        for (EntityType type : summary().entityTypes()) {
            SnapshotCoverage coverage = coverages.get(type.name());
            table.row(
                    type.name(),
                    (glance.actorsAreAll() ? "" : "at least ") + Units.count(type.actorCount()),
                    about(type.eventCount()),
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
        for (StoredTypeCount count : summary().storedTypes()) {
            table.row(
                    count.entityType(),
                    count.type().name(),
                    Integer.toString(count.type().version()),
                    about(count.eventCount()));
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
        for (int lane = 0; lane < summary().laneCount(); lane++) {
            int wanted = lane;
            lanes.add(new LaneRow(
                    lane,
                    summary().segments().stream()
                            .filter(segment -> segment.lane() == wanted)
                            .toList()));
        }
        return lanes;
    }

    /** The epoch of the last opening that has written something. */
    private long epoch() {
        return summary().segments().stream().mapToLong(Segment::lastEpoch).max().orElse(0);
    }

    /** Empty if nothing was read whose time is known: a glance at a large journal that ends with a seal sees no event. */
    private Optional<Actor> newest() {
        return summary().actors().stream()
                .filter(actor -> actor.lastTimestampMs() > 0)
                .max(Comparator.comparingLong(Actor::lastTimestampMs));
    }

    private static Map<String, Object> newestTree(Actor actor) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", actor.persistenceId().encoded());
        tree.put("sequenceNumber", actor.lastSequenceNumber());
        tree.put("time", Units.iso(actor.lastTimestampMs()));
        return tree;
    }

    private Map<String, Object> laneTree(LaneRow lane) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("lane", lane.lane());
        tree.put("segments", lane.segments().size());
        tree.put("events", lane.events());
        tree.put("usedBytes", lane.usedBytes());
        tree.put("fileBytes", lane.fileBytes());
        tree.put("durablePosition", durablePosition(lane.lane()));
        tree.put(
                "lastPosition",
                lane.segments().stream().mapToLong(Segment::lastPosition).max().orElse(0));
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
