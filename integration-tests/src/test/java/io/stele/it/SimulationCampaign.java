package io.stele.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Runs many seeds on all processors, and runs one in a hundred twice to see whether it comes to the same. */
final class SimulationCampaign {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final int VIOLATIONS_MAX = 5;
    private static final int TWICE = 100;

    private SimulationCampaign() {}

    /** What came of it. */
    record Result(
            long seeds,
            JournalSimulation.Outcome total,
            long durationNs,
            List<String> violations,
            List<Throwable> causes) {
        String summary() {
            return String.format(
                    "seeds=%d, simulatedHours=%.1f, crashes=%d, powerCuts=%d, failedForces=%d, tornFiles=%d, events=%d, "
                            + "compactions=%d, damageNoticed=%d, damageHarmless=%d, violations=%d, durationMs=%d",
                    seeds,
                    total.simulatedNs / 3.6e12,
                    total.crashes,
                    total.powerCuts,
                    total.failedForces,
                    total.torn,
                    total.events,
                    total.compactions,
                    total.detected,
                    total.harmless,
                    violations.size(),
                    durationNs / 1_000_000);
        }
    }

    /** One seed in an empty directory. */
    interface Simulation {
        JournalSimulation.Outcome run(Path directory, long seed) throws IOException;
    }

    static Result journal(long firstSeed, long seeds) {
        return run(
                JournalSimulation::run, firstSeed, seeds, Runtime.getRuntime().availableProcessors());
    }

    static Result node(long firstSeed, long seeds) {
        return run(NodeSimulation::run, firstSeed, seeds, Runtime.getRuntime().availableProcessors());
    }

    static Result survey(long firstSeed, long seeds) {
        return run(CorruptionSurvey::run, firstSeed, seeds, Runtime.getRuntime().availableProcessors());
    }

    static Result run(Simulation simulation, long firstSeed, long seeds, int threads) {
        long startNs = System.nanoTime();
        AtomicLong next = new AtomicLong(firstSeed);
        JournalSimulation.Outcome total = new JournalSimulation.Outcome();
        List<Throwable> found = new ArrayList<>();
        AtomicLong done = new AtomicLong();
        Path root = root();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Path directory = root.resolve("w" + i);
            Thread worker = new Thread(() -> {
                for (long seed = next.getAndIncrement();
                        seed < firstSeed + seeds && size(found) < VIOLATIONS_MAX;
                        seed = next.getAndIncrement()) {
                    runOne(simulation, directory, seed, total, found);
                    done.incrementAndGet();
                }
            });
            workers.add(worker);
            worker.start();
        }
        workers.forEach(SimulationCampaign::join);
        delete(root);
        return new Result(
                done.get(),
                total,
                System.nanoTime() - startNs,
                found.stream().map(Throwable::getMessage).toList(),
                List.copyOf(found));
    }

    private static int size(List<Throwable> found) {
        synchronized (found) {
            return found.size();
        }
    }

    private static void runOne(
            Simulation simulation, Path directory, long seed, JournalSimulation.Outcome total, List<Throwable> found) {
        Throwable violation = null;
        try {
            Files.createDirectory(directory);
            JournalSimulation.Outcome outcome = simulation.run(directory, seed);
            if (seed % TWICE == 0) {
                Files.createDirectory(directory);
                JournalSimulation.Outcome again = simulation.run(directory, seed);
                if (again.traceHash != outcome.traceHash) {
                    violation = new AssertionError("seed does not repeat itself: seed=" + seed);
                }
            }
            add(total, outcome);
        } catch (IOException | RuntimeException | AssertionError e) {
            violation = e;
        } finally {
            delete(directory);
        }
        if (violation != null) {
            synchronized (found) {
                found.add(violation);
            }
        }
    }

    private static synchronized void add(JournalSimulation.Outcome total, JournalSimulation.Outcome one) {
        total.crashes += one.crashes;
        total.powerCuts += one.powerCuts;
        total.failedForces += one.failedForces;
        total.torn += one.torn;
        total.appends += one.appends;
        total.events += one.events;
        total.detected += one.detected;
        total.harmless += one.harmless;
        total.compactions += one.compactions;
        total.simulatedNs += one.simulatedNs;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A directory in memory where there is one: nothing here needs a disk, the disk is simulated. */
    static Path root() {
        try {
            return Files.isWritable(MEMORY)
                    ? Files.createTempDirectory(MEMORY, "stele-simulation-")
                    : Files.createTempDirectory("stele-simulation-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
