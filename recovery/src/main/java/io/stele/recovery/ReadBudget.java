package io.stele.recovery;

import io.stele.spi.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How many bytes of snapshots and events recovery may read per second, so that a restart leaves the disk to those who are served
 * already. Whoever has read more than there was waits, a debt of one read at most; what nobody uses is kept for one second.
 *
 * <p>Any thread. Never waited for on a thread that runs actors.
 */
public final class ReadBudget {
    private static final long PARK_NS_MAX = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    private final long bytesPerSecond;
    private double available;
    private long lastNs;
    private volatile boolean lifted;

    private ReadBudget(Clock clock, long bytesPerSecond) {
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        available = bytesPerSecond;
        lastNs = clock.nanoTime();
    }

    /**
     * Makes a budget.
     *
     * @param bytesPerSecond at least 1; 0 for no limit
     * @throws IllegalArgumentException if it is negative
     */
    public static ReadBudget of(Clock clock, long bytesPerSecond) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("bytesPerSecond must not be negative: bytesPerSecond=" + bytesPerSecond);
        }
        return new ReadBudget(clock, bytesPerSecond);
    }

    /** Returns whether nothing is ever waited for. */
    public boolean isUnlimited() {
        return bytesPerSecond == 0 || lifted;
    }

    /** Returns the limit in bytes per second; 0 for none. */
    public long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** Lets nobody wait any more: the system is being closed. */
    public void lift() {
        lifted = true;
    }

    /** Takes {@code bytes} that have been read, then waits until the budget is out of debt. */
    void spend(long bytes) {
        if (isUnlimited()) {
            return;
        }
        long debtNs = take(bytes);
        while (debtNs > 0 && !lifted) {
            LockSupport.parkNanos(this, Math.min(debtNs, PARK_NS_MAX));
            debtNs = take(0);
        }
    }

    /** Returns how long to wait for the budget to be out of debt. */
    private synchronized long take(long bytes) {
        long nowNs = clock.nanoTime();
        double earned = (double) (nowNs - lastNs) / SECOND_NS * bytesPerSecond;
        available = Math.min((double) bytesPerSecond, available + earned);
        lastNs = nowNs;
        available -= (double) bytes;
        return available >= 0 ? 0 : (long) Math.ceil(-available / bytesPerSecond * SECOND_NS);
    }
}
