package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.codec.RecordCodec;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Data for {@link CliBench}: many events of many actors over four lanes, as a program of a user would have written them. */
final class CliData {
    private static final int LANES = 4;
    private static final long START_MS = 1_767_225_600_000L;
    private static final long MS_PER_DAY = 86_400_000L;
    private static final int DAYS = 300;

    private CliData() {}

    /**
     * What happens.
     *
     * @param amount in cents
     * @param note fills it up
     */
    public record Paid(long amount, String note) {}

    /**
     * A state.
     *
     * @param sum of all amounts
     * @param count of events
     */
    public record Total(long sum, long count) {}

    /** Never sent: the events are written by hand. */
    public record Ask() implements Command<Long> {}

    /** The actor whose events they are. */
    public static final class Account extends PersistentActor<Paid, Total> {
        /** Makes one. */
        public Account() {
            super("account");
        }

        @Override
        protected Total initialState() {
            return new Total(0, 0);
        }

        @Override
        protected void commands(CommandHandlers<Paid, Total> on) {
            on.on(Ask.class, (state, ask) -> reply(state.sum()));
        }

        @Override
        protected void events(EventHandlers<Paid, Total> on) {
            on.on(Paid.class, (state, paid) -> new Total(state.sum() + paid.amount(), state.count() + 1));
        }
    }

    /** Writes {@code eventCount} events of {@code actorCount} actors, unless the directory is there already. */
    static void make(Path directory, long eventCount, int actorCount, int noteBytes) throws IOException {
        if (Files.exists(directory)) {
            return;
        }
        Files.createDirectories(directory);
        RecordCodec codec = RecordCodec.of();
        codec.register(Paid.class);
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(Stele.snapshotDirectory(directory)));
                ChronicleJournal journal = ChronicleJournal.open(
                        JournalOptions.of(Stele.journalDirectory(directory)).withLaneCount(LANES),
                        stores.index(),
                        Clock.system())) {
            Thread[] writers = new Thread[LANES];
            for (int lane = 0; lane < LANES; lane++) {
                int ofLane = lane;
                writers[lane] = new Thread(() -> write(journal, codec, ofLane, eventCount, actorCount, noteBytes));
                writers[lane].start();
            }
            for (Thread writer : writers) {
                join(writer);
            }
        }
    }

    private static void join(Thread writer) {
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void write(
            ChronicleJournal journal, RecordCodec codec, int lane, long eventCount, int actorCount, int noteBytes) {
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < actorCount; i++) {
            PersistenceId id = new PersistenceId("account", Integer.toString(i));
            if (journal.lane(id) == lane) {
                streams.add(journal.open(id));
            }
        }
        EventBatch batch = journal.newBatch();
        String note = "n".repeat(noteBytes);
        long count = eventCount / LANES;
        for (long i = 0; i < count; i++) {
            EventStream stream = streams.get((int) (i % streams.size()));
            batch.begin(START_MS + i * DAYS / count * MS_PER_DAY);
            batch.add(codec, new Paid(i % 20_000, note));
            long unused = journal.append(stream, stream.lastSequenceNumber() + 1, batch);
        }
        streams.forEach(EventStream::close);
    }

    /** Appends for {@code durationNs} to lane 0 and 1 of a directory of its own; returns events per second. */
    static long appendFor(ChronicleJournal journal, long durationNs) {
        RecordCodec codec = RecordCodec.of();
        codec.register(Paid.class);
        EventBatch batch = journal.newBatch();
        Clock clock = Clock.system();
        long count = 0;
        long startNs = clock.nanoTime();
        try (EventStream stream = journal.open(new PersistenceId("account", "live"))) {
            while (clock.nanoTime() - startNs < durationNs) {
                batch.begin(START_MS);
                batch.add(codec, new Paid(count, "note"));
                long unused = journal.append(stream, stream.lastSequenceNumber() + 1, batch);
                count++;
            }
        }
        return (long) (count / ((clock.nanoTime() - startNs) / 1e9));
    }
}
