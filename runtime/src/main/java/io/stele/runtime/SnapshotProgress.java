package io.stele.runtime;

import io.stele.recovery.RecoveryReport;
import io.stele.spi.Clock;

/**
 * How far one actor has come since its last snapshot, and what coming so far again would cost.
 *
 * <p>Confined to its actor: recovery fills it, the living actor goes on with it.
 */
final class SnapshotProgress {
    /** A recovery of fewer events says little about what one of them costs. */
    private static final long EVENTS_TELLING = 16;

    private final ReplayCost cost;
    private final Clock clock;
    private long eventCount;
    private long bytes;
    private long applyCount;
    private boolean isTimed;
    private long appliedSinceNs;

    SnapshotProgress(ReplayCost cost, Clock clock) {
        this.cost = cost;
        this.clock = clock;
    }

    /** Recovery is over: learns from what it has cost. */
    void onRecovered(RecoveryReport report) {
        RecoveryReport.Phases phases = report.phases();
        if (report.snapshotSequenceNumber() > 0) {
            cost.loaded(phases.snapshotNs());
        }
        if (eventCount >= EVENTS_TELLING) {
            cost.replayed(eventCount, bytes, phases.replayNs());
        }
    }

    /** Events of so many encoded bytes are about to be applied. */
    void onAppended(long eventBytes) {
        bytes += eventBytes;
    }

    /** Reads the clock once in a while only. */
    void beforeApply() {
        isTimed = (applyCount++ & ReplayCost.SAMPLED_EVERY - 1) == 0;
        if (isTimed) {
            appliedSinceNs = clock.nanoTime();
        }
    }

    void afterApply(int count) {
        eventCount += count;
        if (isTimed) {
            cost.applied(count, clock.nanoTime() - appliedSinceNs);
        }
    }

    /** A snapshot is taken now. */
    void restart() {
        eventCount = 0;
        bytes = 0;
    }

    long eventCount() {
        return eventCount;
    }

    long bytes() {
        return bytes;
    }

    long predictReplayNs() {
        return cost.predictReplayNs(eventCount, bytes);
    }

    long predictRecoveryNs() {
        return cost.predictLoadingNs() + predictReplayNs();
    }
}
