package io.stele.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Runs an operation many times, in two passes.
 *
 * <pre>
 *   pass 1   op op op op …          elapsed time and allocation of all together: what ratios are made of
 *   pass 2   |op|op|op|op| …        the clock is read around each: percentiles, about 20 ns too high
 * </pre>
 */
final class Loop {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long LATENCY_NS_MAX = TimeUnit.MINUTES.toNanos(2);
    private static final int DIGITS = 3;

    private Loop() {}

    /** One operation. */
    @FunctionalInterface
    interface Op {
        /** Does it once. */
        void run();
    }

    static Histogram newHistogram() {
        return new Histogram(LATENCY_NS_MAX, DIGITS);
    }

    static void record(Histogram histogram, long elapsedNs) {
        histogram.recordValue(Math.max(0, Math.min(elapsedNs, LATENCY_NS_MAX)));
    }

    /** Returns the heap bytes that the calling thread has allocated so far. */
    static long allocatedBytes() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Runs {@code ops} operations in one go, then {@code timedOps} timed one by one. */
    static Sample run(Op op, long ops, long timedOps) {
        Sample untimed = untimed(op, ops);
        return new Sample(ops, untimed.elapsedNs(), untimed.allocatedBytes(), timed(op, timedOps), null);
    }

    /** Runs one operation per thread, {@code ops} times in each, all at once; then {@code timedOps} timed ones in each. */
    static Sample parallel(List<? extends Op> threads, long ops, long timedOps) throws InterruptedException {
        CyclicBarrier barrier = new CyclicBarrier(threads.size());
        ExecutorService executor = Executors.newFixedThreadPool(threads.size());
        try {
            List<Future<Part>> parts = new ArrayList<>();
            for (Op op : threads) {
                parts.add(executor.submit(() -> part(barrier, op, ops, timedOps)));
            }
            return sum(parts, ops);
        } finally {
            executor.shutdownNow();
        }
    }

    /** Starts an operation every {@code intervalNs}, however long the one before took. */
    static Sample paced(Op op, long ops, long intervalNs) {
        Histogram latency = newHistogram();
        Histogram response = newHistogram();
        long allocated = allocatedBytes();
        long startNs = System.nanoTime();
        for (long i = 0; i < ops; i++) {
            long intendedNs = startNs + i * intervalNs;
            long beforeNs = System.nanoTime();
            while (beforeNs - intendedNs < 0) {
                Thread.onSpinWait();
                beforeNs = System.nanoTime();
            }
            op.run();
            long afterNs = System.nanoTime();
            record(latency, afterNs - beforeNs);
            record(response, afterNs - intendedNs);
        }
        long elapsedNs = System.nanoTime() - startNs;
        return new Sample(ops, elapsedNs, allocatedBytes() - allocated, latency, response);
    }

    private static Sample untimed(Op op, long ops) {
        long allocated = allocatedBytes();
        long startNs = System.nanoTime();
        for (long i = 0; i < ops; i++) {
            op.run();
        }
        long elapsedNs = System.nanoTime() - startNs;
        return new Sample(ops, elapsedNs, allocatedBytes() - allocated, null, null);
    }

    private static Histogram timed(Op op, long ops) {
        Histogram histogram = newHistogram();
        for (long i = 0; i < ops; i++) {
            long startNs = System.nanoTime();
            op.run();
            record(histogram, System.nanoTime() - startNs);
        }
        return histogram;
    }

    /** What one of several threads did. */
    private record Part(long startNs, Sample sample) {
        long endNs() {
            return startNs + sample.elapsedNs();
        }
    }

    private static Part part(CyclicBarrier barrier, Op op, long ops, long timedOps)
            throws InterruptedException, BrokenBarrierException {
        barrier.await();
        long startNs = System.nanoTime();
        Sample untimed = untimed(op, ops);
        barrier.await();
        return new Part(
                startNs, new Sample(ops, untimed.elapsedNs(), untimed.allocatedBytes(), timed(op, timedOps), null));
    }

    private static Sample sum(List<Future<Part>> futures, long ops) throws InterruptedException {
        long startNs = Long.MAX_VALUE;
        long endNs = Long.MIN_VALUE;
        long allocated = 0;
        Histogram latency = newHistogram();
        for (Future<Part> future : futures) {
            Part part = join(future);
            startNs = Math.min(startNs, part.startNs());
            endNs = Math.max(endNs, part.endNs());
            allocated += part.sample().allocatedBytes();
            latency.add(part.sample().latencyNs());
        }
        return new Sample(ops * futures.size(), endNs - startNs, allocated, latency, null);
    }

    private static Part join(Future<Part> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a measuring thread failed: cause=" + e.getCause(), e.getCause());
        }
    }
}
