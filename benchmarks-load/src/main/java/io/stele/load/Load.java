package io.stele.load;

import io.stele.load.Subject.Caller;
import io.stele.load.Subject.Sender;
import io.stele.load.Subject.Storage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.HdrHistogram.Recorder;

/**
 * One load on one subject, in a JVM of its own. Its name says what it does:
 *
 * <pre>
 *   tell-P-A             P threads tell A actors, as fast as they go, a bounded number of messages on their way
 *   ping-P               P pairs of actors
 *   ask-N                N questions outstanding; 1: a thread that asks and waits
 *   create-N             N children of one actor, all of which have run
 *   idle-N               heap bytes that each of N actors keeps after a message
 *   idle_entities-N      the same for N persistent actors that have stored an event, with whatever is kept to reach them
 *   flood-0, flood-1     500 of 1,000 actors are asked, 4 questions outstanding; 1: another one is flooded meanwhile
 *   persist-S-A-N        A actors that store, N commands outstanding in all, storage S; N = 1: a thread that asks and waits
 *   recover-A-E          A actors with E events each, no snapshot, asked at once, until all have replied; events per second
 * </pre>
 */
public final class Load {
    private static final long ON_THEIR_WAY = 8_192;
    private static final int PER_ACTOR = 16;
    private static final long FULL_NS = 20_000;
    private static final int CROWD = 1_000;
    private static final int ASKED = 500;

    private final Supplier<Subject> subjects;
    private final Meter meter;
    private final Path directory;

    private Load(Supplier<Subject> subjects, Meter meter, Path directory) {
        this.subjects = subjects;
        this.meter = meter;
        this.directory = directory;
    }

    /**
     * Runs one load and prints what it has found: name, warm-up and window in milliseconds, an empty directory.
     *
     * @throws IllegalArgumentException if there is no such load
     */
    public static void main(Supplier<Subject> subjects, String... arguments) throws IOException, InterruptedException {
        Meter meter = new Meter(Long.parseLong(arguments[1]), Long.parseLong(arguments[2]));
        Measured measured = new Load(subjects, meter, Path.of(arguments[3])).run(arguments[0]);
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println(measured.toLine());
    }

