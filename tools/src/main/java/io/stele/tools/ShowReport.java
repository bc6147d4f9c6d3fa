package io.stele.tools;

import io.stele.encryption.KeyInspector;
import io.stele.recovery.DurableTimer;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One actor.
 *
 * @param id which
 * @param lane where its events lie
 * @param history its events
 * @param snapshots sequence numbers of its snapshots, newest first
 * @param newest its newest readable snapshot; null if there is none
 * @param timers what it has promised itself for later, the earliest first
 * @param nowMs when it was looked at
 * @param keys what became of the keys of encrypted payloads
 */
record ShowReport(
        PersistenceId id,
        int lane,
        ActorHistory history,
        List<Long> snapshots,
        @Nullable Snapshot newest,
        List<DurableTimer> timers,
        long nowMs,
        KeyInspector keys) {

    @SuppressWarnings("checkstyle:ParameterNumber") // its own components
    static ShowReport of(
            PersistenceId id,
            int lane,
            ActorHistory history,
            @Nullable SnapshotStore store,
            List<DurableTimer> timers,
            long nowMs,
            KeyInspector keys) {
        List<Long> numbers = store == null ? List.of() : store.sequenceNumbers(id);
        Snapshot newest = store == null ? null : store.load(id, Long.MAX_VALUE).orElse(null);
        return new ShowReport(id, lane, history, numbers, newest, timers, nowMs, keys);
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.show/1");
        tree.put("actor", id.encoded());
        tree.put("lane", lane);
        tree.put("slice", id.slice());
        tree.put("sequenceNumber", lastEvent().sequenceNumber());
        tree.put("eventCount", history.eventCount());
        tree.put("firstTime", Units.iso(history.firstTimestampMs()));
        tree.put("lastTime", Units.iso(lastEvent().timestampMs()));
        tree.put("snapshots", snapshots);
        if (newest != null) {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("sequenceNumber", newest.sequenceNumber());
            state.put("time", Units.iso(newest.timestampMs()));
            state.put("type", newest.type().toString());
            state.put("value", new Json.Raw(DataDirectory.json(newest.payload(), keys)));
            tree.put("state", state);
        }
        tree.put("timers", timers.stream().map(this::timerTree).toList());
        tree.put(
                "findings",
                history.findings().stream().map(finding -> finding.report()).toList());
        tree.put("events", history.last().stream().map(this::eventTree).toList());
        return tree;
    }

    List<String> lines(Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, SafeText.of(id.encoded())) + "  "
                + Units.count(history.eventCount(), "event") + ", the last one "
                + Units.age(nowMs - lastEvent().timestampMs()));
        lines.add(screen.paint(
                Paint.DIM,
                "lane " + lane + screen.dot() + "slice " + id.slice() + screen.dot() + "since "
                        + Units.time(history.firstTimestampMs()) + " UTC"));
        lines.add("");
        lines.addAll(stateLines(screen));
        for (DurableTimer timer : timers) {
            lines.add("  timer " + SafeText.of(timer.name()) + " at " + Units.time(timer.dueMs()) + " UTC"
                    + screen.dot() + SafeText.of(timer.type().toString()) + " "
                    + SafeText.of(DataDirectory.json(timer.command(), keys)));
        }
        lines.add("");
        lines.addAll(eventsTable().lines(screen));
        history.findings().forEach(finding -> lines.add(screen.paint(Paint.BAD, SafeText.of(finding.report()))));
        return lines;
    }

    private List<String> stateLines(Screen screen) {
        if (newest == null) {
            return List.of("  no snapshot: its state is what all events make of the initial one");
        }
        List<String> lines = new ArrayList<>();
        long since = lastEvent().sequenceNumber() - newest.sequenceNumber();
        lines.add("  state at number " + newest.sequenceNumber() + "  "
                + screen.paint(Paint.GOOD, SafeText.of(DataDirectory.json(newest.payload(), keys))));
        lines.add(
                "  " + (since == 0 ? "which is its last event" : "and " + Units.count(since, "event") + " since then"));
        lines.add(
                "  snapshots at     " + snapshots.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        return lines;
    }

    private Table eventsTable() {
        Table table = new Table()
                .right("number")
                .left("time, UTC")
                .left("type")
                .flexible("payload")
                .left("command id");
        for (ActorHistory.Event event : history.last()) {
            table.row(
                    event.sequenceNumber(),
                    Units.time(event.timestampMs()),
                    event.type(),
                    event.json(keys),
                    event.commandId() == null ? "" : event.commandId());
        }
        return table;
    }

    private ActorHistory.Event lastEvent() {
        return history.last().get(history.last().size() - 1);
    }

    private Map<String, Object> timerTree(DurableTimer timer) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", timer.name());
        tree.put("due", Units.iso(timer.dueMs()));
        tree.put("type", timer.type().toString());
        tree.put("command", new Json.Raw(DataDirectory.json(timer.command(), keys)));
        return tree;
    }

    private Map<String, Object> eventTree(ActorHistory.Event event) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("sequenceNumber", event.sequenceNumber());
        tree.put("time", Units.iso(event.timestampMs()));
        tree.put("type", event.type());
        tree.put("commandId", event.commandId());
        tree.put("payload", new Json.Raw(event.json(keys)));
        return tree;
    }
}
