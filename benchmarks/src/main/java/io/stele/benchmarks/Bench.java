package io.stele.benchmarks;

import io.stele.benchmarks.Comparison.Round;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What every row needs: counts that fit the run, a place to write, and the rounds. Confined to one thread. */
final class Bench {
    /** Gives up waiting for quiet rounds after this many times the rounds that are wanted. */
    private static final int PATIENCE = 3;

    private final BenchOptions options;

    Bench(BenchOptions options) {
        this.options = options;
    }

    BenchOptions options() {
        return options;
    }

    /** Returns how often to do something: {@code full}, or {@code quick} if nobody will believe the figures anyway. */
    int count(int full, int quick) {
        return options.quick() ? quick : full;
    }

    /** Creates an empty directory, deleting what an earlier row has left there. */
    Path fresh(String name) throws IOException {
        Path directory = options.directory().resolve(name);
        delete(directory);
        return Files.createDirectories(directory);
    }

    /** Deletes a directory and everything in it, if it is there. */
    static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /**
     * Runs all sides in turn, first to warm up and then until enough rounds were quiet. If they never come, the quietest ones
     * count, and the report says how noisy they were.
     */
    Comparison compare(Side... sides) throws IOException, InterruptedException {
        for (int i = 0; i < count(options.warmUpRounds(), 0); i++) {
            round(sides);
        }
        return compareWithoutWarmUp(sides);
    }

    /** As {@link #compare}, for sides that start from nothing each time. */
    Comparison compareWithoutWarmUp(Side... sides) throws IOException, InterruptedException {
        List<Round> rounds = new ArrayList<>();
        int quiet = 0;
        while (quiet < options.rounds() && rounds.size() < PATIENCE * options.rounds()) {
            Round round = round(sides);
            rounds.add(round);
            quiet += options.quick() || round.foreignCpuPct() <= options.foreignCpuPctMax() ? 1 : 0;
        }
        int setAside = rounds.size() - options.rounds();
        List<Round> counted = rounds.stream()
                .sorted(Comparator.comparingDouble(Round::foreignCpuPct))
                .limit(options.rounds())
                .toList();
        return new Comparison(counted, setAside);
    }

    private static Round round(Side... sides) throws IOException, InterruptedException {
        List<Sample> samples = new ArrayList<>();
        CpuLoad before = CpuLoad.now();
        for (Side side : sides) {
            side.prepare();
            samples.add(side.run());
        }
        return new Round(samples, CpuLoad.now().foreignPctSince(before));
    }
}
