package io.stele.benchmarks;

import io.stele.spi.Durability;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Measures what snapshots cost whoever persists meanwhile. Takes the arguments of {@link JournalBench}. */
public final class SnapshotBench {
    private static final List<Row> ROWS =
            List.of(new SnapshotCost(Durability.PROCESS_CRASH), new SnapshotCost(Durability.POWER_LOSS));

    private SnapshotBench() {}

    /** Measures, and ends the process: 0 if every row gave figures, 1 if one did not, 2 for usage. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        System.exit(run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), arguments));
    }

    /** Does what {@link #main} does, and returns the exit code. */
    static int run(PrintWriter out, String... arguments) throws IOException, InterruptedException {
        return JournalBench.run(out, ROWS, arguments);
    }
}
