package io.stele.tools;

import io.stele.recovery.RecoveryPlan;
import io.stele.spi.OpeningReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What recovering actors would take, and what the last opening found.
 *
 * @param directory which
 * @param plan of the actors
 * @param opening the last one; null if that is not known
 * @param quarantinedCount how many actors are in quarantine
 * @param nowMs when it was looked at
 */
record RecoveryPlanReport(
        Path directory, RecoveryPlan plan, @Nullable OpeningReport opening, int quarantinedCount, long nowMs) {

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.recovery-plan/1");
        tree.put("dataDirectory", directory.toString());
        tree.put("actors", plan.actorCount());
        tree.put("actorsWithSnapshot", plan.withSnapshotCount());
        tree.put("events", plan.eventCount());
        tree.put("eventBytes", plan.eventBytes());
        tree.put("permits", plan.permits());
        tree.put("bytesPerSecond", plan.bytesPerSecond());
        tree.put("durationNs", plan.durationNs());
        tree.put("measured", plan.rates().isMeasured());
        tree.put("nsPerEvent", Math.round(plan.rates().nsPerEvent()));
        tree.put("nsPerActor", Math.round(plan.rates().nsPerActor()));
        tree.put("quarantined", quarantinedCount);
        tree.put("slowest", plan.slowest().stream().map(this::actorTree).toList());
        OpeningReport last = opening;
        if (last != null) {
            tree.put("lastOpening", openingTree(last));
        }
        return tree;
    }

    private Map<String, Object> actorTree(RecoveryPlan.Actor actor) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", actor.persistenceId().encoded());
        tree.put("sequenceNumber", actor.lastSequenceNumber());
        tree.put("snapshotSequenceNumber", actor.snapshotSequenceNumber());
        tree.put("events", actor.eventCount());
        tree.put("durationNs", actor.durationNs(plan.rates()));
        return tree;
    }

    private static Map<String, Object> openingTree(OpeningReport opening) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("epoch", opening.epoch());
        tree.put("time", Units.iso(opening.openedAtMs()));
        tree.put("clean", opening.isClean());
        tree.put("durationNs", opening.durationNs());
        Map<String, Object> phases = new LinkedHashMap<>();
        opening.phases().forEach(phase -> phases.put(phase.name(), phase.durationNs()));
        tree.put("phaseNs", phases);
        tree.put(
                "lanes",
                opening.lanes().stream().map(RecoveryPlanReport::laneTree).toList());
        return tree;
    }

    private static Map<String, Object> laneTree(OpeningReport.Lane lane) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("lane", lane.lane());
        tree.put("segments", lane.segmentCount());
        tree.put("recordsScanned", lane.recordsScanned());
        tree.put("clean", lane.clean());
        tree.put("rewrittenBytes", lane.rewrittenBytes());
        tree.put("cutBytes", lane.cutBytes());
        tree.put("indexedBytes", lane.indexedBytes());
        return tree;
    }

    List<String> lines(Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, SafeText.of(directory.toString())));
        lines.add("");
        lines.add("  " + Units.count(plan.actorCount(), "actor") + screen.dot()
                + Units.count(plan.withSnapshotCount()) + " with snapshot" + screen.dot()
                + Units.count(plan.eventCount(), "event") + " to replay" + screen.dot()
                + Units.bytes(plan.eventBytes()));
        lines.add("  all of them take about " + screen.paint(Paint.BOLD, Units.duration(plan.durationNs())) + ", "
                + Units.count(plan.permits()) + " at once"
                + (plan.bytesPerSecond() == 0 ? "" : ", at " + Units.bytes(plan.bytesPerSecond()) + "/s"));
        lines.add(screen.paint(
                Paint.DIM,
                plan.rates().isMeasured()
                        ? "  measured so far: " + Math.round(plan.rates().nsPerEvent()) + " ns per event, "
                                + Units.duration(Math.round(plan.rates().nsPerActor())) + " per actor"
                        : "  nothing measured yet, so assumed to be slow"));
        if (quarantinedCount > 0) {
            lines.add(screen.paint(
                    Paint.BAD,
                    "  " + Units.count(quarantinedCount, "actor") + " in quarantine, run: stele quarantine"));
        }
        lines.add("");
        if (plan.eventCount() > 0) {
            lines.addAll(slowestTable().lines(screen));
            lines.add("");
        }
        lines.addAll(openingLines(screen));
        return lines;
    }

    private Table slowestTable() {
        Table table = new Table()
                .flexible("slowest")
                .right("number")
                .right("snapshot")
                .right("to replay")
                .right("about");
        for (RecoveryPlan.Actor actor : plan.slowest()) {
            table.row(
                    actor.persistenceId().encoded(),
                    Units.count(actor.lastSequenceNumber()),
                    actor.snapshotSequenceNumber() == 0 ? "none" : Units.count(actor.snapshotSequenceNumber()),
                    Units.count(actor.eventCount()),
                    Units.duration(actor.durationNs(plan.rates())));
        }
        return table;
    }

    private List<String> openingLines(Screen screen) {
        OpeningReport last = opening;
        if (last == null) {
            return List.of("  last opening: not known");
        }
        List<String> lines = new ArrayList<>();
        lines.add("  last opening  " + Units.age(nowMs - last.openedAtMs()) + screen.dot() + "epoch " + last.epoch()
                + screen.dot()
                + (last.isClean()
                        ? screen.paint(Paint.GOOD, screen.tick() + " had been closed")
                        : screen.paint(Paint.ACCENT, "had crashed")));
        lines.add(screen.paint(
                Paint.DIM,
                "  took          "
                        + last.phases().stream()
                                .map(phase -> phase.name() + " " + Units.duration(phase.durationNs()))
                                .collect(Collectors.joining(", "))));
        for (OpeningReport.Lane lane : last.lanes()) {
            if (!lane.clean()) {
                lines.add("  lane " + lane.lane() + "  " + Units.count(lane.recordsScanned(), "record") + " scanned, "
                        + Units.bytes(lane.rewrittenBytes()) + " written again, " + Units.bytes(lane.cutBytes())
                        + " cut off");
            }
        }
        return lines;
    }
}
