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

    /**
     * What came of it.
     *
     * @param seeds how many seeds ran to their end
     */
    record Result(
            long seeds,
            JournalSimulation.Outcome total,
            long durationNs,
            List<String> violations,
            List<Throwable> causes) {
        String summary() {
            return String.format(
                    "seeds=%d, simulatedHours=%.1f, crashes=%d, powerCuts=%d, failedForces=%d, tornFiles=%d, events=%d, "
                            + "compactions=%d, timersFired=%d, restarts=%d, passivations=%d, damageNoticed=%d, "
                            + "damageHarmless=%d, violations=%d, trace=%012x, durationMs=%d",
                    seeds,
                    total.simulatedNs / 3.6e12,
                    total.crashes,
                    total.powerCuts,
                    total.failedForces,
                    total.torn,
                    total.events,
                    total.compactions,
                    total.timersFired,
                    total.restarts,
                    total.passivations,
                    total.detected,
                    total.harmless,
                    violations.size(),
                    total.traceHash,
                    durationNs / 1_000_000);
        }

        /** Returns it as the report of a campaign; throws an {@link AssertionError} with all violations if there is one. */
        CampaignReport report() {
            if (!violations.isEmpty()) {
                throw new AssertionError(String.join("\n    ", violations));
            }
            return new CampaignReport(seeds, summary());
        }
    }

    /** One seed in an empty directory. */
    interface Simulation {
        JournalSimulation.Outcome run(Path directory, long seed) throws IOException;
    }

    static Result journal(long firstSeed, long seeds) {
        return run("journal", JournalSimulation::run, firstSeed, seeds);
    }

    static Result node(long firstSeed, long seeds) {
        return run("node", NodeSimulation::run, firstSeed, seeds);
    }

    static Result survey(long firstSeed, long seeds) {
        return run("survey", CorruptionSurvey::run, firstSeed, seeds);
    }

    static Result stores(long firstSeed, long seeds) {
        return run("stores", StoreSurvey::run, firstSeed, seeds);
    }

    /**
     * Runs seeds until all are done or enough violations were found.
     *
     * @throws IllegalStateException if a seed ended in anything but its end or a violation, so that nobody knows what it would have come
     *     to
     */
    static Result run(String name, Simulation simulation, long firstSeed, long seeds) {
        long startNs = System.nanoTime();
        AtomicLong next = new AtomicLong(firstSeed);
        JournalSimulation.Outcome total = new JournalSimulation.Outcome();
        List<Throwable> found = new ArrayList<>();
        List<Throwable> broken = new ArrayList<>();
        Progress progress = Progress.of(name, seeds);
        Path root = root();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Path directory = root.resolve("w" + i);
            Thread worker = new Thread(() -> {
                for (long seed = next.getAndIncrement();
                        seed < firstSeed + seeds && size(found) < VIOLATIONS_MAX && size(broken) == 0;
                        seed = next.getAndIncrement()) {
                    runOne(simulation, directory, seed, total, found, broken);
                    progress.step();
                }
            });
            workers.add(worker);
            worker.start();
        }
        workers.forEach(SimulationCampaign::join);
        delete(root);
        if (!broken.isEmpty()) {
            throw new IllegalStateException("seed has not come to its end: " + broken.get(0), broken.get(0));
        }
        if (found.isEmpty() && progress.done() != seeds) {
            throw new IllegalStateException("not all seeds were run: seeds=" + seeds + ", run=" + progress.done());
        }
        return new Result(
                progress.done(),
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
            Simulation simulation,
            Path directory,
            long seed,
            JournalSimulation.Outcome total,
            List<Throwable> found,
            List<Throwable> broken) {
        try {
            Files.createDirectory(directory);
            JournalSimulation.Outcome outcome = simulation.run(directory, seed);
            if (seed % TWICE == 0) {
                Files.createDirectory(directory);
                JournalSimulation.Outcome again = simulation.run(directory, seed);
                if (again.traceHash != outcome.traceHash) {
                    throw new AssertionError("seed does not repeat itself: seed=" + seed);
                }
            }
            add(total, outcome);
        } catch (AssertionError e) {
            add(found, e);
        } catch (Throwable e) { // an error that ends this thread would leave seeds out that nobody misses
            add(broken, new IllegalStateException("seed=" + seed + ", cause=" + e, e));
        } finally {
            delete(directory);
        }
    }

    private static void add(List<Throwable> list, Throwable one) {
        synchronized (list) {
            list.add(one);
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
        total.timersFired += one.timersFired;
        total.restarts += one.restarts;
        total.passivations += one.passivations;
        total.simulatedNs += one.simulatedNs;
        total.traceHash += one.traceHash; // whichever comes first
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
