package io.stele.tools;

import io.stele.recovery.ReplayVerdict;
import io.stele.runtime.HistoryCheck;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the replays of some actors have come to.
 *
 * @param directory where
 * @param results one for each actor
 */
record ReplayReport(Path directory, List<Result> results) {

    /**
     * One actor.
     *
     * @param id which
     * @param verdict null if it could not be replayed
     * @param failure why not; null if it could
     */
    record Result(
            PersistenceId id,
            @Nullable ReplayVerdict verdict,
            @Nullable String failure) {
        private static Result of(HistoryCheck handlers, PersistenceId id) {
            try {
                return new Result(id, handlers.check(id), null);
            } catch (SteleException e) {
                return new Result(id, null, e.getMessage());
            }
        }

        boolean isClean() {
            return verdict != null && verdict.agrees();
        }

        String report() {
            return verdict == null ? String.valueOf(failure) : verdict.report();
        }

        private Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("actor", id.encoded());
            tree.put("clean", isClean());
            if (verdict != null) {
                ReplayVerdict.Disagreement disagreement = verdict.disagreement();
                tree.put("sequenceNumber", verdict.sequenceNumber());
                tree.put("startedFrom", verdict.startedFrom());
                tree.put("comparedCount", verdict.comparedCount());
                tree.put("incomparableCount", verdict.incomparableCount());
                tree.put("sequenceNumberAgreeing", verdict.agreeing());
                tree.put("sequenceNumberDiffering", disagreement == null ? null : disagreement.sequenceNumber());
            }
            tree.put("report", report());
            return tree;
        }
    }

    static ReplayReport of(Path directory, HistoryCheck handlers, List<PersistenceId> ids) {
        return new ReplayReport(
                directory, ids.stream().map(id -> Result.of(handlers, id)).toList());
    }

    boolean isClean() {
        return results.stream().allMatch(Result::isClean);
    }

    private long comparedCount() {
        return results.stream()
                .mapToLong(result ->
                        result.verdict() == null ? 0 : result.verdict().comparedCount())
                .sum();
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.replay/1");
        tree.put("directory", directory.toString());
        tree.put("clean", isClean());
        tree.put("actorCount", results.size());
        tree.put("comparedCount", comparedCount());
        tree.put("actors", results.stream().map(Result::tree).toList());
        return tree;
    }

    List<String> lines(Screen screen) {
        List<String> lines = new ArrayList<>();
        for (Result result : results) {
            if (!result.isClean()) {
                lines.add(screen.paint(Paint.BAD, SafeText.of(result.report())));
            }
        }
        long findings = results.stream().filter(result -> !result.isClean()).count();
        String checked = Units.count(results.size(), "actor") + " replayed, " + Units.count(comparedCount(), "state")
                + " compared: ";
        lines.add(screen.paint(
                findings == 0 ? Paint.GOOD : Paint.BAD,
                checked
                        + (findings > 0
                                ? Units.count(findings, "actor") + " with findings"
                                : comparedCount() == 0
                                        ? "there was nothing to compare with, which proves nothing"
                                        : "handlers and history agree")));
        return lines;
    }
}
