package io.stele.tools;

import io.stele.journal.JournalSummary.Actor;
import io.stele.spi.Clock;
import io.stele.spi.SnapshotStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of the actors' histories snapshots spare at recovery.
 *
 * @param actorCount how many actors were looked at
 * @param coveredCount how many of them have a snapshot
 * @param replayMedian events that the middle one replays on top of its snapshot
 * @param replayMax events that the worst one replays
 */
record SnapshotCoverage(long actorCount, long coveredCount, long replayMedian, long replayMax) {
    /** Beyond so many actors of a type it looks at so many only, and says so by {@link #actorCount}. */
    private static final int ACTORS_MAX = 100_000;

    /** Looks the newest snapshot of every actor up, by entity type. */
    static Map<String, SnapshotCoverage> of(List<Actor> actors, SnapshotStore snapshots, long budgetNs) {
        long startNs = Clock.system().nanoTime();
        Map<String, List<Long>> replays = new HashMap<>();
        Map<String, Long> covered = new HashMap<>();
        for (Actor actor : actors) {
            String type = actor.persistenceId().entityType();
            List<Long> ofType = replays.computeIfAbsent(type, name -> new ArrayList<>());
            if (ofType.size() == ACTORS_MAX || Clock.system().nanoTime() - startNs > budgetNs) {
                continue;
            }
            List<Long> numbers = snapshots.sequenceNumbers(actor.persistenceId());
            long newest = numbers.isEmpty() ? 0 : numbers.get(0);
            ofType.add(Math.max(0, actor.lastSequenceNumber() - newest));
            covered.merge(type, numbers.isEmpty() ? 0L : 1L, Long::sum);
        }
        Map<String, SnapshotCoverage> coverages = new HashMap<>();
        replays.values().removeIf(List::isEmpty);
        replays.forEach((type, counts) -> coverages.put(type, of(counts, covered.getOrDefault(type, 0L))));
        return coverages;
    }

    private static SnapshotCoverage of(List<Long> replays, long coveredCount) {
        Collections.sort(replays);
        return new SnapshotCoverage(
                replays.size(), coveredCount, replays.get(replays.size() / 2), replays.get(replays.size() - 1));
    }
}
