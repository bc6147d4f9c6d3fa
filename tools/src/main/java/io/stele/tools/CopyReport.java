package io.stele.tools;

import io.stele.Backup;
import io.stele.journal.JournalSummary;
import io.stele.journal.VerifyReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code backup}, {@code restore} and {@code fork} have made.
 *
 * @param command which of them
 * @param source of what
 * @param made what was made
 */
record CopyReport(String command, Path source, Backup.Report made) {

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        VerifyReport verified = made.journal().verified();
        tree.put("schema", "stele." + command + "/1");
        tree.put("source", source.toString());
        tree.put("target", made.target().toString());
        tree.put("journalId", made.journal().journalId().toString());
        tree.put("positions", made.journal().positions());
        tree.put("sharedFiles", made.journal().linkedCount());
        tree.put("sharedBytes", made.journal().linkedBytes());
        tree.put("copiedFiles", made.journal().copiedCount());
        tree.put("copiedBytes", made.journal().copiedBytes());
        tree.put("onOtherFileSystem", made.onOtherFileSystem());
        tree.put("verified", verified != null);
        if (verified != null) {
            tree.put("eventCount", eventCount(verified));
            tree.put("actorCount", verified.actorCount());
        }
        tree.put("durationNs", made.durationNs());
        return tree;
    }

    List<String> lines(Screen screen) {
        List<String> lines = new ArrayList<>();
        VerifyReport verified = made.journal().verified();
        lines.add(screen.paint(Paint.GOOD, command + " made") + "  "
                + screen.paint(Paint.BOLD, SafeText.of(made.target().toString())) + " in "
                + Units.duration(made.durationNs()));
        lines.add(
                verified == null
                        ? "  not verified; check it with: stele verify --data-dir "
                                + SafeText.of(made.target().toString())
                        : "  verified: " + Units.count(eventCount(verified), "event") + " of "
                                + Units.count(verified.actorCount(), "actor"));
        lines.add("  journal: " + Units.bytes(made.journal().linkedBytes()) + " shared in "
                + Units.count(made.journal().linkedCount(), "file") + ", "
                + Units.bytes(made.journal().copiedBytes()) + " copied in "
                + Units.count(made.journal().copiedCount(), "file"));
        return lines;
    }

    /** What a user should know and a script need not. */
    List<String> remarks() {
        return made.onOtherFileSystem()
                ? List.of("target is on another file system, so files were copied instead of shared")
                : List.of();
    }

    private static long eventCount(VerifyReport verified) {
        return verified.segments().stream()
                .mapToLong(JournalSummary.Segment::eventCount)
                .sum();
    }
}
