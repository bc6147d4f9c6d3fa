package io.stele.journal;

import io.stele.spi.Clock;
import io.stele.spi.IndexStore;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A machine whose disk forgets and whose threads are turns that somebody gives. The journal on it is the real one: its opening,
 * recovery, tail repair, forcing, rolling, reserve, compaction, index and readers. What is simulated is what is below: the file
 * system under the writing side, the mapped append, threads and time.
 *
 * <p>Confined to one thread.
 */
public final class SimulatedMachine implements AutoCloseable {
    private final Path root;
    private final Path directory;
    private final SimulatedDisk disk;
    private final Clock clock;
    private final List<Work> workers = new ArrayList<>();
    private final SplittableRandom random;
    private long boot = 1;
    private boolean forcesAtOnce;
    private @Nullable ChronicleJournal journal;

    /** A worker and the thread that it never gets. */
    private record Work(JournalMachine.Worker worker, Thread thread) {}

    /**
     * Makes a machine with an empty journal, or with the one that an earlier machine has left.
     *
     * @param root an empty directory, on a file system in memory if this is to be fast
     */
    public SimulatedMachine(Path root, Layout layout, Clock clock, SplittableRandom random) throws IOException {
        this.root = root;
        this.clock = clock;
        this.random = random;
        directory = Files.createDirectories(root.resolve("journal"));
        disk = new SimulatedDisk(
                Files.createDirectories(root.resolve("limbo")),
                random.split(),
                new SimulatedDisk.DiskFaults(
                        layout.sectorBytes(), layout.forceFails(), layout.writeBack(), layout.lost()));
        UUID id = new UUID(random.nextLong(), 7);
        if (!Files.exists(directory.resolve(SegmentFiles.LOCK))) {
            new Manifest(1, id, layout.laneCount(), layout.segmentBytes(), clock.epochMs()).write(directory);
        }
    }

    /**
     * How it is built.
     *
     * @param laneCount lanes of its journal
     * @param segmentBytes far less than a user may choose, so that segments end often
     * @param sectorBytes what reaches the disk whole
     * @param forceFails how many of a thousand forces fail
     * @param writeBack how many of a thousand writes have an earlier sector reach the disk by itself
     * @param lost how many of a hundred dirty sectors a power cut takes
     */
    public record Layout(int laneCount, int segmentBytes, int sectorBytes, int forceFails, int writeBack, int lost) {}

    /** Starts a process that opens the journal. Throws as {@link ChronicleJournal#open} does, and {@link #isKilled} may hold then. */
    public ChronicleJournal start(IndexStore index) {
        workers.clear();
        JournalOptions options = JournalOptions.of(directory)
                .withSegmentBytes(JournalOptions.SEGMENT_BYTES_MIN)
                .withFreeBytesMin(1 << 10)
                .withReserveSegments(1);
        JournalMachine machine =
                new JournalMachine(disk, (lane, bytes) -> new SimulatedAppender(disk, lane), new Turns(), this::holder);
        ChronicleJournal opened = new JournalOpening(options, index, clock, machine).open();
        journal = opened;
        return opened;
    }

    private Holder holder() {
        return new Holder(1, "simulated", "boot " + boot);
    }

    /** Lets the process die at a step of its own, from 1, the next. */
    public void killAt(long steps) {
        disk.killAt(steps);
    }

    /** Takes the death sentence back. */
    public void spare() {
        disk.spareIt();
    }

    /** Returns whether the process has met its end: nothing that it did since counts. */
    public boolean isKilled() {
        return disk.isDead();
    }

    /** Says whether the disk has no room for another segment. */
    public void full(boolean value) {
        disk.full(value);
    }

    /** Gives it a disk without faults from now on. */
    public void heal() {
        disk.heal();
    }

    /** Gives every worker of the journal a turn, or one of them. */
    public void turns(boolean all) {
        int chosen = workers.isEmpty() ? 0 : random.nextInt(workers.size());
        for (int i = 0; i < workers.size(); i++) {
            if (all || i == chosen) {
                workers.get(i).worker.turn();
            }
        }
    }

    /** Forces one lane, in this thread. */
    public void force(int lane) {
        running().lane(lane).sync().turn();
    }

    /** Has a lane forced whenever that is asked for, as long as something runs that waits for it. */
    public void forcesAtOnce(boolean value) {
        forcesAtOnce = value;
    }

    /** The process is killed: what it wrote stays in the page cache. */
    public void kill() throws IOException {
        abandon();
        disk.afterKill();
    }

    /** The machine loses power: what was not forced is there or not, sector by sector. */
    public void cutPower() throws IOException {
        abandon();
        disk.afterPowerCut();
        boot++;
    }

    /** Returns where the journal is. */
    public Path directory() {
        return directory;
    }

    /** Returns what the disk has done so far. */
    public String story() {
        return "failedForces=" + disk.failedForces() + ", lostSectors=" + disk.lostSectors() + ", tornFiles="
                + disk.tornFiles();
    }

    /** Returns how many forces failed. */
    public int failedForces() {
        return disk.failedForces();
    }

    /** Returns how many files a power cut has left with some of their sectors. */
    public int tornFiles() {
        return disk.tornFiles();
    }

    private ChronicleJournal running() {
        ChronicleJournal open = journal;
        if (open == null) {
            throw new IllegalStateException("no process runs");
        }
        return open;
    }

    /** Forgets a process without letting it do anything: what the kernel does with its files and its lock. */
    private void abandon() throws IOException {
        ChronicleJournal dead = journal;
        journal = null;
        workers.clear();
        if (dead == null) {
            return;
        }
        for (int lane = 0; lane < dead.laneCount(); lane++) {
            dead.lane(lane).readers().close();
        }
        try {
            Field lock = ChronicleJournal.class.getDeclaredField("lock");
            lock.setAccessible(true);
            ((JournalLock) lock.get(dead)).close();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        abandon();
        disk.afterKill();
        try (var files = Files.walk(root)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Threads that never start. */
    private final class Turns implements JournalMachine.Workers {
        @Override
        public Thread create(JournalMachine.Worker worker, String name) {
            Thread thread = new Thread(worker, name) {
                @Override
                public synchronized void start() {
                    workers.add(new Work(worker, this));
                }
            };
            return thread;
        }

        @Override
        public void wake(Thread thread) {
            if (forcesAtOnce) {
                List.copyOf(workers).stream()
                        .filter(work -> work.thread == thread && work.worker instanceof LaneSync)
                        .forEach(work -> work.worker.turn());
            }
        }

        @Override
        public void stop(Thread thread) {
            List.copyOf(workers).stream().filter(work -> work.thread == thread).forEach(work -> work.worker.run());
        }
    }
}
