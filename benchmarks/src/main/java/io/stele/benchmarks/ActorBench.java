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
    private static final double IDLE_BYTES = 350;
    private static final String DISK = "raw writeBytes";
    private static final String FORCE = "one fdatasync";
    private static final String CALM = "Stele, not flooded";
    /** So many has a journal unless it is told otherwise. */
    private static final int JOURNAL_LANES = 4;
    /** As many raw lanes as threads can write at once, but not more than a journal has by default. */
    private static final int LANES = Math.min(Runtime.getRuntime().availableProcessors(), JOURNAL_LANES);

    static final List<Row> ROWS = List.of(
            LoadRow.tell("tell-1-1", "tell, one thread to one actor"),
            LoadRow.tell("tell-4-1", "tell, four threads to one actor"),
            LoadRow.tell("tell-2-1000", "tell, two threads to 1,000 actors"),
            LoadRow.of("ping-1", "one pair of actors").besidePekko("ping-1", 2).latencyAtMost(99.9, "Pekko", 1),
            LoadRow.of("ping-100", "100 pairs of actors").besidePekko("ping-100", 2),
            LoadRow.of("ask-1", "ask and wait, one thread")
                    .besidePekko("ask-1", 3)
                    .bytesAtMost("Pekko", 0.25),
            LoadRow.of("ask-100", "ask, 100 outstanding")
                    .besidePekko("ask-100", 3)
                    .bytesAtMost("Pekko", 0.25),
            LoadRow.of("create-100000", "children of one actor, until all have run")
                    .besidePekko("create-100000", 5),
            LoadRow.of("idle-100000", "heap of an idle actor")
                    .besidePekko("idle-100000", 0)
                    .bytesAtMost(IDLE_BYTES),
            LoadRow.of("idle_entities-20000", "heap of an idle persistent actor, its address included")
                    .bytesAtMost(IDLE_BYTES),
            LoadRow.of("flood-1", "500 of 1,000 actors asked, 4 outstanding, while another one is flooded")
                    .besideOurs(CALM, "flood-0")
                    .besidePekko("flood-1", 0)
                    .latencyAtMost(99, CALM, 2),
            persist("process_crash-1-1", "persist and reply, one actor, closed loop")
                    .besidePekko("persist-memory-1-1", 5),
            persist("process_crash-1-1000", "one actor, 1,000 outstanding")
                    .besidePekko("persist-memory-1-1000", 5)
                    .beside(DISK, LoadChild.rawDisk(), "append-1")
                    .rateAtLeast(DISK, 0.5),
            persist("process_crash-1000-1000", "1,000 actors, one outstanding each")
                    .besidePekko("persist-memory-1000-1000", 5)
                    .beside(DISK, LoadChild.rawDisk(), "append-" + LANES)
                    .rateAtLeast(DISK, 0.5),
            persist("power_loss-1-1", "with a force, closed loop")
                    .besidePekko("persist-power_loss-1-1", 1)
                    .beside(FORCE, LoadChild.rawDisk(), "force")
                    .latencyAtMost(50, FORCE, 1.5),
            persist("power_loss-1-1000", "with a force, 1,000 outstanding")
                    .besidePekko("persist-power_loss-1-1000", 100),
            persist("power_loss_pipelined-1-1000", "beside Pekko's persistAsync")
                    .besidePekko("persist-power_loss_pipelined-1-1000", 3),
            persist("power_loss-1000-1000", "with a force, 1,000 actors")
                    .besidePekko("persist-power_loss-1000-1000", 100));

    private ActorBench() {}

    private static LoadRow persist(String load, String what) {
        return LoadRow.of("persist-" + load, what);
    }

    /** Measures what the arguments say, and ends the process: 0 if every row gave figures, 1 if one did not, 2 for usage. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        System.exit(JournalBench.run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), ROWS, arguments));
    }
}
