package io.stele.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Measures how fast actors come back. The arguments are those of {@link JournalBench}. */
public final class RecoveryBench {
    static final List<Row> ROWS =
            List.of(new OneActorRow(), new ManyActorsRow(), new SnapshotRow(), new RestartRow(), new RecoveryHeapRow());

    private RecoveryBench() {}

    /** Measures what the arguments say, and ends the process: 0 if every row gave figures, 1 if one did not, 2 for usage. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        System.exit(JournalBench.run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), ROWS, arguments));
    }
}
