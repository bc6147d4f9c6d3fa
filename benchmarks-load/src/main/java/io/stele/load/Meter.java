package io.stele.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a load that runs by itself: lets it warm up, then takes one window.
 *
 * @param warmUpMs how long it runs before the window
 * @param windowMs how long the window is
 */
record Meter(long warmUpMs, long windowMs) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long LATENCY_NS_MAX = TimeUnit.MINUTES.toNanos(2);

    static Recorder newRecorder() {
        return new Recorder(LATENCY_NS_MAX, 3);
    }

    static void record(Recorder recorder, long elapsedNs) {
        recorder.recordValue(Math.max(0, Math.min(elapsedNs, LATENCY_NS_MAX)));
    }

    Measured measure(LongSupplier count, @Nullable Recorder latency) {
        pause(warmUpMs);
        if (latency != null) {
            latency.reset();
        }
        long allocated = allocatedBytes();
        long startNs = System.nanoTime();
        long before = count.getAsLong();
        pause(windowMs);
        long ops = count.getAsLong() - before;
        long elapsedNs = System.nanoTime() - startNs;
        Histogram histogram = latency == null ? null : latency.getIntervalHistogram();
        return new Measured(Math.max(1, ops), elapsedNs, allocatedBytes() - allocated, histogram);
    }

    static void pause(long ms) {
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        for (long leftNs = untilNs - System.nanoTime(); leftNs > 0; leftNs = untilNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }

    /** Returns what all living threads have allocated so far. */
    private static long allocatedBytes() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    /** Returns the bytes on the heap that are in use, garbage apart. */
    static long usedHeapBytes() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            pause(100);
            used = Math.min(
                    used,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return used;
    }
}
