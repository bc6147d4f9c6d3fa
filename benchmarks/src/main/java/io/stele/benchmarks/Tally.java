package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.codec.RecordCodec;
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
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A small actor whose recovery is measured: what its events are written with, and how its system is opened. */
public final class Tally extends PersistentActor<Tally.Added, Tally.Total> {
    private static final String TYPE = "tally";
    private static final long TIMESTAMP_MS = 1_800_000_000_000L;
    /** So many actors' streams are open at once while they are filled. */
    private static final int STREAMS_MAX = 10_000;

    /** Asks for the sum. */
    public record Get() implements Command<Total> {}

    /** Asks for the sum, and leaves memory. */
    public record GetAndLeave() implements Command<Total> {}

    /** Adds. */
    public record Add(long amount) implements Command<Total> {}

    /** Was added. */
    public record Added(long amount) {}

    /** The sum so far. */
    public record Total(long sum, long count) {}

    private final int snapshotEvery;

    Tally(int snapshotEvery) {
        super(TYPE);
        this.snapshotEvery = snapshotEvery;
    }

    @Override
    protected Total initialState() {
        return new Total(0, 0);
    }

    @Override
    protected void commands(CommandHandlers<Added, Total> on) {
        on.on(Get.class, (total, get) -> reply(total));
        on.on(GetAndLeave.class, (total, get) -> reply(total).thenStop());
        on.on(Add.class, (total, add) -> persist(new Added(add.amount())).thenReply(after -> after));
    }

    @Override
    protected void events(EventHandlers<Added, Total> on) {
        on.on(Added.class, (total, added) -> new Total(total.sum() + added.amount(), total.count() + 1));
    }

    @Override
    protected int snapshotEvery() {
        return snapshotEvery;
    }

    @Override
    protected int deduplicationWindow() {
        return 0;
    }

    static String name(int index) {
        return String.format("%07d", index);
    }

    static UnaryOperator<JournalOptions> layout(Bench bench) {
        int segmentBytes = bench.count(256 << 20, 1 << 20);
        return options -> options.withLaneCount(4).withSegmentBytes(segmentBytes);
    }

    static ActorSystem open(Path directory, UnaryOperator<JournalOptions> layout, int snapshotEvery) {
        return Stele.builder(directory)
                .journal(layout)
                .register(new Tally(snapshotEvery))
                .open();
    }

    /** Writes the histories of {@code actors} actors past the runtime, all of which take turns, and closes the journal. */
    static void fill(Path directory, UnaryOperator<JournalOptions> layout, int actors, int events) throws IOException {
        Files.createDirectories(directory);
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(Stele.snapshotDirectory(directory)));
                ChronicleJournal journal = ChronicleJournal.open(
                        layout.apply(JournalOptions.of(Stele.journalDirectory(directory))),
                        stores.index(),
                        Clock.system())) {
            append(journal, actors, events);
        }
    }

    /** Appends the histories of new actors. */
    static void append(ChronicleJournal journal, int actors, int events) {
        RecordCodec codec = RecordCodec.of();
        codec.register(Added.class);
        EventBatch batch = journal.newBatch();
        for (int first = 0; first < actors; first += STREAMS_MAX) {
            List<EventStream> streams = new ArrayList<>();
            for (int i = first; i < Math.min(actors, first + STREAMS_MAX); i++) {
                streams.add(journal.open(new PersistenceId(TYPE, name(i))));
            }
            for (int event = 1; event <= events; event++) {
                for (EventStream stream : streams) {
                    batch.begin(TIMESTAMP_MS);
                    batch.add(codec, new Added(1));
                    journal.append(stream, event, batch);
                }
            }
            streams.forEach(EventStream::close);
        }
    }

    /** Fails unless every event has been replayed. */
    static void require(Total total, long events) {
        if (total.count() != events) {
            throw new JournalException("recovery came short: events=" + total.count() + ", expected=" + events);
        }
    }
}
