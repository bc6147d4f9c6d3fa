package io.stele.recovery;

import io.stele.recovery.CompactionPlan.PlannedFile;
import io.stele.recovery.CompactionPlan.Verdict;
import io.stele.spi.ActorTally;
import io.stele.spi.Clock;
import io.stele.spi.ConsumerOffsets;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.HistoryFile;
import io.stele.spi.HistoryFiles;
import io.stele.spi.PersistenceId;
import io.stele.spi.SnapshotStore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Works out what a compaction would do. Reads only; needs neither a lock nor the owner of the journal.
 *
 * <pre>
 *   tallies of every file ──&gt; floor of every actor ──&gt; what is live in each file ──&gt; verdict
 * </pre>
 *
 * <p>A lane gives up its oldest files first. Files at the new end that are live for the most part stay, and so does everything if
 * too little would be gained; a file in the middle is never in the way, however much of it has to be carried over.
 */
public final class CompactionPlanner {
    /** A file at the end of what may go stays if more than this share of it is live. */
    private static final double LIVE_SHARE_MAX = 0.8;

    /** A file that was carried over is merged with its successors while it is shorter than this. */
    private static final long MERGE_BYTES_MAX = 32L << 20;

    private static final long CARRIED_GAIN_BYTES_MIN = 4096;

    private final HistoryFiles history;
    private final SnapshotStore snapshots;
    private final CompactionRules rules;
    private final long nowMs;

    private CompactionPlanner(HistoryFiles history, SnapshotStore snapshots, CompactionRules rules, long nowMs) {
        this.history = history;
        this.snapshots = snapshots;
        this.rules = rules;
        this.nowMs = nowMs;
    }

    /**
     * Plans. Costs one pass over every file that was not counted before, and one look-up in the snapshots for every actor.
     *
     * @throws io.stele.spi.JournalException if the journal or the list of holds cannot be read
     */
    public static CompactionPlan plan(
            HistoryFiles history, SnapshotStore snapshots, CompactionRules rules, Clock clock) {
        CompactionPlanner planner = new CompactionPlanner(history, snapshots, rules, clock.epochMs());
        List<PlannedFile> files = new ArrayList<>();
        for (int lane = 0; lane < history.laneCount(); lane++) {
            files.addAll(planner.lane(lane));
        }
        return new CompactionPlan(files);
    }

    /** What one file holds, and what stays of it. */
    private static final class Count {
        private final HistoryFile file;
        private final Map<Floors.Cause, Long> stragglers = new EnumMap<>(Floors.Cause.class);
        private long events;
        private long liveEvents;
        private long liveBytes;
        private @Nullable String blockedBy;

        Count(HistoryFile file) {
            this.file = file;
        }

        long stragglerCount() {
            return stragglers.values().stream().mapToLong(Long::longValue).sum();
        }

        double liveShare() {
            return (double) liveBytes / Math.max(1, file.bytes());
        }

        PlannedFile planned(Verdict verdict, String reason) {
            return new PlannedFile(file, events, liveEvents, stragglerCount(), liveBytes, verdict, reason);
        }
    }

    private List<PlannedFile> lane(int lane) {
        List<HistoryFile> files = history.files(lane);
        Floors floors = new Floors(snapshots, rules, nowMs);
        Map<PersistenceId, Long> last = new HashMap<>();
        List<Count> counts = new ArrayList<>();
        for (HistoryFile file : files) {
            Count count = new Count(file);
            counts.add(count);
            try {
                history.tally(file, tally -> last.merge(tally.persistenceId(), tally.lastSequenceNumber(), Math::max));
            } catch (CorruptJournalException e) {
                count.blockedBy = "it is damaged: " + e.getMessage();
            }
        }
        if (floors.needsTallies()) {
            floors.learn(
                    history,
                    counts.stream()
                            .filter(count -> count.blockedBy == null)
                            .map(count -> count.file)
                            .toList());
        }
        for (Count count : counts) {
            if (count.blockedBy == null) {
                history.tally(count.file, tally -> add(count, tally, floors, last));
                count.blockedBy = blockedBy(count.file);
            }
        }
        return verdicts(counts);
    }

