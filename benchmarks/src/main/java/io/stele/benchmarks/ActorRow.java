package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import io.stele.benchmarks.ReplayRow.Counting;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One actor's 1,000 events among those of 1,000 actors that took turns, with the position index and without it. */
final class ActorRow implements Row {
    private static final String INDEX = "index";
    private static final String LOST_INDEX = "lost-index";
    private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

    @Override
    public String key() {
        return "actor";
    }

    @Override
    public String what() {
        return "one actor's 1,000 events among 1 M";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int actors = bench.count(1_000, 20);
        int events = bench.count(1_000, 50);
        try {
            List<PersistenceId> ids = write(bench, directory, actors, events);
            List<Side> sides = new ArrayList<>();
            sides.add(() -> warm(bench, directory, ids, events));
            sides.add(() -> opening(bench, directory, INDEX, journal -> {}));
            byte[] heads = Files.readAllBytes(heads(directory));
            sides.add(Side.of(
                    () -> {
                        Bench.delete(directory.resolve(LOST_INDEX));
                        Files.write(heads(directory), heads);
                    },
                    () -> opening(bench, directory, LOST_INDEX, ours -> replay(ours, ids.get(actors / 2), events))));
            sides.add(Side.of(
                    () -> {
                        Bench.delete(directory.resolve(LOST_INDEX));
                        Files.delete(heads(directory));
                    },
                    () -> opening(bench, directory, LOST_INDEX, ours -> replay(ours, ids.get(actors / 2), events))));
            if (bench.options().cold()) {
                sides.add(Side.of(ActorRow::dropCaches, () -> cold(bench, directory, ids.get(actors / 3), events)));
            }
            return report(
                    bench.compare(sides.toArray(Side[]::new)), bench.options().cold());
        } finally {
            Bench.delete(directory);
        }
    }

    private static RowReport report(Comparison comparison, boolean cold) {
        List<Figure> figures = new ArrayList<>();
        figures.add(comparison.figure(0, "replay, index present, warm", "ms", Sample::msPerOp));
        figures.add(comparison.figure(1, "open, index present, warm", "ms", Sample::msPerOp));
        figures.add(comparison.figure(2, "open + first replay, index absent, warm", "ms", Sample::msPerOp));
        figures.add(comparison.figure(
                3, "open + first replay, index and head checkpoint absent, warm", "ms", Sample::msPerOp));
        figures.add(Figure.of(
                "index and head checkpoint absent: replay + longer opening",
                "ms",
                comparison.difference(3, 1, Sample::msPerOp)));
        if (cold) {
            figures.add(comparison.figure(4, "first replay, index present, page cache empty", "ms", Sample::msPerOp));
        }
        return comparison.report(
                List.of(
                        Check.atMost("index present, warm", 1, "ms", comparison.spread(0, Sample::msPerOp)),
                        Check.atMost(
                                "index absent: replay + longer opening",
                                40,
                                "ms",
                                comparison.difference(2, 1, Sample::msPerOp))),
                figures);
    }

    /** What a close leaves for an opening that has lost its index. */
    private static Path heads(Path directory) {
        return directory.resolve("journal").resolve("lane-0").resolve("heads");
    }

    private static List<PersistenceId> write(Bench bench, Path directory, int actors, int events) throws IOException {
        try (BenchJournal ours = open(bench, directory, INDEX)) {
            List<Writer> writers = new ArrayList<>();
            for (int i = 0; i < actors; i++) {
                writers.add(ours.writer(0));
            }
            for (int i = 0; i < events; i++) {
                writers.forEach(Writer::append);
            }
            ours.settle(writers.get(actors - 1));
            return writers.stream().map(Writer::persistenceId).toList();
        }
    }

    /** Replays many actors, one after the other, from a journal that has just been opened. */
    private static Sample warm(Bench bench, Path directory, List<PersistenceId> ids, int events) {
        int replays = bench.count(200, 5);
        try (BenchJournal ours = open(bench, directory, INDEX)) {
            replay(ours, ids.get(0), events);
            int[] next = {0};
            Loop.Op op = () -> replay(ours, ids.get(next[0]++ * 7 % ids.size()), events);
            return Loop.run(op, replays, replays);
        }
    }

    /** Opens the journal and uses it once. Where the index is gone, the opening may be what pays for it, so both count. */
    private static Sample opening(Bench bench, Path directory, String index, Consumer<BenchJournal> use) {
        JournalOptions options = options(bench, directory);
        try (RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(directory.resolve(index)))) {
            long startNs = System.nanoTime();
            ChronicleJournal journal = ChronicleJournal.open(options, stores.index(), Clock.system());
            try (BenchJournal ours = BenchJournal.of(options, stores, journal)) {
                use.accept(ours);
                return Sample.of(1, System.nanoTime() - startNs);
            }
        }
    }

    private static Sample cold(Bench bench, Path directory, PersistenceId id, int events) {
        try (BenchJournal ours = open(bench, directory, INDEX)) {
            return Loop.run(() -> replay(ours, id, events), 1, 0);
        }
    }

    private static BenchJournal open(Bench bench, Path directory, String index) {
        return BenchJournal.open(options(bench, directory), directory.resolve(index));
    }

    private static JournalOptions options(Bench bench, Path directory) {
        return JournalOptions.of(directory.resolve("journal"))
                .withLaneCount(1)
                .withSegmentBytes(bench.count(256 << 20, 1 << 20));
    }

    private static void replay(BenchJournal ours, PersistenceId id, int events) {
        Counting reader = new Counting();
        ours.journal().replay(id, 1, Long.MAX_VALUE, reader);
        ReplayRow.requireAll(reader.events, events);
    }

    private static void dropCaches() throws IOException {
        Files.writeString(DROP_CACHES, "1");
    }
}
