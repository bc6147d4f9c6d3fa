package io.stele.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Measures how fast actors come back. The arguments are those of {@link JournalBench}. The rows {@code recover-…} run in JVMs of their own
 * beside Pekko, if its module was packaged ({@code mvn -pl benchmarks-load,benchmarks-pekko package}); without it they measure ours
 * alone.
 */
public final class RecoveryBench {
    private static final double PEKKO_FACTOR = 5;

    static final List<Row> ROWS = List.of(
            new OneActorRow(),
            new ManyActorsRow(),
            new SnapshotRow(),
            new RestartRow(),
            new RecoveryHeapRow(),
            LoadRow.recover(1, 1_000_000, "one actor, 1 M events of 100 bytes, beside Pekko", PEKKO_FACTOR),
            LoadRow.recover(10_000, 100, "10,000 actors of 100 events of 100 bytes, beside Pekko", PEKKO_FACTOR));

    private RecoveryBench() {}

    /** Measures what the arguments say, and ends the process: 0 if every row gave figures, 1 if one did not, 2 for usage. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        System.exit(JournalBench.run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), ROWS, arguments));
    }
}
