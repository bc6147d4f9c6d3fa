package io.stele.it;

import io.stele.Stele;
import io.stele.encryption.MasterKey;
import io.stele.encryption.SubjectKeys;
import io.stele.it.CompactingNode.Add;
import io.stele.it.CompactingNode.Read;
import io.stele.it.JournalSimulation.Outcome;
import io.stele.it.JournalSimulation.Violation;
import io.stele.recovery.CompactionPlan;
import io.stele.recovery.Compactor;
import io.stele.runtime.ActorSystem;
import io.stele.spi.SteleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Breaks one file of the snapshot store, of the index in it, or of the keys, and opens the directory: every actor answers with what was
 * acknowledged, or somebody says that it cannot; and who was forgotten stays forgotten. Half of the directories were compacted, so that
 * their snapshots are all there is of some events.
 */
final class StoreSurvey {
    /** Mutations per seed. */
    static final int MUTATIONS = 20;

    private static final int ADDS = 900;
    private static final int FORGOTTEN = 3;

    private final Path root;
    private final SplittableRandom random;
    private final boolean compacted;
    private final boolean encrypted;
    private final long[] expected = new long[PointedNode.COUNTERS];
    private String what = "";
    private int detected;
    private int harmless;

    private StoreSurvey(Path root, long seed) {
        this.root = root;
        random = new SplittableRandom(seed);
        compacted = random.nextBoolean();
        encrypted = random.nextInt(3) == 0;
    }

    /** Runs one seed in an empty directory, and removes it. Throws {@link Violation} if damage went unnoticed. */
    static Outcome run(Path directory, long seed) throws IOException {
        StoreSurvey survey = new StoreSurvey(directory, seed);
        try {
            survey.write();
            for (int i = 0; i < MUTATIONS; i++) {
                survey.breakOne();
            }
        } catch (Violation e) {
            throw new Violation(
                    e.getMessage() + "; seed=" + seed + ", compacted=" + survey.compacted + ", encrypted="
                            + survey.encrypted + ", mutation=" + survey.what,
                    e);
        }
        Outcome outcome = new Outcome();
        outcome.detected = survey.detected;
        outcome.harmless = survey.harmless;
        SimulationCampaign.delete(directory);
        return outcome;
    }

    private Path whole() {
        return root.resolve("whole");
    }

    private void write() throws IOException {
        MasterKey.createFile(root.resolve("master.json"));
        try (SubjectKeys keys = encrypted ? keys(whole()) : null) {
            List<Compactor> compactors = new ArrayList<>();
            try (ActorSystem system = PointedNode.open(whole(), compactors, keys)) {
                add(system);
                CompactionPlan plan = compactors.get(0).plan();
                if (compacted && !plan.isEmpty()) {
                    compactors.get(0).execute(plan, "survey");
                }
                if (keys != null) {
                    keys.forget("hot/h" + FORGOTTEN);
                }
            }
        }
    }

    private void add(ActorSystem system) {
        List<CompletableFuture<?>> sent = new ArrayList<>();
        String padding = "x".repeat(3_000);
        for (int turn = 0; turn < ADDS; turn++) {
            int i = turn % 50 == 0 ? 0 : 1 + turn % (PointedNode.COUNTERS - 1);
            expected[i]++;
            sent.add(CompactingNode.entity(system, i)
                    .<Long>ask(new Add(i == 0 ? "" : padding))
                    .toCompletableFuture());
        }
        sent.forEach(CompletableFuture::join);
    }

    private SubjectKeys keys(Path data) {
        return SubjectKeys.open(Stele.keyDirectory(data), MasterKey.ofFile(root.resolve("master.json")));
    }

    private void breakOne() throws IOException {
        Path data = root.resolve("broken");
        SimulationCampaign.delete(data);
        Shell.run("cp", "-r", whole().toString(), data.toString());
        mutate(data);
        try (SubjectKeys keys = encrypted ? keys(data) : null;
                ActorSystem system = PointedNode.open(data, new ArrayList<>(), keys)) {
            boolean refused = false;
            for (int i = 0; i < PointedNode.COUNTERS; i++) {
                refused |= !answers(system, i, keys);
            }
            detected += refused ? 1 : 0;
            harmless += refused ? 0 : 1;
        } catch (SteleException e) {
            detected++;
        }
    }

    /** Returns whether an actor answers with what it should; false if it says why it cannot. */
    private boolean answers(ActorSystem system, int i, @Nullable SubjectKeys keys) {
        try {
            long found = CompactingNode.entity(system, i)
                    .<Long>ask(new Read())
                    .toCompletableFuture()
                    .join();
            if (keys != null && i == FORGOTTEN) {
                throw new Violation("somebody who was forgotten is there again: found=" + found, null);
            }
            if (found != expected[i]) {
                throw new Violation(
                        "damage went unnoticed: actor=" + i + ", found=" + found + ", expected=" + expected[i], null);
            }
            return true;
        } catch (CompletionException e) {
            if (e.getCause() instanceof SteleException) {
                return keys != null && i == FORGOTTEN;
            }
            throw e;
        }
    }

    private void mutate(Path data) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path directory : List.of(Stele.snapshotDirectory(data), Stele.keyDirectory(data))) {
            if (Files.isDirectory(directory)) {
                try (Stream<Path> found = Files.walk(directory)) {
                    found.filter(Files::isRegularFile)
                            .filter(file -> !(file.getFileName() + "").startsWith("LO")) // locks and logs for people
                            .sorted()
                            .forEach(files::add);
                }
            }
        }
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = Files.readAllBytes(file);
        int kind = bytes.length == 0 ? 9 : random.nextInt(10);
        int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        what = data.relativize(file) + ", kind=" + kind + ", at=" + at + ", bytes=" + bytes.length;
        if (kind < 5) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
        } else if (kind < 7) {
            bytes = Arrays.copyOf(bytes, at);
        } else if (kind < 8) {
            int sector = at & -512;
            Arrays.fill(bytes, sector, Math.min(bytes.length, sector + 512), (byte) 0);
        } else if (kind < 9) {
            bytes = Files.readAllBytes(files.get(random.nextInt(files.size())));
        } else {
            Files.delete(file);
            return;
        }
        Files.write(file, bytes);
    }
}
