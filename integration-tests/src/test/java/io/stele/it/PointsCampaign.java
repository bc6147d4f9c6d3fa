package io.stele.it;

import io.stele.Stele;
import io.stele.encryption.MasterKey;
import io.stele.journal.JournalRepair;
import io.stele.journal.JournalVerifier;
import io.stele.journal.RepairPlan;
import io.stele.journal.ScanProgress;
import io.stele.spi.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Ends a process at every place that changes the disk, each once or more, and looks whether what it had acknowledged is there. */
final class PointsCampaign {
    private static final long GARBAGE = 0x1234_5678_9abc_def0L;
    private static final int LINES_MAX = 1 << 20;

    private final Path root;
    private final Path template;
    private final Map<String, Map<Integer, Long>> prepared = new HashMap<>();

    private PointsCampaign(Path root) {
        this.root = root;
        template = root.resolve("template");
    }

    /**
     * What came of it.
     *
     * @param places how many places there are in the code
     * @param reached how many of them the process comes to
     * @param kills how often it was ended
     * @param unreached the others
     */
    record Result(int places, int reached, int kills, List<String> unreached) {}

    /** What a process printed before its end. */
    private record Told(Map<String, Map<Integer, Long>> counts, boolean forgotten, int status) {}

    private record Kill(String place, long pass) {}

    /**
     * Runs it.
     *
     * @param each how often each place is killed at: the first time that it is come to, and random times after
     * @throws AssertionError if anything acknowledged is lost, or a directory does not open any more
     */
    static Result run(Path root, long seed, int each) throws IOException {
        return run(root, seed, each, 1);
    }

    /** As {@link #run(Path, long, int)}, at every so many-th place only. */
    static Result run(Path root, long seed, int each, int every) throws IOException {
        PointsCampaign campaign = new PointsCampaign(root);
        campaign.prepare();
        Map<String, Long> passes = campaign.passes();
        SortedSet<String> places = DiskPlaces.all();
        if (!places.containsAll(passes.keySet())) {
            throw new IllegalStateException("a place is come to that is not in the code: passes=" + passes.keySet());
        }
        SplittableRandom random = new SplittableRandom(seed);
        List<Kill> kills = new ArrayList<>();
        passes.forEach((place, count) -> {
            kills.add(new Kill(place, 1));
            for (int i = 1; i < each && count > 1; i++) {
                kills.add(new Kill(place, random.nextLong(2, count + 1)));
            }
        });
        List<Kill> chosen = new ArrayList<>();
        for (int i = 0; i < kills.size(); i += every) {
            chosen.add(kills.get(i));
        }
        campaign.run(chosen);
        List<String> unreached =
                places.stream().filter(place -> !passes.containsKey(place)).toList();
        return new Result(places.size(), passes.size(), chosen.size(), unreached);
    }

    private void prepare() throws IOException {
        Files.createDirectories(template);
        MasterKey.createFile(template.resolve("master.json"));
        Process process = Shell.java(List.of(), PointedNode.class, template.toString(), "prepare");
        Told told = listen(process);
        require(told.status == KillPoint.HALTED, "directories could not be prepared", told);
        prepared.putAll(told.counts);
        Shell.run("cp", "-r", template.resolve(PointedNode.KILLED) + "", template.resolve(PointedNode.DAMAGED) + "");
        damage(Stele.journalDirectory(template.resolve(PointedNode.DAMAGED)));
        forgetBoot(Stele.journalDirectory(template.resolve(PointedNode.CUT)));
    }

    /** Has a journal look as if the machine had been started anew since, and leaves something behind the end of a lane. */
    private static void forgetBoot(Path journal) throws IOException {
        Path lock = journal.resolve("LOCK");
        String boot =
                Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        String text = Files.readString(lock);
        String other = boot.startsWith("0") ? "1" + boot.substring(1) : "0" + boot.substring(1);
        Files.writeString(lock, text.replace(boot, other));
        Path last = lastSegment(journal.resolve("lane-0"));
        overwrite(last, Files.size(last) - 4096, GARBAGE);
    }

