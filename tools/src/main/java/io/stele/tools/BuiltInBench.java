package io.stele.tools;

import io.stele.Stele;
import io.stele.examples.BankAccount;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.journal.JournalPieces;
import io.stele.runtime.Actor;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Context;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.Durability;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Measures this machine in some seconds, with nothing but what the command line is made of. Good for comparing machines, disks and
 * settings; the benchmarks of the project, with their limits beside them, are another matter (BENCHMARKS.md).
 */
final class BuiltInBench {
    private static final StoredType TYPE = new StoredType("measured", 1);
    private static final int PAYLOAD_BYTES = 100;
    private static final int UNDER_WAY = 1_000;
    private static final int EVENTS_PER_ACTOR = 50;
    private static final long TIMEOUT_S = 120;

    private final Path directory;
    private final boolean quick;
    private final Clock clock = Clock.system();
    private final List<Figure> figures = new ArrayList<>();

    /**
     * One thing that was measured.
     *
     * @param name what
     * @param unit of the value
     * @param value the figure
     */
    record Figure(String name, String unit, double value) {}

    /**
     * @param directory absent or empty; what is written there is left to the caller
     * @param quick whether it only shows that it runs
     */
    BuiltInBench(Path directory, boolean quick) {
        this.directory = directory;
        this.quick = quick;
    }

    private int count(int full) {
        return quick ? Math.max(1, full / 500) : full;
    }

