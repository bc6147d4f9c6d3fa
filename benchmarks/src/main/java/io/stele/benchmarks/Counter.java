package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A counter whose events carry 100 bytes, as in the comparison with other systems. Takes no snapshots. */
public final class Counter extends PersistentActor<Counter.Added, Counter.Total> {
    /** How many commands a benchmark keeps outstanding. */
    static final int OUTSTANDING = 1_000;

    private static final byte[] FILLER = new byte[92];

    /** Adds. */
    public record Add(long amount, byte[] filler) implements Command<Total> {}

    /** Asks for the sum, and leaves memory. */
    public record GetAndLeave() implements Command<Total> {}

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
        on.on(GetAndLeave.class, (total, get) -> reply(total).thenStop());
        on.on(
                Add.class,
                (total, add) -> persist(new Added(add.amount(), add.filler())).thenReply(after -> after));
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

    /** Returns the command that every benchmark sends. */
    static Add add() {
        return new Add(1, FILLER);
    }

    /** Returns the name of one of at most 1,000 counters: all are equally long, and so are their records. */
    static String name(int index) {
        return String.format("c%03d", index);
    }

    /** Returns how long the record of one such event is in the journal, found by writing a few. */
    static int recordBytes() throws IOException {
        Path directory = Files.createTempDirectory("stele-record");
        try {
            try (ActorSystem system = Stele.builder(directory)
                    .register(new Counter(Durability.PROCESS_CRASH))
                    .open()) {
                for (int i = 0; i < 8; i++) {
                    system.entity(Counter.class, name(0))
                            .ask(add())
                            .toCompletableFuture()
                            .join();
                }
            }
            return shortestStep(directory) - RawQueue.DOCUMENT_HEADER_BYTES;
        } finally {
            Bench.delete(directory);
        }
    }

    private static int shortestStep(Path directory) {
        List<Long> positions = new ArrayList<>();
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(Stele.snapshotDirectory(directory)));
                ChronicleJournal journal = ChronicleJournal.open(
                        JournalOptions.of(Stele.journalDirectory(directory)), stores.index(), Clock.system())) {
            for (int lane = 0; lane < journal.laneCount(); lane++) {
                journal.read(lane, 0, Long.MAX_VALUE, event -> positions.add(event.position()));
            }
        }
        long shortest = Long.MAX_VALUE;
        for (int i = 1; i < positions.size(); i++) {
            shortest = Math.min(shortest, positions.get(i) - positions.get(i - 1));
        }
        return Math.toIntExact(shortest);
    }
}
