package io.stele.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Measures actors beside Pekko and beside bare queues: each load runs in JVMs of its own, which take turns. The arguments are those of
 * {@link JournalBench}. Without Pekko's module ({@code mvn -pl benchmarks-pekko package}) it measures the others.
 */
public final class ActorBench {
    static final List<Row> ROWS = List.of(
            LoadRow.tell("tell-1-1", "tell, one thread to one actor"),
            LoadRow.tell("tell-4-1", "tell, four threads to one actor"),
            LoadRow.tell("tell-2-1000", "tell, two threads to 1,000 actors"),
            LoadRow.of("ping-1", "one pair of actors", 2),
            LoadRow.of("ping-100", "100 pairs of actors", 2),
            LoadRow.of("ask-1", "ask and wait, one thread", 3),
            LoadRow.of("ask-100", "ask, 100 outstanding", 3),
            LoadRow.of("create-100000", "children of one actor, until all have run", 5),
            new LoadRow("idle-100000", "heap of an idle actor", "idle-100000", false, 0, 350),
            LoadRow.of("flood-0", "500 of 1,000 actors asked, 4 outstanding", 0),
            LoadRow.of("flood-1", "the same, while another actor is flooded", 0),
            persist("process_crash-1-1", "memory-1-1", "persist and reply, one actor, closed loop", 5),
            persist("process_crash-1-1000", "memory-1-1000", "one actor, 1,000 outstanding", 5),
            persist("process_crash-1000-1000", "memory-1000-1000", "1,000 actors, one outstanding each", 5),
            persist("power_loss-1-1", "power_loss-1-1", "the same with a force, closed loop", 1),
            persist("power_loss-1-1000", "power_loss-1-1000", "with a force, 1,000 outstanding", 100),
            persist("power_loss_pipelined-1-1000", "power_loss_pipelined-1-1000", "beside Pekko's persistAsync", 3),
            persist("power_loss-1000-1000", "power_loss-1000-1000", "with a force, 1,000 actors", 100));

    private ActorBench() {}

    private static LoadRow persist(String load, String pekkoLoad, String what, double factor) {
        return new LoadRow("persist-" + load, what, "persist-" + pekkoLoad, false, factor, Double.NaN);
    }

    /** Measures what the arguments say, and ends the process: 0 if every row gave figures, 1 if one did not, 2 for usage. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        System.exit(JournalBench.run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), ROWS, arguments));
    }
}
