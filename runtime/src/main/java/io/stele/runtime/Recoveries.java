package io.stele.runtime;

import io.stele.recovery.RecoveryRates;
import io.stele.recovery.RecoveryReport;
import io.stele.spi.IndexStore;
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
    private final RecoveryRates earlier;
    private final ArrayDeque<RecoveryReport> last = new ArrayDeque<>();
    private final List<RecoveryReport> slowest = new ArrayList<>();
    private long failedCount;
    private RecoveryRates now = RecoveryRates.NONE;

    Recoveries(RecoveryPermits permits, RecoveryRates earlier) {
        this.permits = permits;
        this.earlier = earlier;
    }

    /** Reads what recoveries took before from an index that somebody else may be writing. */
    public static RecoveryRates readRates(IndexStore index) {
        return RatesStore.load(index);
    }

    /**
     * Everything at one moment.
     *
     * @param permitCount how many actors may recover at once
     * @param activeCount how many are being recovered
     * @param waitingCount how many wait for a permit
     * @param failedCount how many could not be recovered
     * @param done how many were, and what that took
     */
    public record Totals(int permitCount, int activeCount, int waitingCount, long failedCount, RecoveryRates done) {}

    /** Returns how many there were, and what they cost. */
    public synchronized Totals totals() {
        return new Totals(permits.permitCount(), permits.activeCount(), permits.waitingCount(), failedCount, now);
    }

    /** Returns what recoveries took, those of earlier openings included, which count less the older they are. */
    public synchronized RecoveryRates rates() {
        return earlier.plus(now);
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
        long replayNs = report.phases().replayNs();
        now = now.plus(new RecoveryRates(
                1, report.eventsReplayed(), report.payloadBytes(), replayNs, report.durationNs() - replayNs));
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