    /** Appends, forces and reads back, one lane. */
    List<Figure> journal() {
        int events = count(2_000_000);
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(Stele.snapshotDirectory(directory)));
                ChronicleJournal journal = ChronicleJournal.open(
                        JournalOptions.of(Stele.journalDirectory(directory)).withLaneCount(1), stores.index(), clock);
                EventStream stream = journal.open(new PersistenceId("measured", "one"))) {
            EventBatch batch = journal.newBatch();
            long warmedUp = append(journal, stream, batch, events / 4);
            assert warmedUp > 0 : "positions begin above 0";
            long startNs = clock.nanoTime();
            long measured = append(journal, stream, batch, events);
            rate("append, survives kill -9", "events/s", events, startNs);
            assert measured > warmedUp : "positions grow";
            forces(journal, stream, batch);
        }
        read();
        return figures;
    }

    private static long append(ChronicleJournal journal, EventStream stream, EventBatch batch, int events) {
        ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES);
        long position = 0;
        for (int i = 0; i < events; i++) {
            batch.begin(i);
            batch.add(TYPE, payload.clear());
            position = journal.append(stream, stream.lastSequenceNumber() + 1, batch);
        }
        return position;
    }

    private void forces(ChronicleJournal journal, EventStream stream, EventBatch batch) {
        long[] ns = new long[count(2_000)];
        for (int i = 0; i < ns.length; i++) {
            long startNs = clock.nanoTime();
            long position = append(journal, stream, batch, 1);
            journal.requestSync(0);
            while (journal.durablePosition(0) < position) {
                Thread.onSpinWait();
            }
            ns[i] = clock.nanoTime() - startNs;
        }
        Arrays.sort(ns);
        figures.add(new Figure("append and force, median", "us", ns[ns.length / 2] / 1e3));
        figures.add(new Figure("append and force, p99", "us", ns[(int) (ns.length * 0.99)] / 1e3));
    }

    private void read() {
        JournalPieces pieces = JournalPieces.of(Stele.journalDirectory(directory));
        long[] seen = {0, 0};
        long startNs = clock.nanoTime();
        for (JournalPieces.Piece piece : pieces.pieces()) {
            long unused = pieces.read(
                    piece, event -> seen[0]++, DataDirectory.PASS_OVER, bytes -> seen[1] += bytes, () -> false);
        }
        rate("read back and check, one thread", "events/s", seen[0], startNs);
        rate("read back and check, one thread", "bytes/s", seen[1], startNs);
    }

    private void rate(String name, String unit, long count, long startNs) {
        figures.add(new Figure(name, unit, count / ((clock.nanoTime() - startNs) / 1e9)));
    }

    /** Sends messages to an actor without a journal, and asks one with a journal. */
    List<Figure> mailbox() throws InterruptedException {
        int messages = count(5_000_000);
        try (ActorSystem system = ActorSystem.builder().build()) {
            tell(system, "warm", messages / 4);
            long startNs = clock.nanoTime();
            tell(system, "measured", messages);
            rate("tell, one sender, one actor", "messages/s", messages, startNs);
        }
        asks("ask a persistent actor, 1,000 under way, survives kill -9", Durability.PROCESS_CRASH, count(400_000));
        asks("ask a persistent actor, 1,000 under way, survives power loss", Durability.POWER_LOSS, count(200_000));
        return figures;
    }

    private static void tell(ActorSystem system, String name, int messages) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        ActorRef<Long> counter = system.spawn(name, () -> new Counter(messages, done));
        for (long i = 1; i <= messages; i++) {
            while (!counter.tell(i)) {
                Thread.onSpinWait(); // its mailbox is full
            }
        }
        if (!done.await(TIMEOUT_S, TimeUnit.SECONDS)) {
            throw new CommandFailure(ErrorCode.NOT_SUPPORTED, "benchmark did not end: messages=" + messages);
        }
    }

    /** Waits for the last message. */
    private static final class Counter implements Actor<Long> {
        private final long last;
        private final CountDownLatch done;

        Counter(long last, CountDownLatch done) {
            this.last = last;
            this.done = done;
        }

        @Override
        public void onMessage(Long message, Context<Long> context) {
            if (message == last) {
                done.countDown();
            }
        }
    }

    private void asks(String name, Durability durability, int asks) {
        try (ActorSystem system = open(directory.resolve("asks-" + figures.size()), durability)) {
            ask(system, asks / 4, 100);
            long startNs = clock.nanoTime();
            ask(system, asks, 100);
            rate(name, "commands/s", asks, startNs);
        }
    }

    private static ActorSystem open(Path data, Durability durability) {
        return Stele.builder(data).register(new DemoAccount(durability)).open();
    }

    /** Deposits to so many accounts in turn, not more than some under way at once. */
    private static void ask(ActorSystem system, int asks, int accounts) {
        CompletableFuture<?>[] underWay = new CompletableFuture<?>[UNDER_WAY];
        for (int i = 0; i < asks; i++) {
            await(underWay[i % UNDER_WAY]);
            underWay[i % UNDER_WAY] = system.entity(DemoAccount.class, Integer.toString(i % accounts))
                    .ask(new BankAccount.Deposit(null, 1))
                    .toCompletableFuture();
        }
        for (CompletableFuture<?> last : underWay) {
            await(last);
        }
    }

    private static void await(@Nullable CompletableFuture<?> reply) {
        if (reply != null) {
            Object unused = reply.orTimeout(TIMEOUT_S, TimeUnit.SECONDS).join();
        }
    }

    /** Writes the histories of many actors, opens the directory again, and asks each of them once. */
    List<Figure> recovery() {
        int actors = count(20_000);
        int events = actors * EVENTS_PER_ACTOR;
        Path data = directory.resolve("recovery");
        try (ActorSystem system = open(data, Durability.PROCESS_CRASH)) {
            ask(system, events, actors);
        }
        long startNs = clock.nanoTime();
        try (ActorSystem system = open(data, Durability.PROCESS_CRASH)) {
            figures.add(new Figure("open", "ms", (clock.nanoTime() - startNs) / 1e6));
            long openNs = clock.nanoTime();
            ask(system, actors, actors);
            rate("recover actors by asking them, 1,000 under way", "actors/s", actors, openNs);
            rate("events replayed for that", "events/s", events, openNs);
        }
        return figures;
    }
}
