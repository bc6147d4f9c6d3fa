package io.stele.admin;

import io.stele.Stele;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalInspector;
import io.stele.recovery.CompactionHistory;
import io.stele.recovery.CompactionPlan;
import io.stele.recovery.CompactionReport;
import io.stele.recovery.Compactor;
import io.stele.recovery.Moment;
import io.stele.recovery.PoisonEventException;
import io.stele.recovery.RecoveryReport;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.PastState;
import io.stele.runtime.Quarantined;
import io.stele.snapshot.RocksStores;
import io.stele.spi.HistoryFile;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the page shows of the journal, and of the life of one actor. Any thread. */
final class JournalViews {
    private static final int FILES_MAX = 500;
    private static final int STATE_BYTES_MIN = 1 << 10;
    private static final int STATE_BYTES_MAX = 1 << 20;

    private final ActorSystem system;
    private final ChronicleJournal journal;
    private final JournalInspector inspector;
    private final EventBrowser browser;
    private final Path directory;
    private final AdminBuilder settings;

    JournalViews(Observer observer, AdminBuilder settings) {
        system = observer.system;
        this.settings = settings;
        journal = Objects.requireNonNull(observer.journal);
        inspector = Objects.requireNonNull(observer.inspector);
        browser = Objects.requireNonNull(observer.browser);
        directory = Objects.requireNonNull(observer.directory);
    }

    void addTo(Map<String, AdminServer.Endpoint> endpoints) {
        endpoints.put("/api/journal", request -> AdminServer.Answer.json(lanes()));
        endpoints.put("/api/compactions", request -> AdminServer.Answer.json(compactions()));
        endpoints.put("/api/compactions/preview", request -> AdminServer.Answer.json(preview()));
        endpoints.put("/api/events", request -> AdminServer.Answer.json(events(request)));
        endpoints.put("/api/actor", request -> AdminServer.Answer.json(actor(request)));
        endpoints.put("/api/actor/events", request -> AdminServer.Answer.json(eventsOfActor(request)));
        endpoints.put("/api/actor/state", request -> AdminServer.Answer.json(state(request)));
        endpoints.put("/api/quarantine", request -> AdminServer.Answer.json(quarantine()));
        endpoints.put("/api/recoveries", request -> AdminServer.Answer.json(recoveries()));
    }

    private Map<String, Object> lanes() {
        List<Map<String, Object>> lanes = new ArrayList<>();
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            List<HistoryFile> files = inspector.files(lane);
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("lane", lane);
            tree.put("durablePosition", journal.durablePosition(lane));
            var failure = journal.failure(lane);
            tree.put("failure", failure == null ? null : failure.getMessage());
            tree.put("fileCount", files.size());
            tree.put("bytes", files.stream().mapToLong(HistoryFile::bytes).sum());
            tree.put(
                    "files",
                    files.stream()
                            .skip(Math.max(0, files.size() - FILES_MAX))
                            .map(JournalViews::tree)
                            .toList());
            lanes.add(tree);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("journalId", inspector.journalId().toString());
        tree.put("epoch", journal.epoch());
        tree.put("usableBytes", directory.toFile().getUsableSpace());
        tree.put("totalBytes", directory.toFile().getTotalSpace());
        tree.put("opening", system.openingReport().toString());
        tree.put("lanes", lanes);
        return tree;
    }

