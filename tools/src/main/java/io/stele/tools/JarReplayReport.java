package io.stele.tools;

import io.stele.tools.Rehearsal.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a jar makes of history.
 *
 * @param directory of which data
 * @param settings with which code
 * @param kinds of actors that it knows
 * @param outcomes one per actor
 * @param eventCount how many events were replayed
 * @param durationNs how long that took
 */
record JarReplayReport(
        Path directory,
        JarReplay.Settings settings,
        List<String> kinds,
        List<Outcome> outcomes,
        long eventCount,
        long durationNs) {
    private static final int SHOWN_MAX = 50;

    /** How a verdict begins that proves nothing; it comes out of another class loader, as text. */
    private static final String UNCOMPARED = "nothing could be compared";

    boolean isClean() {
        return outcomes.stream().allMatch(Outcome::agrees);
    }

    private List<Outcome> differing() {
        return outcomes.stream().filter(outcome -> !outcome.agrees()).toList();
    }

    /** Of how many actors neither a hash nor a snapshot, nor other code, says what their state was. */
    private long uncomparedCount() {
        return outcomes.stream()
                .filter(outcome -> outcome.report().startsWith(UNCOMPARED))
                .count();
    }

    private long eventsPerSecond() {
        return durationNs == 0 ? 0 : (long) (eventCount / (durationNs / 1e9));
    }

    Map<String, Object> tree(boolean diff) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.replay-jar/1");
        tree.put("dataDirectory", directory.toString());
        tree.put("jar", settings.jar().toString());
        tree.put("against", settings.old() == null ? null : String.valueOf(settings.old()));
        tree.put("samplePercent", settings.sharePercent());
        tree.put("kinds", kinds);
        tree.put("clean", isClean());
        tree.put("actors", outcomes.size());
        tree.put("events", eventCount);
        tree.put("differing", differing().size());
        tree.put("uncompared", uncomparedCount());
        tree.put("durationNs", durationNs);
        tree.put("eventsPerSecond", eventsPerSecond());
        tree.put(
                "differences",
                differing().stream().map(outcome -> tree(outcome, diff)).toList());
        return tree;
    }

    private static Map<String, Object> tree(Outcome outcome, boolean diff) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", outcome.id().encoded());
        tree.put("sequenceNumber", outcome.sequenceNumber());
        tree.put("report", outcome.report());
        if (diff) {
            tree.put("before", raw(outcome.before()));
            tree.put("after", raw(outcome.after()));
        }
        return tree;
    }

    private static Json.@Nullable Raw raw(@Nullable String json) {
        return json == null ? null : new Json.Raw(json);
    }

    List<String> lines(Screen screen, boolean diff) {
        List<String> lines = new ArrayList<>();
        lines.add(
                isClean()
                        ? screen.paint(Paint.GOOD, screen.tick() + " the new code makes the same of history")
                        : screen.paint(
                                Paint.BAD,
                                screen.cross() + " " + Units.count(differing().size(), "actor")
                                        + " would have another state, or none"));
        lines.add("  " + Units.count(eventCount, "event") + " of " + Units.count(outcomes.size(), "actor") + " in "
                + Units.duration(durationNs) + ", " + Units.count(eventsPerSecond()) + " events/s");
        if (uncomparedCount() > 0) {
            lines.add("  of " + Units.count(uncomparedCount(), "actor")
                    + " there was nothing to compare with, which proves nothing; --against compares with other code");
        }
        for (Outcome outcome : differing().stream().limit(SHOWN_MAX).toList()) {
            lines.add("");
            lines.add("  " + SafeText.of(outcome.report()));
            if (diff && outcome.before() != null) {
                lines.add("    " + screen.paint(Paint.BAD, "- " + SafeText.of(outcome.before())));
                lines.add("    " + screen.paint(Paint.GOOD, "+ " + SafeText.of(String.valueOf(outcome.after()))));
            }
        }
        if (differing().size() > SHOWN_MAX) {
            lines.add("  and " + Units.count(differing().size() - SHOWN_MAX) + " more; all of them with --json");
        }
        return lines;
    }
}
