package io.stele.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What {@link PersistAndReplyBenchmark} rests on: records of exactly the length that its events have in the journal, appended to a
 * raw queue on segments that were filled with zeros before the clock started, and one fdatasync of as many bytes.
 */
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
public class RawLimitBenchmark {
    private static final int APPENDS = 500_000;
    private static final int GROUPS = 100;

    /** A queue with room for one invocation. */
    @State(Scope.Benchmark)
    public static class Queue {
        private Path directory;
        private RawQueue queue;
        private RawQueue.Appender appender;
        private int recordBytes;

        /** Opens it. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            Quiet.chronicle();
            recordBytes = Counter.recordBytes();
            directory = Files.createTempDirectory("stele-benchmark");
            queue = new RawQueue(directory, 512 << 20);
            appender = queue.appender(recordBytes);
        }

        /** Makes room. */
        @Setup(Level.Iteration)
        public void prepare() throws IOException {
            queue.prepare(APPENDS, recordBytes);
        }

        /** Closes it and removes its files. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            queue.close();
            Bench.delete(directory);
        }
    }

    /** A file full of zeros. */
    @State(Scope.Benchmark)
    public static class Disk {
        private Path directory;
        private ForcedFile file;
        private int recordBytes;

        /** Fills it. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            Quiet.logging();
            recordBytes = Counter.recordBytes();
            directory = Files.createTempDirectory("stele-benchmark");
            file = new ForcedFile(directory.resolve("zeros"), 64 << 20);
        }

        /** Removes it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            file.close();
            Bench.delete(directory);
        }
    }

    /** Half a million appends. Time per record. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 10)
    @Measurement(iterations = 10)
    @OperationsPerInvocation(APPENDS)
    public void chronicleWriteBytes(Queue state) {
        for (int i = 0; i < APPENDS; i++) {
            state.appender.append();
        }
    }

    /** A hundred times: 1,000 appends and one fdatasync. Time per record. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 10)
    @Measurement(iterations = 10)
    @OperationsPerInvocation(GROUPS * Counter.OUTSTANDING)
    public void chronicleWriteBytesForcedPerThousand(Queue state) throws IOException {
        for (int group = 0; group < GROUPS; group++) {
            for (int i = 0; i < Counter.OUTSTANDING; i++) {
                state.appender.append();
            }
            state.queue.force();
        }
    }

    /** One record's bytes written and forced: a closed loop, with percentiles. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @Warmup(iterations = 5, time = 2)
    @Measurement(iterations = 5, time = 2)
    public void fdatasync(Disk state) {
        state.file.write(state.recordBytes);
    }
}
