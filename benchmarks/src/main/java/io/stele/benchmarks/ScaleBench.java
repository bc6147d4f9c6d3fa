package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.spi.Durability;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many persistent actors, most of which must passivate: is the throughput flat, and how much heap does it take? Arguments: how many may
 * be in memory, how many there are in all; run it with {@code -Xmx1g}.
 *
 * <p>Every tenth of the run brings a tenth of the actors for the first time, one command each, and for every newcomer one command for an
 * actor that was there before, by preference a recent one.
 */
public final class ScaleBench {
    private static final int TENTHS = 10;
    private static final int OUTSTANDING = 5_000;
    private static final long SEED = 1;

    private ScaleBench() {}

    /** Measures. Takes some minutes for 1,000,000 and 10,000,000. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        int live = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        int all = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000_000;
        run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), live, all);
    }

    /** Does what {@link #main} does, and returns how many commands failed. */
    static long run(PrintWriter out, int live, int all) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("stele-scale");
        try (ActorSystem system = Stele.builder(directory)
                .register(new Counter(Durability.PROCESS_CRASH))
                .system(builder -> builder.activeEntityLimit(live))
                .open()) {
            Load load = new Load(system);
            for (int tenth = 0; tenth < TENTHS; tenth++) {
                long startNs = System.nanoTime();
                long commands =
                        load.run((int) ((long) all * tenth / TENTHS), (int) ((long) all * (tenth + 1) / TENTHS));
                double seconds = (System.nanoTime() - startNs) / 1e9;
                System.gc();
                Runtime heap = Runtime.getRuntime();
                out.printf(
                        "%3d %%: %,9.0f commands/s, %,9d in memory, heap %,5d MB, failed %d%n",
                        (tenth + 1) * 10,
                        commands / seconds,
                        system.activeEntityCount(),
                        (heap.totalMemory() - heap.freeMemory()) >> 20,
                        load.failed.get());
            }
            return load.failed.get();
        } finally {
            Bench.delete(directory);
        }
    }

    /** Whoever sends the commands. */
    private static final class Load {
        private final ActorSystem system;
        private final Semaphore permits = new Semaphore(OUTSTANDING);
        private final SplittableRandom random = new SplittableRandom(SEED);
        private final AtomicLong failed = new AtomicLong();

        Load(ActorSystem system) {
            this.system = system;
        }

        long run(int from, int to) {
            for (int i = from; i < to; i++) {
                send(i);
                double back = random.nextDouble();
                send((int) (i - i * back * back * back));
            }
            permits.acquireUninterruptibly(OUTSTANDING);
            permits.release(OUTSTANDING);
            return 2L * (to - from);
        }

        private void send(int actor) {
            permits.acquireUninterruptibly();
            system.entity(Counter.class, Counter.name(actor)).ask(Counter.add()).whenComplete((reply, failure) -> {
                permits.release();
                if (failure != null) {
                    failed.incrementAndGet();
                }
            });
        }
    }
}
