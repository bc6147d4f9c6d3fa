package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EntityRef;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.spi.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
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
 * A command through the whole path, mailbox to reply, beside what the path rests on: raw Chronicle {@code writeBytes} of a record of
 * the same length. Every invocation asks 1,000 times and waits for all replies; figures are per command.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class PersistAndReplyBenchmark {
    private static final int OUTSTANDING = 1_000;

    /** A counter whose event carries 100 bytes, as in the comparison with other systems. */
    public static final class Counter extends PersistentActor<Counter.Added, Counter.Total> {
        /** Adds. */
        public record Add(long amount, byte[] filler) implements Command<Total> {}

        /** Was added. */
        public record Added(long amount, byte[] filler) {}

        /** The sum so far. */
        public record Total(long sum, long count) {}

        private final Durability tier;

        Counter(Durability tier) {
            super("counter");
            this.tier = tier;
        }

        @Override
        protected Total initialState() {
            return new Total(0, 0);
        }

        @Override
        protected void commands(CommandHandlers<Added, Total> on) {
            on.on(
                    Add.class,
                    (total, add) ->
                            persist(new Added(add.amount(), add.filler())).thenReply(after -> after));
        }

        @Override
        protected void events(EventHandlers<Added, Total> on) {
            on.on(Added.class, (total, added) -> new Total(total.sum() + added.amount(), total.count() + 1));
        }

        @Override
        protected Durability durability() {
            return tier;
        }

        @Override
        protected int snapshotEvery() {
            return 0;
        }

        @Override
        protected int mailboxCapacity() {
            return 2 * OUTSTANDING;
        }
    }

    /** What a reply survives. */
    @Param({"PROCESS_CRASH", "POWER_LOSS"})
    public Durability tier;

    /** How many actors share the commands. */
    @Param({"1", "1000"})
    public int actors;

    private final byte[] filler = new byte[92];
    private final CompletableFuture<?>[] replies = new CompletableFuture<?>[OUTSTANDING];
    private Path directory;
    private ActorSystem system;
    private EntityRef[] refs;
    private SingleChronicleQueue queue;
    private ExcerptAppender appender;
    private Bytes<byte[]> record;

    /** Opens a system and a raw queue, both in a fresh directory. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        directory = Files.createTempDirectory("stele-benchmark");
        system = Stele.builder(directory.resolve("stele"))
                .journal(options -> options.withSegmentBytes(256 << 20))
                .register(new Counter(tier))
                .open();
        refs = new EntityRef[actors];
        Arrays.setAll(refs, i -> system.entity(Counter.class, "c" + i));
        queue = SingleChronicleQueueBuilder.binary(directory.resolve("raw")).build();
        appender = queue.createAppender();
        record = Bytes.wrapForRead(new byte[208]);
    }

    /** Closes both and removes their files. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        system.close();
        queue.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** 1,000 commands outstanding. */
    @Benchmark
    @OperationsPerInvocation(OUTSTANDING)
    public void persistAndReply() {
        for (int i = 0; i < OUTSTANDING; i++) {
            replies[i] = refs[i % actors].ask(new Counter.Add(1, filler)).toCompletableFuture();
        }
        for (CompletableFuture<?> reply : replies) {
            reply.join();
        }
    }

    /** The same number of records of about the same length, straight into a queue. */
    @Benchmark
    @OperationsPerInvocation(OUTSTANDING)
    public void rawChronicleWriteBytes() {
        for (int i = 0; i < OUTSTANDING; i++) {
            record.readPosition(0);
            appender.writeBytes(record);
        }
    }
}