    private static Map<String, Object> tree(HistoryFile file) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("firstSegment", file.firstSegment());
        tree.put("lastSegment", file.lastSegment());
        tree.put("bytes", file.bytes());
        tree.put("carried", file.carried());
        tree.put("closed", file.closed());
        return tree;
    }

    private Map<String, Object> compactions() {
        List<Map<String, Object>> runs = new ArrayList<>();
        for (CompactionReport run :
                CompactionHistory.of(Stele.compactionHistoryFile(directory)).runs()) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("run", run.run());
            tree.put("state", run.state().name());
            tree.put("startMs", run.startMs());
            tree.put("endMs", run.endMs());
            tree.put("filesRemoved", run.filesRemoved());
            tree.put("bytesGained", run.bytesGained());
            tree.put("eventsRemoved", run.eventsRemoved());
            tree.put("eventsCarried", run.eventsCarried());
            tree.put("reason", run.reason());
            runs.add(0, tree);
        }
        return Map.of("runs", runs, "canPreview", settings.compactor != null);
    }

    private Map<String, Object> preview() {
        Compactor compactor = settings.compactor;
        if (compactor == null) {
            throw Refusal.badRequest("server was started without a compactor; run: stele compact");
        }
        CompactionPlan plan = compactor.plan();
        List<Map<String, Object>> files = new ArrayList<>();
        for (CompactionPlan.PlannedFile planned : plan.files()) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("lane", planned.file().lane());
            tree.put("firstSegment", planned.file().firstSegment());
            tree.put("lastSegment", planned.file().lastSegment());
            tree.put("bytes", planned.file().bytes());
            tree.put("events", planned.eventCount());
            tree.put("liveEvents", planned.liveEventCount());
            tree.put("verdict", planned.verdict().name());
            tree.put("reason", planned.reason());
            tree.put("bytesGained", planned.bytesGained());
            files.add(tree);
        }
        return Map.of(
                "bytesGained",
                plan.bytesGained(),
                "files",
                files.size() > FILES_MAX ? files.subList(0, FILES_MAX) : files,
                "fileCount",
                files.size());
    }

    private Map<String, Object> events(Request request) {
        return browser.newest(
                EventBrowser.Filter.of(request), (int) request.number("limit", 100, 1, EventBrowser.EVENTS_MAX), (int)
                        request.number("before", 0, 0, Integer.MAX_VALUE));
    }

    private static PersistenceId id(Request request) {
        return PersistenceId.parse(request.require("id"));
    }

    private Map<String, Object> actor(Request request) {
        PersistenceId id = id(request);
        long[] ends = {0, 0};
        long count = journal.replay(id, 1, Long.MAX_VALUE, event -> {
            ends[0] = ends[0] == 0 ? event.sequenceNumber() : ends[0];
            ends[1] = event.sequenceNumber();
        });
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", id.encoded());
        tree.put("entityType", id.entityType());
        tree.put("lane", journal.lane(id));
        tree.put("slice", id.slice());
        tree.put("firstSequenceNumber", ends[0]);
        tree.put("lastSequenceNumber", ends[1]);
        tree.put("eventCount", count);
        RocksStores stores = system.owned(RocksStores.class);
        tree.put("snapshots", stores == null ? List.of() : stores.snapshots().sequenceNumbers(id));
        tree.put("active", !system.inspection().active(id::equals, 1).isEmpty());
        tree.put(
                "known",
                system.inspection().types().stream()
                        .anyMatch(type -> type.entityType().equals(id.entityType())));
        tree.put(
                "quarantined",
                system.quarantine().find(id).map(JournalViews::tree).orElse(null));
        tree.put(
                "timers",
                system.durableTimers().of(id).stream()
                        .map(timer -> Map.of(
                                "name",
                                timer.name(),
                                "dueMs",
                                timer.dueMs(),
                                "type",
                                timer.type().toString()))
                        .toList());
        return tree;
    }

    private Map<String, Object> eventsOfActor(Request request) {
        long from = request.number("from", 1, 1, Long.MAX_VALUE);
        return Map.of(
                "events", browser.ofActor(id(request), from, request.number("to", Long.MAX_VALUE, 0, Long.MAX_VALUE)));
    }

    private Map<String, Object> state(Request request) {
        PersistenceId id = id(request);
        long at = request.number("at", Long.MAX_VALUE, 0, Long.MAX_VALUE);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", id.encoded());
        try {
            PastState<?> past = system.inspection().stateAt(id, Moment.after(at));
            tree.put("sequenceNumber", past.sequenceNumber());
            tree.put("timeMs", past.timestampMs());
            tree.put("state", new Json.Raw(json(past.state(), id)));
        } catch (PoisonEventException e) {
            tree.put("sequenceNumber", e.sequenceNumber());
            tree.put("error", e.getMessage());
        } catch (IllegalArgumentException e) {
            tree.put("error", e.getMessage());
        }
        return tree;
    }

    /** Shows a state as the codec writes it; one that the codec does not write, as its text. */
    private String json(Object state, PersistenceId id) {
        PayloadCodec codec = system.inspection().codec(id);
        for (int capacity = STATE_BYTES_MIN; capacity <= STATE_BYTES_MAX; capacity *= 4) {
            ByteBuffer target = ByteBuffer.allocate(capacity);
            try {
                codec.encode(state, target);
                return browser.json(target.flip());
            } catch (BufferOverflowException e) {
                // a larger one
            } catch (PayloadCodecException e) {
                break;
            }
        }
        return Json.write(Observer.shortened(state));
    }

    private Map<String, Object> quarantine() {
        return Map.of(
                "quarantined",
                system.quarantine().list().stream().map(JournalViews::tree).toList());
    }

    private static Map<String, Object> tree(Quarantined quarantined) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", quarantined.persistenceId().encoded());
        tree.put("sequenceNumber", quarantined.sequenceNumber());
        tree.put("type", quarantined.type().toString());
        tree.put("cause", quarantined.cause());
        tree.put("sinceMs", quarantined.sinceMs());
        return tree;
    }

    private Map<String, Object> recoveries() {
        var totals = system.recoveries().totals();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("permits", totals.permitCount());
        tree.put("active", totals.activeCount());
        tree.put("waiting", totals.waitingCount());
        tree.put("failed", totals.failedCount());
        tree.put(
                "slowest",
                system.recoveries().slowest().stream().map(JournalViews::tree).toList());
        return tree;
    }

    private static Map<String, Object> tree(RecoveryReport report) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", report.persistenceId().encoded());
        tree.put("durationNs", report.durationNs());
        tree.put("waitNs", report.phases().waitNs());
        tree.put("snapshot", report.snapshotSequenceNumber());
        tree.put("events", report.eventsReplayed());
        return tree;
    }
}
