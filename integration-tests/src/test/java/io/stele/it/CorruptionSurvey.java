package io.stele.it;

import io.stele.it.JournalSimulation.Violation;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalVerifier;
import io.stele.journal.ScanProgress;
import io.stele.journal.SimulatedMachine;
import io.stele.spi.CompactionRun;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.HistoryFile;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import io.stele.spi.StoredType;
import io.stele.testkit.InMemoryIndexStore;
import io.stele.testkit.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Breaks one file of a journal at a time and opens it: what is there must be what was written, every event of it, or somebody must say
 * that it is not. A wrong or missing event that nobody notices is a violation.
 *
 * <p>The journal has sealed segments, files that a compaction has carried over, and a lane that a crash has left.
 */
final class CorruptionSurvey {
    /** Mutations per seed. */
    static final int MUTATIONS = 100;

    private static final int TAIL = 3;
    private static final StoredType TYPE = new StoredType("surveyed", 1);
    private static final SimulatedMachine.Layout LAYOUT = new SimulatedMachine.Layout(2, 1 << 16, 512, 0, 0, 0);

    private final Path root;
    private final SplittableRandom random;
    private final TreeMap<String, byte[]> files = new TreeMap<>();
    private List<String> expected = List.of();
    private List<String> durable = List.of();
    private boolean flipped;
    private boolean mustBeNoticed;
    private String what = "";
    private int detected;
    private int harmless;

    private CorruptionSurvey(Path root, long seed) {
        this.root = root;
        random = new SplittableRandom(seed);
    }

    /** Runs one seed in an empty directory. Throws {@link Violation} if damage went unnoticed. */
    static JournalSimulation.Outcome run(Path directory, long seed) throws IOException {
        CorruptionSurvey survey = new CorruptionSurvey(directory, seed);
        JournalSimulation.Outcome outcome = new JournalSimulation.Outcome();
        try {
            survey.write();
            for (int i = 0; i < MUTATIONS; i++) {
                survey.breakOne();
            }
        } catch (Violation | RuntimeException e) {
            throw new Violation(e.getMessage() + "; seed=" + seed + ", mutation=" + survey.what, e);
        }
        outcome.detected = survey.detected;
        outcome.harmless = survey.harmless;
        outcome.traceHash = survey.detected;
        SimulationCampaign.delete(directory);
        return outcome;
    }

    private SimulatedMachine machine() throws IOException {
        return new SimulatedMachine(root, LAYOUT, ManualClock.start(), new SplittableRandom(1));
    }

    private void write() throws IOException {
        SimulatedMachine machine = machine();
        for (int life = 0; life < 4; life++) {
            ChronicleJournal journal = machine.start(InMemoryIndexStore.open());
            append(journal, 60);
            machine.turns(true);
            if (life == 2) {
                compact(machine, journal);
            }
            if (life % 2 == 0) {
                journal.close();
            }
            machine.kill();
        }
        ChronicleJournal journal = machine.start(InMemoryIndexStore.open());
        expected = read(journal);
        append(journal, 5);
        machine.turns(true);
        durable = read(journal);
        PersistenceId last = new PersistenceId("survey", "tail");
        append(journal, last, TAIL);
        expected = read(journal);
        machine.kill();
        try (Stream<Path> found = Files.walk(machine.directory())) {
            for (Path file : found.filter(CorruptionSurvey::counts).sorted().toList()) {
                files.put(machine.directory().relativize(file).toString(), Files.readAllBytes(file));
            }
        }
    }

    /** Whether a file is worth breaking: not the reports, and not the zeros that are kept in reserve. */
    private static boolean counts(Path file) {
        String name = file.getFileName() + "";
        return Files.isRegularFile(file)
                && !name.equals("opening")
                && !name.endsWith(".filling")
                && !name.endsWith(".precreated");
    }

    private void append(ChronicleJournal journal, int count) {
        for (int i = 0; i < count; i++) {
            append(journal, new PersistenceId("survey", "a" + random.nextInt(6)), 1);
        }
    }

    private void append(ChronicleJournal journal, PersistenceId id, int count) {
        EventBatch batch = journal.newBatch();
        for (int i = 0; i < count; i++) {
            try (EventStream stream = journal.open(id)) {
                batch.begin(i);
                byte[] payload = new byte[random.nextInt(8, 2_000)];
                random.nextBytes(payload);
                batch.add(TYPE, ByteBuffer.wrap(payload));
                journal.append(stream, stream.lastSequenceNumber() + 1, batch);
            }
        }
    }

