package io.stele.benchmarks;

import io.stele.load.Measured;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The limit of every persistent actor: records as long as those of the accounts' events, and nothing around them. In a JVM of its own; takes the
 * arguments of {@link io.stele.load.Load}, for two loads:
 *
 * <pre>
 *   append-L    L threads that append to a Chronicle queue each, on a segment that was filled with zeros before
 *   force       one record written through a mapping and forced, one at a time
 * </pre>
 */
public final class RawDisk {
    private static final long LATENCY_NS_MAX = TimeUnit.MINUTES.toNanos(1);
    /** Half a window's worth at the rates that were seen, so that no segment is larger than half a gigabyte. */
    private static final long APPENDS_PER_MS = 500;

    private RawDisk() {}

    /** Measures, and prints what came of it. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        Quiet.chronicle();
        long warmUpMs = Long.parseLong(arguments[1]);
        long windowMs = Long.parseLong(arguments[2]);
        Path directory = Path.of(arguments[3]);
        int recordBytes = Counter.recordBytes();
        Measured measured = arguments[0].equals("force")
                ? force(directory, recordBytes, warmUpMs, windowMs)
                : append(
                        directory,
                        recordBytes,
                        Integer.parseInt(arguments[0].substring("append-".length())),
                        APPENDS_PER_MS * Math.min(warmUpMs, 1_000),
                        APPENDS_PER_MS * windowMs);
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println(measured.toLine());
        System.exit(0);
    }

    private static Measured force(Path directory, int recordBytes, long warmUpMs, long windowMs) throws IOException {
        Histogram latency = new Histogram(LATENCY_NS_MAX, 3);
        try (ForcedFile file = new ForcedFile(directory.resolve("zeros"), 64 << 20)) {
            long startNs = System.nanoTime();
            long beginNs = startNs + TimeUnit.MILLISECONDS.toNanos(warmUpMs);
            long endNs = beginNs + TimeUnit.MILLISECONDS.toNanos(windowMs);
            long nowNs = startNs;
            while (nowNs - endNs < 0) {
                file.write(recordBytes);
                long doneNs = System.nanoTime();
                if (nowNs - beginNs >= 0) {
                    latency.recordValue(Math.min(LATENCY_NS_MAX, doneNs - nowNs));
                }
                nowNs = doneNs;
            }
            return new Measured(Math.max(1, latency.getTotalCount()), nowNs - beginNs, 0, latency);
        }
    }

    private static Measured append(Path directory, int recordBytes, int lanes, long warmUps, long count)
            throws IOException, InterruptedException {
        long bytes = (warmUps + count + 1) * (recordBytes + RawQueue.DOCUMENT_HEADER_BYTES);
        int segmentBytes = Math.toIntExact(Math.max(4 << 20, Long.highestOneBit(bytes + (1 << 20)) * 2));
        List<RawQueue> queues = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        CountDownLatch warm = new CountDownLatch(lanes);
        CountDownLatch begin = new CountDownLatch(1);
        for (int lane = 0; lane < lanes; lane++) {
            RawQueue queue = new RawQueue(directory.resolve("lane-" + lane), segmentBytes);
            queue.prepare(warmUps + count, recordBytes);
            queues.add(queue);
            RawQueue.Appender appender = queue.appender(recordBytes);
            threads.add(new Thread(() -> {
                appendAll(appender, warmUps);
                warm.countDown();
                await(begin);
                appendAll(appender, count);
            }));
        }
        threads.forEach(Thread::start);
        warm.await();
        long startNs = System.nanoTime();
        begin.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        long elapsedNs = System.nanoTime() - startNs;
        for (RawQueue queue : queues) {
            queue.close();
        }
        return new Measured(lanes * count, elapsedNs, 0, null);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void appendAll(RawQueue.Appender appender, long count) {
        for (long i = 0; i < count; i++) {
            appender.append();
        }
    }
}
