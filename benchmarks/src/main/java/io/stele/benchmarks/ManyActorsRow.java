package io.stele.benchmarks;

import io.stele.journal.JournalOptions;
import io.stele.runtime.ActorSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Many actors with short histories, all asked at once. */
final class ManyActorsRow implements Row {
    private static final double EVENTS_PER_SECOND_MIN = 5e6;
    private static final int EVENTS = 100;

    @Override
    public String key() {
        return "many-actors";
    }

    @Override
    public String what() {
        return "10,000 actors of 100 events";
    }

    @Override
    public RowReport run(Bench bench) throws IOException, InterruptedException {
        Path directory = bench.fresh(key());
        int actors = bench.count(10_000, 50);
        UnaryOperator<JournalOptions> layout = Tally.layout(bench);
        try {
            Tally.fill(directory, layout, actors, EVENTS);
            try (ActorSystem system = Tally.open(directory, layout, 0)) {
                Comparison comparison = bench.compare(() -> recover(system, actors));
                return comparison.report(
                        List.of(Check.atLeast(
                                "events until all have replied",
                                EVENTS_PER_SECOND_MIN,
                                "events/s",
                                comparison.spread(0, Sample::opsPerSecond))),
                        List.of(comparison.figure(0, "per event")));
            }
        } finally {
            Bench.delete(directory);
        }
    }

    private static Sample recover(ActorSystem system, int actors) {
        List<CompletableFuture<Tally.Total>> replies = new ArrayList<>(actors);
        long startNs = System.nanoTime();
        for (int i = 0; i < actors; i++) {
            replies.add(system.entity(Tally.class, Tally.name(i))
                    .ask(new Tally.GetAndLeave())
                    .toCompletableFuture());
        }
        replies.forEach(reply -> Tally.require(reply.join(), EVENTS));
        long elapsedNs = System.nanoTime() - startNs;
        while (system.activeEntityCount() > 0) {
            Thread.onSpinWait();
        }
        return Sample.of((long) actors * EVENTS, elapsedNs);
    }
}
