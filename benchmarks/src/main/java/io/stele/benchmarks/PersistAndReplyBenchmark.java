package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.EntityRef;
import io.stele.spi.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A command through the whole path: mailbox, handler, codec, journal, event handler, reply. What it rests on is measured in the
 * same run by {@link RawLimitBenchmark}.
 */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class PersistAndReplyBenchmark {
    /** What a reply survives. */
    @Param({"PROCESS_CRASH", "POWER_LOSS"})
    public Durability tier;

    /** How many actors take turns. */
    @Param({"1", "1000"})
    public int actors;

    private final CompletableFuture<?>[] replies = new CompletableFuture<?>[Counter.OUTSTANDING];
    private Path directory;
    private ActorSystem system;
    private EntityRef[] refs;
    private int next;

    /** Opens a system in a fresh directory. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        Quiet.logging();
        directory = Files.createTempDirectory("stele-benchmark");
        system = Stele.builder(directory).register(new Counter(tier)).open();
        refs = new EntityRef[actors];
        Arrays.setAll(refs, i -> system.entity(Counter.class, Counter.name(i)));
    }

    /** Closes it and removes its files. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        system.close();
        Bench.delete(directory);
    }

    /** 1,000 commands sent, then all replies awaited. Time per command. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OperationsPerInvocation(Counter.OUTSTANDING)
    public void thousandOutstanding() {
        for (int i = 0; i < Counter.OUTSTANDING; i++) {
            replies[i] = refs[i % actors].ask(Counter.add()).toCompletableFuture();
        }
        for (CompletableFuture<?> reply : replies) {
            reply.join();
        }
    }

    /** One command sent and its reply awaited: a closed loop, with percentiles. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    public Object oneOutstanding() {
        next = next + 1 == actors ? 0 : next + 1;
        return refs[next].ask(Counter.add()).toCompletableFuture().join();
    }
}