    private static void damage(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal.resolve("lane-1"))) {
            Path first = files.filter(file -> file.toString().endsWith(".cq4"))
                    .min(Path::compareTo)
                    .orElseThrow();
            overwrite(first, 8192, GARBAGE);
        }
    }

    private static Path lastSegment(Path lane) throws IOException {
        try (Stream<Path> files = Files.list(lane)) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }

    private static void overwrite(Path file, long at, long value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(8).putLong(0, value), at);
        }
    }

    private Map<String, Long> passes() throws IOException {
        Path directory = copy("passes");
        Told told = listen(Shell.java(List.of(), PointedNode.Woven.class, directory.toString()));
        require(told.status == 0, "process does not come to its end without a kill", told);
        Map<String, Long> passes = new TreeMap<>();
        for (String line : Files.readAllLines(directory.resolve("passes"))) {
            int space = line.indexOf(' ');
            passes.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
        }
        SimulationCampaign.delete(directory);
        return passes;
    }

    private void run(List<Kill> kills) throws IOException {
        Progress progress = Progress.of("points", kills.size());
        ExecutorService pool =
                Executors.newFixedThreadPool(Math.max(1, Runtime.getRuntime().availableProcessors() / 2 + 1));
        try {
            List<Future<?>> running = new ArrayList<>();
            for (Kill kill : kills) {
                running.add(pool.submit(() -> {
                    run(kill);
                    progress.step();
                    return null;
                }));
            }
            for (Future<?> future : running) {
                future.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError violation) {
                throw violation;
            }
            throw new IOException("a thread of the campaign has failed: " + e.getCause(), e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private void run(Kill kill) throws IOException {
        String what = kill.place + ", pass=" + kill.pass;
        Path directory = copy(what.replaceAll("[^A-Za-z0-9]", "-"));
        Told told = listen(Shell.java(
                List.of(
                        "env",
                        "JAVA_TOOL_OPTIONS=-D" + KillPoint.PLACE + "=" + kill.place + " -D" + KillPoint.PASS + "="
                                + kill.pass),
                PointedNode.Woven.class,
                directory.toString()));
        boolean mayPass = kill.pass > 1; // threads meet differently each time
        require(told.status == KillPoint.HALTED || (mayPass && told.status == 0), "not killed at " + what, told);
        for (String name : List.of(PointedNode.NEW, PointedNode.KILLED, PointedNode.CUT)) {
            Map<Integer, Long> counts = new HashMap<>(prepared.getOrDefault(name, Map.of()));
            told.counts.getOrDefault(name, Map.of()).forEach((i, count) -> counts.merge(i, count, Math::max));
            try {
                PointedNode.check(directory, name, counts, told.forgotten, what);
            } catch (RuntimeException e) {
                throw new AssertionError("killed at " + what + ": directory " + name + " cannot be used: " + e, e);
            }
        }
        repaired(directory.resolve(PointedNode.DAMAGED), what);
        SimulationCampaign.delete(directory);
    }

    /** A repair that was killed is repeated, and comes to its end. */
    private static void repaired(Path data, String what) {
        Path journal = Stele.journalDirectory(data);
        try {
            RepairPlan plan = JournalRepair.plan(journal, true);
            if (!plan.isEmpty()) {
                JournalRepair.execute(plan, Clock.system());
            }
            if (!JournalVerifier.verify(journal, ScanProgress.NONE).isDurableClean()) {
                throw new AssertionError("killed at " + what + ": repair cannot be repeated: "
                        + JournalVerifier.verify(journal, ScanProgress.NONE).findings());
            }
        } catch (RuntimeException e) {
            throw new AssertionError("killed at " + what + ": repair cannot be repeated: " + e, e);
        }
    }

    private Path copy(String name) throws IOException {
        Path directory = root.resolve(name);
        Shell.run("cp", "-r", template.toString(), directory.toString());
        return directory;
    }

    private static Told listen(Process process) throws IOException {
        Map<String, Map<Integer, Long>> counts = new HashMap<>();
        boolean forgotten = false;
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = output.readLine();
            for (int lines = 0; line != null && lines < LINES_MAX; lines++) {
                String[] fields = line.split(" ", -1);
                if (fields.length == 3 && fields[1].equals("forgotten")) {
                    forgotten = true;
                } else if (fields.length == 3 && fields[2].matches("\\d+")) {
                    counts.computeIfAbsent(fields[0], any -> new HashMap<>())
                            .merge(Integer.parseInt(fields[1]), Long.parseLong(fields[2]), Math::max);
                }
                line = output.readLine();
            }
        }
        return new Told(counts, forgotten, Shell.await(process));
    }

    private static void require(boolean condition, String message, Told told) {
        if (!condition) {
            throw new IllegalStateException(message + ": exitCode=" + told.status);
        }
    }
}
