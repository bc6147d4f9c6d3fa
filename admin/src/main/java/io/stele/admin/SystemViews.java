package io.stele.admin;

import io.stele.runtime.ActorSystem;
import io.stele.runtime.Inspection;
import io.stele.runtime.ParkedMessage;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What the page shows of the actors in memory. Any thread. */
final class SystemViews {
    private static final int LIST_MAX = 200;
    private static final int LOGGERS_MAX = 1_000;
    private static final int TIMER_ACTORS_MAX = 200;

    private final Observer observer;
    private final AdminBuilder settings;
    private final boolean isReadOnly;
    private final ActorSystem system;

    SystemViews(Observer observer, AdminBuilder settings, boolean isReadOnly) {
        this.observer = observer;
        this.settings = settings;
        this.isReadOnly = isReadOnly;
        system = observer.system;
    }

    void addTo(Map<String, AdminServer.Endpoint> endpoints) {
        endpoints.put("/api/overview", request -> AdminServer.Answer.json(overview()));
        endpoints.put("/api/types", request -> AdminServer.Answer.json(types()));
        endpoints.put("/api/tree", request -> AdminServer.Answer.json(children(request)));
        endpoints.put("/api/mailboxes", request -> AdminServer.Answer.json(mailboxes()));
        endpoints.put("/api/active", request -> AdminServer.Answer.json(active(request)));
        endpoints.put("/api/dead-letters", request -> AdminServer.Answer.json(deadLetters()));
        endpoints.put("/api/timers", request -> AdminServer.Answer.json(timers()));
        endpoints.put("/api/remote", request -> AdminServer.Answer.json(Map.of("peers", settings.peers.get())));
        endpoints.put("/api/loggers", request -> AdminServer.Answer.json(loggers()));
    }

    private Map<String, Object> overview() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.admin.overview/1");
        tree.put("dataDirectory", observer.directory == null ? null : observer.directory.toString());
        tree.put("pid", ProcessHandle.current().pid());
        tree.put("java", Runtime.version().toString());
        tree.put("uptimeMs", observer.uptimeMs());
        tree.put("processors", Runtime.getRuntime().availableProcessors());
        tree.put("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        tree.put("readOnly", isReadOnly);
        tree.put("hasLog", settings.log != null);
        tree.put("hasJournal", observer.journal != null);
        tree.put("types", system.inspection().types().size());
        tree.put(
                "quarantined",
                observer.journal == null ? 0 : system.quarantine().list().size());
        tree.put("parked", system.parked().list().size());
        tree.put("samples", observer.samples());
        return tree;
    }

    private Map<String, Object> types() {
        return Map.of(
                "types", system.inspection().types().stream().map(this::tree).toList());
    }

    private Map<String, Object> tree(Inspection.TypeLine line) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("entityType", line.entityType());
        tree.put("className", line.className());
        tree.put("durability", line.durability().name());
        tree.put("active", line.activeCount());
        tree.put("waiting", line.waitingCount());
        tree.put("mailboxCapacity", line.mailboxCapacity());
        tree.put("dispatcher", line.dispatcher());
        observer.counts.addTo(tree, line.entityType());
        return tree;
    }

    private Map<String, Object> children(Request request) {
        String path = request.find("path");
        String parent = path == null ? "/" : path;
        List<Inspection.Node> nodes = system.inspection().children(parent, LIST_MAX + 1);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("path", parent);
        tree.put(
                "children",
                nodes.stream().limit(LIST_MAX).map(SystemViews::tree).toList());
        tree.put("more", nodes.size() > LIST_MAX);
        return tree;
    }

    private static Map<String, Object> tree(Inspection.Node node) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("path", node.path());
        tree.put("status", node.status().name());
        tree.put("children", node.childCount());
        tree.put("waiting", node.waitingCount());
        tree.put("mailboxCapacity", node.mailboxCapacity());
        tree.put("restarts", node.restartCount());
        return tree;
    }

    private Map<String, Object> mailboxes() {
        return Map.of(
                "mailboxes",
                system.inspection().fullest(LIST_MAX).stream()
                        .map(SystemViews::tree)
                        .toList());
    }

    private Map<String, Object> active(Request request) {
        Predicate<String> pattern = EventBrowser.Filter.pattern(request.find("q"));
        List<Inspection.MailboxLine> lines =
                system.inspection().active(id -> pattern == null || pattern.test(id.encoded()), LIST_MAX + 1);
        return Map.of(
                "actors",
                lines.stream().limit(LIST_MAX).map(SystemViews::tree).toList(),
                "more",
                lines.size() > LIST_MAX);
    }

    private static Map<String, Object> tree(Inspection.MailboxLine line) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", line.actor());
        tree.put("status", line.status().name());
        tree.put("waiting", line.waitingCount());
        tree.put("mailboxCapacity", line.mailboxCapacity());
        return tree;
    }

    private Map<String, Object> deadLetters() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("count", system.deadLetters().count());
        tree.put("letters", observer.letters());
        tree.put(
                "parked",
                system.parked().list().stream()
                        .limit(LIST_MAX)
                        .map(SystemViews::tree)
                        .toList());
        return tree;
    }

    private static Map<String, Object> tree(ParkedMessage parked) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("number", parked.number());
        tree.put("actor", parked.actor());
        tree.put("message", Observer.shortened(parked.message()));
        tree.put("reason", parked.reason());
        tree.put("timeMs", parked.epochMs());
        return tree;
    }

    private Map<String, Object> timers() {
        List<Map<String, Object>> rows = system.inspection().timers(TIMER_ACTORS_MAX).stream()
                .map(timer -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("actor", timer.persistenceId().encoded());
                    row.put("name", timer.name());
                    row.put("dueMs", timer.dueMs());
                    row.put("type", timer.type().toString());
                    return row;
                })
                .toList();
        return Map.of(
                "timers",
                rows,
                "actors",
                observer.journal == null ? 0 : system.durableTimers().actorCount());
    }

    private Map<String, Object> loggers() {
        LogControl log = settings.log;
        List<LogControl.LoggerLevel> levels = log == null ? List.of() : log.levels(LOGGERS_MAX);
        return Map.of(
                "loggers",
                levels.stream()
                        .map(level -> {
                            Map<String, Object> row = new LinkedHashMap<>();
                            row.put("name", level.name());
                            row.put("level", level.level());
                            row.put("own", level.isOwn());
                            row.put("expiresMs", level.expiresMs());
                            return row;
                        })
                        .toList());
    }

    static Map<String, Object> tree(LogControl.LogLine line) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("timeMs", line.timestampMs());
        tree.put("level", line.level());
        tree.put("logger", line.logger());
        tree.put("thread", line.thread());
        tree.put("message", line.message());
        tree.put("failure", line.failure());
        return tree;
    }
}
