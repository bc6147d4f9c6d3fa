package io.stele.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Measures the journal beside its limits: every row runs both in the same process, in alternating rounds. How, and what came of
 * it: BENCHMARKS.md.
 */
public final class JournalBench {
    private static final List<Row> ROWS = List.of(
            new AppendRow(),
            new LanesRow(),
            new SharedLaneRow(),
            new BatchRow(),
            new GroupForceRow(),
            new SingleForceRow(),
            new SteadyRow(),
            new ReplayRow(),
            new ActorRow(),
            new AllocationRow(),
            new OpenRow());

    private static final int EXIT_OK = 0;
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_USAGE = 2;

    private JournalBench() {}

    /** Measures what the arguments say, and ends the process: 0 if every row gave figures, 1 if one did not, 2 for usage. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.logging();
        System.exit(run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), arguments));
    }

    /** Does what {@link #main} does, and returns the exit code. */
    static int run(PrintWriter out, String... arguments) throws IOException, InterruptedException {
        return run(out, ROWS, arguments);
    }

    /** Measures rows out of {@code all}, and returns the exit code. */
    static int run(PrintWriter out, List<Row> all, String... arguments) throws IOException, InterruptedException {
        BenchOptions options;
        List<Row> rows;
        try {
            options = BenchOptions.parse(arguments);
            rows = rows(all, options.rows());
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            out.print(BenchOptions.USAGE);
            out.flush();
            return EXIT_USAGE;
        }
        Path directory = Files.createDirectories(options.directory());
        MachineFacts machine = MachineFacts.of(directory);
        TextReport report = new TextReport(out);
        report.machine(machine, options);
        List<RowResult> results = new ArrayList<>();
        for (Row row : rows) {
            RowResult result = run(row, new Bench(options));
            report.row(result);
            results.add(result);
        }
        report.heading();
        results.forEach(report::checks);
        if (options.json() != null) {
            JsonReport.write(options.json(), machine, options, results);
        }
        return results.stream().allMatch(result -> result.failure() == null) ? EXIT_OK : EXIT_FAILED;
    }

    private static RowResult run(Row row, Bench bench) throws InterruptedException {
        try {
            return new RowResult(row, row.run(bench), null);
        } catch (IOException | RuntimeException e) {
            return new RowResult(row, null, e.toString());
        }
    }

    private static List<Row> rows(List<Row> all, List<String> keys) {
        List<Row> rows = new ArrayList<>();
        for (String key : keys) {
            rows.add(all.stream()
                    .filter(row -> Objects.equals(row.key(), key))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("row is unknown: row=" + key + ", rows="
                            + all.stream().map(Row::key).toList())));
        }
        return keys.isEmpty() ? all : rows;
    }
}
