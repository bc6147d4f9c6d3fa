package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/**
 * What bringing actors back costs, as far as it was measured: one for each kind of actor, and one for each actor that is in
 * memory, which starts from what its kind has learnt.
 *
 * <pre>
 *   recovery = loading + bytes × reading + events × applying
 *              └── real recoveries ──────┘           └── recoveries and live events, every 64th
 * </pre>
 *
 * <p>Each figure follows what is measured with a weight of 1/4, so that it forgets a slow start and follows a handler that becomes
 * slower as the state grows. Before the first recovery reading is assumed to cost {@link #READING_NS_PER_BYTE_ASSUMED}.
 *
 * <p>Those of a kind are shared by its actors: any thread. Those of an actor are confined to it.
 */
final class ReplayCost {
    /** About what replaying small events from a journal in the page cache takes. */
    static final double READING_NS_PER_BYTE_ASSUMED = 2;

    /** One event, or batch of events, in so many is measured. A power of two. */
    static final int SAMPLED_EVERY = 64;

    private static final double WEIGHT = 0.25;
    private static final double GROWTH_MAX = 13; // 1 + WEIGHT × (13 − 1) = 4
    private static final double UNKNOWN = -1;

    private final @Nullable ReplayCost ofKind;
    private volatile double loadingNs = UNKNOWN;
    private volatile double readingNsPerByte = UNKNOWN;
    private volatile double applyingNs = UNKNOWN;

    /** That of a kind of actor. */
    ReplayCost() {
        this(null);
    }

    /** That of one actor. */
    ReplayCost(@Nullable ReplayCost ofKind) {
        this.ofKind = ofKind;
    }

    /** {@code eventCount} events, one at least, were applied within {@code durationNs}. */
    synchronized void applied(long eventCount, long durationNs) {
        applyingNs = follow(applyingNs, (double) durationNs / eventCount);
        if (ofKind != null) {
            ofKind.applied(eventCount, durationNs);
        }
    }

    /** A recovery took {@code loadingNs} before its first event. */
    synchronized void loaded(long durationNs) {
        loadingNs = follow(loadingNs, (double) durationNs);
        if (ofKind != null) {
            ofKind.loaded(durationNs);
        }
    }

    /** Replaying {@code eventCount} events took {@code durationNs}: what applying does not account for was reading. */
    synchronized void replayed(long eventCount, long bytes, long durationNs) {
        double rest = Math.max(0, durationNs - eventCount * applyingNs());
        readingNsPerByte = follow(readingNsPerByte, rest / Math.max(1, bytes));
        if (ofKind != null) {
            ofKind.replayed(eventCount, bytes, durationNs);
        }
    }

    long predictReplayNs(long eventCount, long bytes) {
        return (long) (bytes * readingNsPerByte() + eventCount * applyingNs());
    }

    long predictLoadingNs() {
        double own = loadingNs;
        return own >= 0 ? (long) own : ofKind == null ? 0 : ofKind.predictLoadingNs();
    }

    private double readingNsPerByte() {
        double own = readingNsPerByte;
        return own >= 0 ? own : ofKind == null ? READING_NS_PER_BYTE_ASSUMED : ofKind.readingNsPerByte();
    }

    private double applyingNs() {
        double own = applyingNs;
        return own >= 0 ? own : ofKind == null ? 0 : ofKind.applyingNs();
    }

    /** One measurement may at most quadruple a figure: a pause of the collector must not look like a slow handler for long. */
    private static double follow(double before, double measured) {
        double bounded = Math.min(measured, GROWTH_MAX * Math.max(before, 1));
        return before < 0 ? measured : before + WEIGHT * (bounded - before);
    }
}