    private void compact(SimulatedMachine machine, ChronicleJournal journal) {
        machine.forcesAtOnce(true);
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            List<HistoryFile> closed =
                    journal.files(lane).stream().filter(HistoryFile::closed).toList();
            if (!closed.isEmpty()) {
                journal.compact(closed, new Halving());
            }
        }
        machine.forcesAtOnce(false);
    }

    /** Keeps the later half of everybody's history. */
    private static final class Halving implements CompactionRun {
        @Override
        public long keepFrom(PersistenceId persistenceId, long lastSequenceNumber) {
            return lastSequenceNumber / 2;
        }

        @Override
        public long witness(int lane, long number) {
            return number;
        }

        @Override
        public long snapshotCount() {
            return 0;
        }

        @Override
        public void onBytes(long bytes) {}
    }

    private static List<String> read(ChronicleJournal journal) {
        List<String> events = new ArrayList<>();
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            journal.read(lane, 0, Long.MAX_VALUE, event -> {
                byte[] payload = new byte[event.payload().remaining()];
                event.payload().duplicate().get(payload);
                events.add(event.position() + " " + event.persistenceId() + " " + event.sequenceNumber() + " "
                        + event.timestampMs() + " " + event.type() + " " + Arrays.hashCode(payload));
            });
        }
        return events;
    }

    private void breakOne() throws IOException {
        SimulationCampaign.delete(root);
        Path journalDirectory = Files.createDirectories(root.resolve("journal"));
        for (String name : files.keySet()) {
            Path file = journalDirectory.resolve(name);
            Files.createDirectories(file.getParent() == null ? journalDirectory : file.getParent());
            Files.write(file, content(name));
        }
        mutate(journalDirectory);
        boolean clean;
        try {
            clean = JournalVerifier.verify(journalDirectory, ScanProgress.NONE).isClean();
        } catch (SteleException e) {
            clean = false;
        }
        judge(clean);
    }

    private byte[] content(String name) {
        byte[] bytes = files.get(name);
        assert bytes != null : "one of its own names";
        return bytes;
    }

    private void judge(boolean clean) throws IOException {
        SimulatedMachine machine = machine();
        try {
            ChronicleJournal journal = machine.start(InMemoryIndexStore.open());
            if (mustBeNoticed || !isHarmless(read(journal))) {
                throw new Violation("damage went unnoticed, and something is missing or wrong", null);
            }
            harmless++;
        } catch (SteleException e) {
            detected++;
            if (clean) {
                throw new Violation("the opening refuses what the verifier calls clean: " + e.getMessage(), e);
            }
        } finally {
            machine.kill();
        }
    }

    /**
     * Everything is there, or what is missing is the end of what was never forced: one event if its record alone was damaged, which
     * cannot be told from a torn write, or more if the file was cut there.
     */
    private boolean isHarmless(List<String> events) {
        int missing = expected.size() - events.size();
        int missingMax = flipped ? 1 : TAIL;
        return missing >= 0
                && missing <= missingMax
                && events.containsAll(durable)
                && expected.containsAll(events)
                && events.stream().distinct().count() == events.size();
    }

    private void mutate(Path directory) throws IOException {
        mustBeNoticed = false;
        List<String> names = List.copyOf(files.keySet());
        String name = names.get(random.nextInt(names.size()));
        byte[] bytes = content(name).clone();
        Path file = directory.resolve(name);
        int used = Math.max(1, usedBytes(bytes));
        boolean atTheEnd = name.endsWith(".carried") && random.nextBoolean(); // its index
        int at = atTheEnd ? used - 1 - random.nextInt(Math.min(used, 64)) : random.nextInt(used);
        int kind = random.nextInt(20);
        what = name + ", kind=" + kind + ", at=" + at;
        flipped = kind < 9;
        if (kind < 9) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
        } else if (kind < 11) {
            bytes = Arrays.copyOf(bytes, at);
        } else if (kind < 13) {
            int sector = at & -512;
            Arrays.fill(bytes, sector, Math.min(bytes.length, sector + 512), (byte) 0);
        } else if (kind < 14) {
            swap(bytes, at & -512, random.nextInt(used) & -512);
        } else if (kind < 15) {
            byte[] other = content(names.get(random.nextInt(names.size())));
            System.arraycopy(other, 0, bytes, 0, Math.min(512, Math.min(other.length, bytes.length)));
        } else if (kind < 16) {
            Files.delete(file);
            return;
        } else if (kind < 17) {
            bytes = content(names.get(random.nextInt(names.size())));
        } else if (kind < 18) {
            for (int i = 0; i < 16; i++) {
                bytes[random.nextInt(used)] = (byte) random.nextInt();
            }
        } else if (kind < 19) {
            bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(5_000));
        } else {
            Files.write(directory.resolve("lane-0/19700101-00" + random.nextInt(1000, 6000) + ".cq4"), bytes);
            return;
        }
        mustBeNoticed = name.equals("manifest") && !Arrays.equals(bytes, content(name));
        Files.write(file, bytes);
    }

    private static int usedBytes(byte[] bytes) {
        int used = bytes.length;
        while (used > 0 && bytes[used - 1] == 0) {
            used--;
        }
        return used;
    }

    private static void swap(byte[] bytes, int a, int b) {
        int length = Math.min(512, Math.min(bytes.length - a, bytes.length - b));
        byte[] kept = Arrays.copyOfRange(bytes, a, a + length);
        System.arraycopy(bytes, b, bytes, a, length);
        System.arraycopy(kept, 0, bytes, b, length);
    }
}
