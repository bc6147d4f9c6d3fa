package io.stele.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Would reply slots be worth a pool? A slot as large as an ask is made anew, or taken from a pool that any thread may take from and give back
 * to, as it would have to: who asks and who replies are different threads. See docs/decisions/0015.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PoolBenchmark {

    /** As large as an ask. */
    static final class Slot extends CompletableFuture<Object> {
        Object message = this;
        Object target = this;
        Object behind = this;
        long deadlineNs;
    }

    /** What all threads share. */
    @State(Scope.Benchmark)
    public static class Pool {
        private static final int CAPACITY = 1_024;
        private final MpmcVarHandleArrayQueue<Slot> slots = new MpmcVarHandleArrayQueue<>(CAPACITY);

        /** Fills it. */
        public Pool() {
            for (int i = 0; i < CAPACITY; i++) {
                slots.offer(new Slot());
            }
        }

        void cycle(Blackhole blackhole) {
            Slot slot = slots.poll();
            if (slot == null) {
                slot = new Slot();
            }
            slot.deadlineNs = 1;
            blackhole.consume(slot);
            slots.offer(slot);
        }
    }

    private static void cycle(Blackhole blackhole) {
        Slot slot = new Slot();
        slot.deadlineNs = 1;
        blackhole.consume(slot);
    }

    /** A new one, one thread. */
    @Benchmark
    @Threads(1)
    public void fresh(Blackhole blackhole) {
        cycle(blackhole);
    }

    /** A new one, two threads. */
    @Benchmark
    @Threads(2)
    public void freshByTwo(Blackhole blackhole) {
        cycle(blackhole);
    }

    /** One of the pool, one thread. */
    @Benchmark
    @Threads(1)
    public void pooled(Pool pool, Blackhole blackhole) {
        pool.cycle(blackhole);
    }

    /** One of the pool, two threads. */
    @Benchmark
    @Threads(2)
    public void pooledByTwo(Pool pool, Blackhole blackhole) {
        pool.cycle(blackhole);
    }
}
