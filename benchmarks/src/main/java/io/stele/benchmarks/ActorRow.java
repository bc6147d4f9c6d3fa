package io.stele.benchmarks;

import io.stele.benchmarks.BenchJournal.Writer;
import io.stele.benchmarks.ReplayRow.Counting;
import io.stele.journal.JournalOptions;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One actor's 1,000 events among those of 1,000 actors that took turns, with the position index and without it. */
final class ActorRow implements Row {
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
            sides.add(() -> withoutIndex(bench, directory, ids.get(actors / 2), events));
            if (bench.options().cold()) {
                sides.add(Side.of(ActorRow::dropCaches, () -> cold(bench, directory, ids.get(actors / 3), events)));
            }
            Comparison comparison = bench.compare(sides.toArray(Side[]::new));
            List<Figure> figures = new ArrayList<>();
            figures.add(comparison.figure(0, "replay, index present, warm", "ms", Sample::msPerOp));
            figures.add(comparison.figure(1, "first replay, index absent, warm", "ms", Sample::msPerOp));
            if (bench.options().cold()) {
                figures.add(
                        comparison.figure(2, "first replay, index present, page cache empty", "ms", Sample::msPerOp));
            }
            return comparison.report(
                    List.of(
                            Check.atMost("index present, warm", 1, "ms", comparison.spread(0, Sample::msPerOp)),
                            Check.atMost("index absent", 40, "ms", comparison.spread(1, Sample::msPerOp))),
                    figures);
        } finally {
            Bench.delete(directory);
        }
    }

    private static List<PersistenceId> write(Bench bench, Path directory, int actors, int events) throws IOException {
        try (BenchJournal ours = open(bench, directory, "index")) {
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
        try (BenchJournal ours = open(bench, directory, "index")) {
            replay(ours, ids.get(0), events);
            int[] next = {0};
            Loop.Op op = () -> replay(ours, ids.get(next[0]++ * 7 % ids.size()), events);
            return Loop.run(op, replays, replays);
        }
    }

    /** Replays one actor from a journal whose index is gone: the first who asks pays. */
    private static Sample withoutIndex(Bench bench, Path directory, PersistenceId id, int events) throws IOException {
        Bench.delete(directory.resolve("lost-index"));
        try (BenchJournal ours = open(bench, directory, "lost-index")) {
            return Loop.run(() -> replay(ours, id, events), 1, 0);
        }
    }

    private static Sample cold(Bench bench, Path directory, PersistenceId id, int events) {
        try (BenchJournal ours = open(bench, directory, "index")) {
            return Loop.run(() -> replay(ours, id, events), 1, 0);
        }
    }

    private static BenchJournal open(Bench bench, Path directory, String index) {
        return BenchJournal.open(
                JournalOptions.of(directory.resolve("journal"))
                        .withLaneCount(1)
                        .withSegmentBytes(bench.count(256 << 20, 1 << 20)),
                directory.resolve(index));
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
