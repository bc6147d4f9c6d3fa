package io.stele.runtime;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.function.DoubleSupplier;

/**
 * Lets idle actors leave sooner while memory is scarce: every look at a heap that is too full divides the time that they may be idle by
 * four, every look at one that is not gives it back.
 *
 * <p>Confined to the sweeper's thread.
 */
final class MemoryPressure {
    private static final int SHIFT = 2;
    private static final int SHIFT_MAX = 62;

    private final DoubleSupplier heapShare;
    private final double shareMax;
    private int shift;

    /**
     * Starts without pressure.
     *
     * @param heapShare which part of the heap is in use, 0 to 1
     * @param shareMax beyond which part it is too full
     */
    MemoryPressure(DoubleSupplier heapShare, double shareMax) {
        this.heapShare = heapShare;
        this.shareMax = shareMax;
    }

    /** Looks at the heap. */
    void look() {
        if (shareMax >= 1) {
            return; // never too full, so that it need not be known
        }
        shift = heapShare.getAsDouble() > shareMax ? Math.min(SHIFT_MAX, shift + SHIFT) : Math.max(0, shift - SHIFT);
    }

    /** Returns how long an actor may be idle now that otherwise may be so for {@code lifetimeNs}. */
    long lifetimeNs(long lifetimeNs) {
        return lifetimeNs >> shift;
    }

    /** Returns how much of the old part of the heap was in use after its last collection; garbage does not count. */
    static double shareAfterCollection() {
        double share = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            boolean isOld = pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported();
            MemoryUsage usage = isOld ? pool.getCollectionUsage() : null;
            if (usage != null && usage.getMax() > 0) {
                share = Math.max(share, (double) usage.getUsed() / usage.getMax());
            }
        }
        return share;
    }
}
