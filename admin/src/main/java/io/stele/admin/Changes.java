package io.stele.admin;

import io.stele.runtime.ActorSystem;
import io.stele.spi.PersistenceId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the page can change: by POST alone, see {@link Gate}. Any thread. */
final class Changes {
    private static final long EXPIRY_S_MAX = 7 * 24 * 3_600;
    private static final int REASON_LENGTH_MAX = 200;

    private final ActorSystem system;
    private final AdminBuilder settings;
    private final Map<String, AdminServer.Change> changes = new LinkedHashMap<>();

    Changes(Observer observer, AdminBuilder settings) {
        system = observer.system;
        this.settings = settings;
        changes.put("/api/loggers/level", this::level);
        changes.put("/api/parked/tell-again", this::tellAgain);
        changes.put("/api/parked/discard", this::discard);
        if (observer.journal != null) {
            changes.put("/api/quarantine/retry", this::retry);
            changes.put("/api/quarantine/skip", this::skip);
        }
    }

    Map<String, AdminServer.Change> all() {
        return changes;
    }

    private Object level(Request request) {
        LogControl log = settings.log;
        if (log == null) {
            throw Refusal.badRequest("server was started without a log to control; nothing was changed");
        }
        Duration expiry = Duration.ofSeconds(request.number("forSeconds", 0, 0, EXPIRY_S_MAX));
        log.level(request.require("logger"), request.require("level"), expiry);
        return Map.of("done", true);
    }

    private Object tellAgain(Request request) {
        long number = request.number("number", 0, 1, Long.MAX_VALUE);
        return Map.of("done", system.parked().tellAgain(number));
    }

    private Object discard(Request request) {
        long number = request.number("number", 0, 1, Long.MAX_VALUE);
        return Map.of("done", system.parked().discard(number));
    }

    private Object retry(Request request) {
        var report = system.quarantine().retry(PersistenceId.parse(request.require("actor")));
        return Map.of("done", true, "wasQuarantined", report.isPresent());
    }

    private Object skip(Request request) {
        String reason = request.require("reason");
        if (reason.length() > REASON_LENGTH_MAX) {
            throw Refusal.badRequest(
                    "reason is too long: length=" + reason.length() + ", lengthMax=" + REASON_LENGTH_MAX);
        }
        system.quarantine()
                .skip(
                        PersistenceId.parse(request.require("actor")),
                        request.number("sequenceNumber", 0, 1, Long.MAX_VALUE),
                        request.require("by"),
                        reason);
        return Map.of("done", true);
    }
}
