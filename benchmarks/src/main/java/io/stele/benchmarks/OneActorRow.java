package io.stele.benchmarks;

import io.stele.journal.JournalOptions;
import io.stele.runtime.ActorSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** One actor with a long history and no snapshot, up to its first reply. */
final class OneActorRow implements Row {
    private static final double EVENTS_PER_SECOND_MIN = 8e6;

    @Override
    public String key() {
        return "one-actor";
    }

    @Override
    public String what() {
        return "one actor, 1 M events, no snapshot";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int events = bench.count(1_000_000, 2_000);
        UnaryOperator<JournalOptions> layout = Tally.layout(bench);
        try {
            Tally.fill(directory, layout, 1, events);
            try (ActorSystem system = Tally.open(directory, layout, 0)) {
                Comparison comparison = bench.compare(() -> recover(system, events));
                return comparison.report(
                        List.of(Check.atLeast(
                                "events to the first reply",
                                EVENTS_PER_SECOND_MIN,
                                "events/s",
                                comparison.spread(0, Sample::opsPerSecond))),
                        List.of(comparison.figure(0, "per event")));
            }
        } finally {
            Bench.delete(directory);
        }
    }

    private static Sample recover(ActorSystem system, int events) {
        long startNs = System.nanoTime();
        Tally.Total total = system.entity(Tally.class, Tally.name(0))
                .ask(new Tally.GetAndLeave())
                .toCompletableFuture()
                .join();
        long elapsedNs = System.nanoTime() - startNs;
        Tally.require(total, events);
        while (system.activeEntityCount() > 0) {
            Thread.onSpinWait();
        }
        return Sample.of(events, elapsedNs);
    }
}
