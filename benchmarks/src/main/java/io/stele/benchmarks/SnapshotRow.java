package io.stele.benchmarks;

import io.stele.journal.JournalOptions;
import io.stele.runtime.ActorSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** Actors with a snapshot and 100 events behind it, one after the other. */
final class SnapshotRow implements Row {
    private static final double US_MAX = 200;
    private static final int SNAPSHOT_AT = 100;
    private static final int EVENTS = 100;

    @Override
    public String key() {
        return "snapshot";
    }

    @Override
    public String what() {
        return "snapshot + 100 events, warm";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int actors = bench.count(1_000, 10);
        UnaryOperator<JournalOptions> layout = Tally.layout(bench);
        try {
            try (ActorSystem system = Tally.open(directory, layout, SNAPSHOT_AT)) {
                fill(system, actors);
            }
            try (ActorSystem system = Tally.open(directory, layout, 0)) {
                Comparison comparison = bench.compare(() -> recover(system, actors));
                return comparison.report(
                        List.of(Check.atMost(
                                "from the command to its reply",
                                US_MAX,
                                "µs",
                                comparison.spread(0, sample -> sample.nsPerOp() / 1e3))),
                        List.of(comparison.figure(0, "per actor")));
            }
        } finally {
            Bench.delete(directory);
        }
    }

    /** Leaves every actor with a snapshot at 100 and one event less than the next one would take. */
    private static void fill(ActorSystem system, int actors) {
        for (int i = 0; i < actors; i++) {
            for (int event = 0; event < SNAPSHOT_AT; event++) {
                add(system, i);
            }
            while (system.snapshotsSaved() <= i) {
                Thread.onSpinWait();
            }
            for (int event = 0; event < EVENTS - 1; event++) {
                add(system, i);
            }
        }
    }

    private static void add(ActorSystem system, int actor) {
        system.entity(Tally.class, Tally.name(actor)).tell(new Tally.Add(1));
        if (system.entity(Tally.class, Tally.name(actor))
                        .ask(new Tally.Get())
                        .toCompletableFuture()
                        .join()
                        .count()
                == 0) {
            throw new IllegalStateException("event is not there: actor=" + actor);
        }
    }

    private static Sample recover(ActorSystem system, int actors) {
        long elapsedNs = 0;
        for (int i = 0; i < actors; i++) {
            long startNs = System.nanoTime();
            Tally.Total total = system.entity(Tally.class, Tally.name(i))
                    .ask(new Tally.GetAndLeave())
                    .toCompletableFuture()
                    .join();
            elapsedNs += System.nanoTime() - startNs;
            Tally.require(total, SNAPSHOT_AT + EVENTS - 1);
        }
        while (system.activeEntityCount() > 0) {
            Thread.onSpinWait();
        }
        return Sample.of(actors, elapsedNs);
    }
}