    private static void add(Count count, ActorTally tally, Floors floors, Map<PersistenceId, Long> last) {
        count.events += tally.eventCount();
        Floors.Floor floor =
                floors.floor(tally.persistenceId(), last.getOrDefault(tally.persistenceId(), Long.MAX_VALUE));
        if (tally.lastSequenceNumber() < floor.from()) {
            return;
        }
        count.stragglers.merge(floor.cause(), 1L, Long::sum);
        boolean all = tally.firstSequenceNumber() >= floor.from();
        long live =
                all ? tally.eventCount() : Math.min(tally.eventCount(), tally.lastSequenceNumber() - floor.from() + 1);
        count.liveEvents += live;
        count.liveBytes += all ? tally.bytes() : tally.bytes() * live / Math.max(1, tally.eventCount());
    }

    private @Nullable String blockedBy(HistoryFile file) {
        if (!file.closed()) {
            return "it is one of the lane's two newest segments, or not all of it is durable";
        }
        for (ConsumerOffsets consumer : rules.consumers()) {
            if (consumer.position(file.lane()) <= file.lastPosition()) {
                return "consumer has not read it: name=" + consumer.name() + ", position="
                        + consumer.position(file.lane());
            }
        }
        return null;
    }

    private static List<PlannedFile> verdicts(List<Count> counts) {
        int carried = 0;
        while (carried < counts.size() && counts.get(carried).file.carried()) {
            carried++;
        }
        int end = carried;
        while (end < counts.size() && counts.get(end).blockedBy == null) {
            end++;
        }
        int go = end;
        while (go > carried && counts.get(go - 1).liveShare() > LIVE_SHARE_MAX) {
            go--;
        }
        long bytes = 0;
        long live = 0;
        for (Count count : counts.subList(carried, go)) {
            bytes += count.file.bytes();
            live += count.liveBytes;
        }
        boolean isWorth = live <= LIVE_SHARE_MAX * bytes;
        go = isWorth ? go : carried;
        boolean segmentsGo = go > carried;
        List<PlannedFile> planned = new ArrayList<>();
        for (int i = 0; i < counts.size(); i++) {
            Count count = counts.get(i);
            if (i < carried) {
                planned.add(carried(count, segmentsGo && i == carried - 1));
            } else if (i < go) {
                planned.add(going(count));
            } else {
                planned.add(count.planned(Verdict.KEEP, kept(counts, count, i, end)));
            }
        }
        return planned;
    }

    private static PlannedFile carried(Count count, boolean isLastBeforeGoing) {
        String blockedBy = count.blockedBy;
        if (blockedBy != null) {
            return count.planned(Verdict.KEEP, blockedBy);
        }
        if (isLastBeforeGoing && count.file.bytes() < MERGE_BYTES_MAX) {
            return count.planned(Verdict.CARRY_OVER, "it is merged with what is carried over next");
        }
        boolean isWorth =
                count.file.bytes() - count.liveBytes > CARRIED_GAIN_BYTES_MIN && count.liveShare() <= LIVE_SHARE_MAX;
        return isWorth ? going(count) : count.planned(Verdict.KEEP, "nearly all of it is needed");
    }

    private static PlannedFile going(Count count) {
        if (count.liveEvents == 0 && count.stragglerCount() == 0) {
            return count.planned(Verdict.REMOVE, "a verified snapshot covers every event");
        }
        StringBuilder reason = new StringBuilder("stragglers are carried over: actors=" + count.stragglerCount());
        append(reason, count, Floors.Cause.NO_SNAPSHOT, "withoutSnapshot");
        append(reason, count, Floors.Cause.SNAPSHOT_AHEAD, "snapshotAhead");
        append(reason, count, Floors.Cause.HELD, "held");
        append(reason, count, Floors.Cause.RULE, "byRule");
        append(reason, count, Floors.Cause.COVERED, "behindSnapshot");
        return count.planned(Verdict.CARRY_OVER, reason.toString());
    }

    private static void append(StringBuilder target, Count count, Floors.Cause cause, String name) {
        long actors = count.stragglers.getOrDefault(cause, 0L);
        if (actors > 0) {
            target.append(", ").append(name).append('=').append(actors);
        }
    }

    private static String kept(List<Count> counts, Count count, int index, int end) {
        String blockedBy = count.blockedBy;
        if (blockedBy != null) {
            return blockedBy;
        }
        if (index > end) {
            return "it waits for an older segment: segment="
                    + counts.get(end).file.firstSegment();
        }
        return "too little would be gained: livePercent=" + Math.round(100 * count.liveShare());
    }
}
