package io.stele.benchmarks;

import io.stele.journal.JournalOptions;
import io.stele.runtime.ActorSystem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A million actors recover, 10,000 asks at a time, and leave memory after their reply. What lives in the heap meanwhile is counted after
 * a collection, twenty times on the way.
 */
final class RecoveryHeapRow implements Row {
    private static final double MIB_MAX = 256;
    private static final double MIB = 1 << 20;
    private static final int OUTSTANDING = 10_000;
    private static final int LOOKS = 20;

    @Override
    public String key() {
        return "heap";
    }

    @Override
    public String what() {
        return "heap while 1 M actors recover";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int actors = bench.count(1_000_000, 500);
        UnaryOperator<JournalOptions> layout = Tally.layout(bench);
        try {
            Tally.fill(directory, layout, actors, 1);
            try (ActorSystem system = Tally.open(directory, layout, 0)) {
                Comparison comparison = bench.compareWithoutWarmUp(() -> recover(system, actors));
                return comparison.report(
                        List.of(Check.atMost(
                                "live heap above idle, highest of 20 looks",
                                MIB_MAX,
                                "MiB",
                                comparison.spread(0, sample -> sample.allocatedBytes() / MIB))),
                        List.of(comparison.figure(0, "one actor after the other", "actors/s", Sample::opsPerSecond)));
            }
        } finally {
            Bench.delete(directory);
        }
    }

    /** Its {@link Sample#allocatedBytes} are those that live at most. */
    private static Sample recover(ActorSystem system, int actors) throws InterruptedException {
        long idleBytes = liveBytes();
        long highestBytes = idleBytes;
        AtomicLong failures = new AtomicLong();
        Semaphore outstanding = new Semaphore(OUTSTANDING);
        long startNs = System.nanoTime();
        for (int i = 0; i < actors; i++) {
            outstanding.acquire();
            system.entity(Tally.class, Tally.name(i))
                    .ask(new Tally.GetAndLeave())
                    .whenComplete((total, failure) -> {
                        failures.addAndGet(failure == null && total.count() == 1 ? 0 : 1);
                        outstanding.release();
                    });
            if (i % Math.max(1, actors / LOOKS) == 0) {
                highestBytes = Math.max(highestBytes, liveBytes());
            }
        }
        outstanding.acquire(OUTSTANDING);
        long elapsedNs = System.nanoTime() - startNs;
        if (failures.get() > 0) {
            throw new IllegalStateException("actors did not recover: count=" + failures.get());
        }
        return new Sample(actors, elapsedNs, highestBytes - idleBytes, null, null);
    }

    private static long liveBytes() {
        ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
