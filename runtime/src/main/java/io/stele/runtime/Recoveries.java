package io.stele.runtime;

import io.stele.recovery.RecoveryReport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What the recoveries of one system came to since it was opened: how many, how long, the last ones and the slowest.
 *
 * <p>Any thread.
 */
public final class Recoveries {
    /** How many of the last recoveries are kept. */
    public static final int LAST_COUNT_MAX = 100;

    /** How many of the slowest recoveries are kept. */
    public static final int SLOWEST_COUNT_MAX = 20;

    private final RecoveryPermits permits;
    private final ArrayDeque<RecoveryReport> last = new ArrayDeque<>();
    private final List<RecoveryReport> slowest = new ArrayList<>();
    private long recoveredCount;
    private long failedCount;
    private long eventsReplayed;
    private long payloadBytes;
    private long replayNs;
    private long overheadNs;

    Recoveries(RecoveryPermits permits) {
        this.permits = permits;
    }

    /**
     * Everything at one moment.
     *
     * @param permitCount how many actors may recover at once
     * @param activeCount how many are being recovered
     * @param waitingCount how many wait for a permit
     * @param recoveredCount how many were recovered
     * @param failedCount how many could not be
     * @param eventsReplayed how many events were replayed
     * @param payloadBytes how many bytes of snapshots and events were decoded
     * @param replayNs how long the replays took together, in nanoseconds
     * @param overheadNs how long everything else took together: looking up, snapshots, checks
     */
    public record Totals(
            int permitCount,
            int activeCount,
            int waitingCount,
            long recoveredCount,
            long failedCount,
            long eventsReplayed,
            long payloadBytes,
            long replayNs,
            long overheadNs) {}

    /** Returns how many there were, and what they cost. */
    public synchronized Totals totals() {
        return new Totals(
                permits.permitCount(),
                permits.activeCount(),
                permits.waitingCount(),
                recoveredCount,
                failedCount,
                eventsReplayed,
                payloadBytes,
                replayNs,
                overheadNs);
    }

    /** Returns the last recoveries, the newest first, at most {@value #LAST_COUNT_MAX}. */
    public synchronized List<RecoveryReport> last() {
        return List.copyOf(last);
    }

    /** Returns the slowest recoveries, the slowest first, at most {@value #SLOWEST_COUNT_MAX}. Waiting does not count. */
    public synchronized List<RecoveryReport> slowest() {
        return List.copyOf(slowest);
    }

    synchronized void onRecovered(RecoveryReport report) {
        recoveredCount++;
        eventsReplayed += report.eventsReplayed();
        payloadBytes += report.payloadBytes();
        replayNs += report.phases().replayNs();
        overheadNs += report.durationNs() - report.phases().replayNs();
        last.addFirst(report);
        if (last.size() > LAST_COUNT_MAX) {
            last.removeLast();
        }
        if (slowest.size() < SLOWEST_COUNT_MAX
                || report.durationNs() > slowest.get(slowest.size() - 1).durationNs()) {
            slowest.add(report);
            slowest.sort(Comparator.comparingLong(RecoveryReport::durationNs).reversed());
            if (slowest.size() > SLOWEST_COUNT_MAX) {
                slowest.remove(slowest.size() - 1);
            }
        }
    }

    synchronized void onFailed() {
        failedCount++;
    }
}