    private Measured run(String name) throws IOException, InterruptedException {
        String[] words = name.split("-", -1);
        return switch (words[0]) {
            case "tell" -> tell(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            case "ping" -> ping(Integer.parseInt(words[1]));
            case "ask" -> call(subjects.get().echo(), 1, Integer.parseInt(words[1]));
            case "create" -> create(Integer.parseInt(words[1]));
            case "idle" -> idle(Integer.parseInt(words[1]));
            case "idle_entities" -> idleEntities(Integer.parseInt(words[1]));
            case "flood" -> flood(words[1].equals("1"));
            case "persist" -> {
                int actors = Integer.parseInt(words[2]);
                Storage storage = Storage.valueOf(words[1].toUpperCase(Locale.ROOT));
                yield call(subjects.get().accounts(actors, storage, directory), actors, Integer.parseInt(words[3]));
            }
            case "recover" -> recover(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            default -> throw new IllegalArgumentException("load is unknown: load=" + name);
        };
    }

    private Measured tell(int producers, int actors) {
        LongAdder handled = new LongAdder();
        Sender sender = subjects.get().counters(counters(handled, actors));
        List<AtomicLong> sent = new ArrayList<>();
        for (int i = 0; i < producers; i++) {
            sent.add(new AtomicLong());
        }
        for (int i = 0; i < producers; i++) {
            int own = i;
            start(() -> produce(sender, handled, sent, own, actors));
        }
        return meter.measure(handled::sum, null);
    }

    /** Each actor says only now and then how many it has handled: the sum must not be what is measured. */
    private static List<Runnable> counters(LongAdder handled, int actors) {
        List<Runnable> counters = new ArrayList<>();
        for (int i = 0; i < actors; i++) {
            long[] own = new long[1];
            counters.add(() -> {
                if (++own[0] % PER_ACTOR == 0) {
                    handled.add(PER_ACTOR);
                }
            });
        }
        return counters;
    }

    private static void produce(Sender sender, LongAdder handled, List<AtomicLong> sent, int own, int actors) {
        long limit = ON_THEIR_WAY + (long) PER_ACTOR * actors;
        int actor = (int) ((long) own * actors / sent.size());
        long count = 0;
        while (true) {
            for (int i = 0; i < 64; i++) {
                while (!sender.send(actor)) {
                    LockSupport.parkNanos(FULL_NS);
                }
                actor = actor + 1 == actors ? 0 : actor + 1;
            }
            count += 64;
            sent.get(own).lazySet(count);
            while (sum(sent) - handled.sum() > limit) {
                LockSupport.parkNanos(FULL_NS);
            }
        }
    }

    private static long sum(List<AtomicLong> counts) {
        long sum = 0;
        for (int i = 0; i < counts.size(); i++) {
            sum += counts.get(i).get();
        }
        return sum;
    }

    private Measured ping(int pairs) {
        LongAdder count = new LongAdder();
        if (pairs > 1) {
            subjects.get().pingPong(pairs, count::increment);
            return meter.measure(count::sum, null);
        }
        Recorder latency = Meter.newRecorder();
        long[] last = {System.nanoTime()};
        subjects.get().pingPong(1, () -> {
            long nowNs = System.nanoTime();
            Meter.record(latency, nowNs - last[0]);
            last[0] = nowNs;
            count.increment();
        });
        return meter.measure(count::sum, latency);
    }

    private Measured call(Caller caller, int actors, int outstanding) {
        LongAdder count = new LongAdder();
        Recorder latency = Meter.newRecorder();
        if (outstanding == 1) {
            start(() -> {
                for (int actor = 0; true; actor = actor + 1 == actors ? 0 : actor + 1) {
                    long startNs = System.nanoTime();
                    caller.callAndWait(actor);
                    Meter.record(latency, System.nanoTime() - startNs);
                    count.increment();
                }
            });
        }
        for (int i = 0; i < outstanding && outstanding > 1; i++) {
            callAgain(caller, i % actors, count, latency);
        }
        return meter.measure(count::sum, latency);
    }

    private static void callAgain(Caller caller, int actor, LongAdder count, Recorder latency) {
        long startNs = System.nanoTime();
        caller.call(actor, () -> {
            Meter.record(latency, System.nanoTime() - startNs);
            count.increment();
            callAgain(caller, actor, count, latency);
        });
    }

    private Measured create(int count) throws InterruptedException {
        long bestNs = Long.MAX_VALUE;
        long endNs = System.nanoTime() + meter.warmUpMs() * 1_000_000 + meter.windowMs() * 1_000_000;
        do { // a new system each time: what is measured is not how fast the last one's actors are forgotten
            try (Subject subject = subjects.get()) {
                CountDownLatch started = new CountDownLatch(count);
                long startNs = System.nanoTime();
                subject.spawn(count, started::countDown);
                started.await();
                bestNs = Math.min(bestNs, System.nanoTime() - startNs);
            }
        } while (System.nanoTime() - endNs < 0);
        return new Measured(count, bestNs, 0, null);
    }

    private Measured idle(int count) throws InterruptedException {
        CountDownLatch handled = new CountDownLatch(count);
        Subject subject = subjects.get();
        List<Runnable> onMessage = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            onMessage.add(
                    handled::countDown); // one object for all would be as good, but a list keeps it out of the sum
        }
        long before = Meter.usedHeapBytes();
        Sender sender = subject.counters(onMessage);
        for (int i = 0; i < count; i++) {
            sender.send(i);
        }
        handled.await();
        long kept = Meter.usedHeapBytes() - before;
        return new Measured(sender.send(0) ? count : 1, 1, kept, null);
    }

    /** Whoever comes back again and again does so from a warm page cache, on both sides; what is between two times is not counted. */
    private Measured recover(int actors, int events) throws IOException, InterruptedException {
        try (Subject writer = subjects.get()) {
            writer.fill(actors, events, directory);
        }
        Subject.Returning accounts = subjects.get().returning(actors, directory);
        long expected = (long) actors * events;
        long ops = 0;
        long elapsedNs = 0;
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(meter.warmUpMs() + meter.windowMs());
        long warmNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(meter.warmUpMs());
        while (ops == 0 || System.nanoTime() - endNs < 0) {
            boolean counts = System.nanoTime() - warmNs >= 0;
            long startNs = System.nanoTime();
            long sum = accounts.askAll();
            long roundNs = System.nanoTime() - startNs;
            if (sum != expected) {
                throw new IllegalStateException("recovery came short: events=" + sum + ", expected=" + expected);
            }
            if (counts) {
                ops += sum;
                elapsedNs += roundNs;
            }
            accounts.awaitGone();
        }
        return new Measured(ops, elapsedNs, 0, null);
    }

    private Measured idleEntities(int count) throws IOException {
        Subject subject = subjects.get();
        long before = Meter.usedHeapBytes();
        Caller caller = subject.accounts(count, Storage.PROCESS_CRASH, directory);
        for (int i = 0; i < count; i++) {
            caller.callAndWait(i);
        }
        long kept = Meter.usedHeapBytes() - before;
        caller.callAndWait(0); // all of them are still there, whatever the collector would make of it otherwise
        return new Measured(count, 1, kept, null);
    }

    private Measured flood(boolean flooded) {
        Subject subject = subjects.get();
        LongAdder handled = new LongAdder();
        if (flooded) {
            Sender sender = subject.counters(counters(handled, 1));
            AtomicLong sent = new AtomicLong();
            start(() -> produce(sender, handled, List.of(sent), 0, 1));
        }
        List<Caller> crowd = new ArrayList<>();
        for (int i = 0; i < CROWD; i++) {
            crowd.add(subject.echo());
        }
        LongAdder count = new LongAdder();
        Recorder latency = Meter.newRecorder();
        for (int i = 0; i < 4; i++) {
            askAround(crowd, new SplittableRandom(i), count, latency);
        }
        return meter.measure(count::sum, latency);
    }

    private static void askAround(List<Caller> crowd, SplittableRandom random, LongAdder count, Recorder latency) {
        long startNs = System.nanoTime();
        crowd.get(random.nextInt(ASKED)).call(0, () -> {
            Meter.record(latency, System.nanoTime() - startNs);
            count.increment();
            askAround(crowd, random, count, latency);
        });
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "load");
        thread.setDaemon(true);
        thread.start();
    }
}
