package io.stele.benchmarks;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to measure, where, and how carefully.
 *
 * @param directory on the disk that is to be measured; what the rows put there is deleted again
 * @param rows which rows, by key; empty for all
 * @param rounds how many rounds count, at least 1
 * @param warmUpRounds how many rounds come first and do not count
 * @param quick runs everything with tiny counts: shows that it works, measures nothing
 * @param cold also measures with an empty page cache; drops that of the whole machine, which needs root
 * @param foreignCpuPctMax a round in which others used more of the machine is set aside
 * @param json where to write the figures; null for nowhere
 */
record BenchOptions(
        Path directory,
        List<String> rows,
        int rounds,
        int warmUpRounds,
        boolean quick,
        boolean cold,
        double foreignCpuPctMax,
        @Nullable Path json) {

    static final String USAGE = """
            usage: JournalBench [--dir DIR] [--rows KEY,KEY…] [--rounds N] [--warm-up N] [--noise PERCENT]
                                [--json FILE] [--quick] [--cold]

              --dir DIR        where to measure; default: benchmark-data in the working directory
              --rows KEYS      only these rows; default: all
              --rounds N       rounds that count, per row; default: 9
              --warm-up N      rounds before them; default: 5
              --noise PERCENT  set rounds aside in which others used more of the machine; default: 5
              --json FILE      write all figures to FILE
              --quick          tiny counts, one round: shows that it runs, measures nothing
              --cold           drop the machine's page cache for the cold figures; needs root
            """;

    private static final BenchOptions STANDARD =
            new BenchOptions(Path.of("benchmark-data"), List.of(), 9, 5, false, false, 5, null);

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException if it is not one; says which argument
     */
    static BenchOptions parse(String... arguments) {
        BenchOptions options = STANDARD;
        for (int i = 0; i < arguments.length; i++) {
            String name = arguments[i];
            if (name.equals("--quick")) {
                options = options.with(options.directory, options.rows, 1, true, options.json);
            } else if (name.equals("--cold")) {
                options = options.withMethod(options.warmUpRounds, true, options.foreignCpuPctMax);
            } else if (i + 1 < arguments.length) {
                options = options.with(name, arguments[++i]);
            } else {
                throw new IllegalArgumentException("argument is unknown, or its value is missing: argument=" + name);
            }
        }
        return options;
    }

    private BenchOptions with(String name, String value) {
        return switch (name) {
            case "--dir" -> with(Path.of(value), rows, rounds, quick, json);
            case "--rows" -> with(directory, List.of(value.split(",")), rounds, quick, json);
            case "--rounds" -> with(directory, rows, count(name, value, 1), quick, json);
            case "--json" -> with(directory, rows, rounds, quick, Path.of(value));
            case "--warm-up" -> withMethod(count(name, value, 0), cold, foreignCpuPctMax);
            case "--noise" -> withMethod(warmUpRounds, cold, count(name, value, 0));
            default -> throw new IllegalArgumentException("argument is unknown: argument=" + name);
        };
    }

    private BenchOptions with(Path dir, List<String> keys, int count, boolean tiny, @Nullable Path file) {
        return new BenchOptions(dir, keys, count, warmUpRounds, tiny, cold, foreignCpuPctMax, file);
    }

    private BenchOptions withMethod(int warmUps, boolean dropCache, double noisePct) {
        return new BenchOptions(directory, rows, rounds, warmUps, quick, dropCache, noisePct, json);
    }

    private static int count(String name, String value, int min) {
        try {
            int count = Integer.parseInt(value);
            if (count >= min) {
                return count;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("argument is not a number: " + name + "=" + value, e);
        }
        throw new IllegalArgumentException("argument is too small: " + name + "=" + value + ", min=" + min);
    }
}
