package io.stele.it;

import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalVerifier;
import io.stele.journal.ScanProgress;
import io.stele.journal.SimulatedMachine;
import io.stele.journal.VerifyReport;
import io.stele.spi.CompactionRun;
import io.stele.spi.DurabilityListener;
import io.stele.spi.EventBatch;
import io.stele.spi.EventReader;
import io.stele.spi.EventStream;
import io.stele.spi.HistoryFile;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import io.stele.testkit.InMemoryIndexStore;
import io.stele.testkit.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One seed of the simulation of the journal: the real one on a {@link SimulatedMachine}, used and crashed at random, and compared
 * with a list of what was appended.
 *
 * <p>Checked after every crash, lane by lane:
 *
 * <ul>
 *   <li>I1: what was durable is there, and after a kill alone all that was appended
 *   <li>I3: every actor's numbers are 1, 2, 3 … without gaps
 *   <li>I4: every opening has a higher epoch than all before
 *   <li>I8: what is there is a prefix of what was appended, byte by byte: no hole, nothing from a life that a crash has undone
 * </ul>
 *
 * <p>and at the end, without faults, that everything works again (I10) and that the verifier finds nothing.
 */
final class JournalSimulation {
    private static final StoredType TYPE = new StoredType("simulated", 1);

    private final Swarm swarm;
    private final SplittableRandom random;
    private final ManualClock clock = ManualClock.start();
    private final SimulatedMachine machine;
    private final List<List<Appended>> lanes = new ArrayList<>();
    private final long[] durable;
    private final Map<PersistenceId, Long> floors = new HashMap<>();
    private final Set<Appended> removed = new HashSet<>();
    private final CRC32C trace = new CRC32C();
    private final Outcome outcome = new Outcome();
    private InMemoryIndexStore index = InMemoryIndexStore.open();
    private @Nullable ChronicleJournal journal;
    private @Nullable EventBatch batch;
    private final Map<PersistenceId, EventStream> streams = new HashMap<>();
    private long epoch;
    private long eventNumber;
    /** Whether everything that was appended since the last opening is at least in the page cache. */
    private boolean cacheIsWhole = true;

    /** What one seed draws before it begins. */
    record Swarm(
            long seed,
            int laneCount,
            int actorCount,
            int segmentBytes,
            int payloadBytesMax,
            int eventsMax,
            int sectorBytes,
            int forceFails,
            int writeBack,
            int lost,
            int steps,
            int crashEvery,
            int compactEvery,
            boolean diskFills,
            boolean indexIsLost) {

        static Swarm of(long seed) {
            SplittableRandom draw = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + 1);
            return new Swarm(
                    seed,
                    draw.nextInt(1, 4),
                    draw.nextInt(1, 25),
                    (draw.nextBoolean() ? 1 : 2) << 16,
                    new int[] {8, 64, 700, 4_000, 8_000}[draw.nextInt(5)],
                    draw.nextInt(1, 6),
                    draw.nextBoolean() ? 512 : 4096,
                    new int[] {0, 0, 5, 30, 120}[draw.nextInt(5)],
                    new int[] {0, 20, 300}[draw.nextInt(3)],
                    new int[] {10, 50, 50, 100}[draw.nextInt(4)],
                    draw.nextInt(150, 500),
                    draw.nextInt(6, 40),
                    draw.nextInt(3) == 0 ? draw.nextInt(10, 60) : 0,
                    draw.nextInt(4) == 0,
                    draw.nextBoolean());
        }
    }

    /** What a seed came to. */
    static final class Outcome {
        long crashes;
        long powerCuts;
        long failedForces;
        long torn;
        long appends;
        long events;
        long compactions;
        long timersFired;
        long restarts;
        long passivations;

        @Nullable Violation hookViolation;

        long detected;
        long harmless;
        long simulatedNs;
        long traceHash;
    }

    /** One record that was appended, or that may have been. */
    private record Appended(PersistenceId id, long first, int count, int hash, long position) {
        long last() {
            return first + count - 1;
        }

        boolean isFound(Appended other) {
            return id.equals(other.id)
                    && first == other.first
                    && count == other.count
                    && hash == other.hash
                    && (position == other.position || position == Long.MAX_VALUE);
        }
    }

    /** A promise that was broken. */
    static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1L;

        Violation(String what, @Nullable Throwable cause) {
            super(what, cause);
        }
    }

    private JournalSimulation(Path directory, Swarm swarm) throws IOException {
        this.swarm = swarm;
        random = new SplittableRandom(swarm.seed);
        machine = new SimulatedMachine(
                directory,
                new SimulatedMachine.Layout(
                        swarm.laneCount,
                        swarm.segmentBytes,
                        swarm.sectorBytes,
                        swarm.forceFails,
                        swarm.writeBack,
                        swarm.lost),
                clock,
                random.split());
        durable = new long[swarm.laneCount];
        for (int lane = 0; lane < swarm.laneCount; lane++) {
            lanes.add(new ArrayList<>());
        }
    }

    /** Runs one seed in an empty directory, which it leaves empty. Throws {@link Violation} with the seed and its options. */
    static Outcome run(Path directory, long seed) throws IOException {
        Swarm swarm = Swarm.of(seed);
        JournalSimulation simulation = new JournalSimulation(directory, swarm);
        try (SimulatedMachine machine = simulation.machine) {
            simulation.live();
            simulation.outcome.traceHash = simulation.trace.getValue();
            simulation.outcome.failedForces = machine.failedForces();
            simulation.outcome.torn = machine.tornFiles();
            return simulation.outcome;
        } catch (Violation | RuntimeException e) {
            throw new Violation(e.getMessage() + "; " + swarm + ", " + simulation.machine.story(), e);
        }
    }

    private void live() throws IOException {
        for (int step = 0; step < swarm.steps; step++) {
            clock.advance(Duration.ofMillis(random.nextInt(50)));
            outcome.simulatedNs += 25_000_000L;
            if (journal == null) {
                open();
            } else {
                survive(this::act);
            }
        }
        settle();
    }

    /** No more faults: it must come up, take events, and be sound. */
    private void settle() throws IOException {
        machine.heal();
        crash(false);
        for (int attempt = 0; journal == null; attempt++) {
            require(attempt < 50, "journal does not open although nothing is wrong any more");
            open();
        }
        machine.spare();
        ChronicleJournal running = running();
        machine.turns(true);
        for (int i = 0; i < 3; i++) {
            clock.advance(Duration.ofSeconds(1));
            append();
        }
        running.close();
        VerifyReport report = JournalVerifier.verify(machine.directory(), ScanProgress.NONE);
        require(report.isClean(), "verify finds " + report.findings());
        journal = null;
        machine.kill();
    }

    private ChronicleJournal running() {
        ChronicleJournal open = journal;
        if (open == null) {
            throw new IllegalStateException("journal is not open");
        }
        return open;
    }

    private interface Step {
        void run() throws IOException;
    }

    /** Lets the process do something, which may be its end. */
    private void survive(Step step) throws IOException {
        try {
            step.run();
        } catch (Error e) {
            if (!machine.isKilled()) {
                throw e;
            }
        }
        if (machine.isKilled()) {
            crash(random.nextInt(3) == 0);
        }
    }

    private void act() throws IOException {
        int what = random.nextInt(100);
        if (random.nextInt(swarm.crashEvery) == 0) {
            if (random.nextBoolean()) {
                machine.killAt(1 + random.nextInt(40)); // in the middle of whatever comes next
            } else {
                crash(random.nextBoolean());
            }
        } else if (swarm.compactEvery > 0 && random.nextInt(swarm.compactEvery) == 0) {
            compact();
        } else if (what < 60) {
            append();
        } else if (what < 80) {
            force(random.nextInt(swarm.laneCount));
        } else if (what < 86) {
            machine.turns(random.nextBoolean());
        } else if (what < 92) {
            replayOne();
        } else if (what < 94) {
            closeWell();
        } else if (what < 96 && swarm.diskFills) {
            machine.full(random.nextBoolean());
        } else if (what < 98) {
            clock.jumpWallClock(Duration.ofSeconds(random.nextInt(-4_000, 4_000)));
        } else {
            EventStream closed = streams.remove(new PersistenceId("sim", "a" + random.nextInt(swarm.actorCount)));
            if (closed != null) {
                closed.close();
            }
        }
    }

    private void open() {
        boolean mayDie = random.nextInt(6) == 0;
        if (mayDie) {
            machine.killAt(1 + random.nextInt(25));
        }
        try {
            ChronicleJournal opened = machine.start(index);
            if (mayDie) {
                machine.spare();
            }
            listen(opened);
            checkOpened(opened);
            journal = opened;
        } catch (JournalException e) {
            require(machine.failedForces() > outcome.failedForces, "journal refuses to open: " + e.getMessage());
            outcome.failedForces = machine.failedForces();
            restart();
        } catch (Error e) {
            if (!machine.isKilled()) {
                throw e;
            }
            restart();
        }
    }

    private void restart() {
        try {
            crash(random.nextInt(3) == 0);
        } catch (IOException e) {
            throw new Violation("machine is broken", e);
        }
    }

    private void listen(ChronicleJournal opened) {
        opened.listener(new DurabilityListener() {
            @Override
            public void onDurable(int lane, long durablePosition) {
                if (!machine.isKilled()) {
                    durable[lane] = Math.max(durable[lane], durablePosition);
                }
            }

            @Override
            public void onFailed(int lane, JournalException cause) {
                note(lane);
            }
        });
    }

    /** Compares what an opening has found with what was appended. Everything that it found is durable from now on. */
    private void checkOpened(ChronicleJournal opened) {
        require(opened.epoch() > epoch, "epoch does not grow: epoch=" + opened.epoch() + ", before=" + epoch);
        epoch = opened.epoch();
        for (int lane = 0; lane < swarm.laneCount; lane++) {
            List<Appended> found = new ArrayList<>();
            opened.read(lane, 0, Long.MAX_VALUE, new Collector(found));
            compare(lane, found);
            requireGapless(found);
            lanes.set(lane, found);
            durable[lane] = Math.max(durable[lane], opened.durablePosition(lane));
            note(found.size());
        }
        cacheIsWhole = true;
    }

    /** Both lists must agree from the first record to the end of what is there, but for what compaction was allowed to remove. */
    private void compare(int lane, List<Appended> found) {
        int at = 0;
        List<Appended> expected = lanes.get(lane);
        for (Appended record : expected) {
            while (at < found.size() && !record.isFound(found.get(at)) && removed.contains(found.get(at))) {
                at++; // a power cut has undone a compaction whose mark could not be forced
            }
            boolean same = at < found.size() && record.isFound(found.get(at));
            if (same) {
                at++;
                continue;
            }
            boolean removable = record.last() < floors.getOrDefault(record.id, 0L);
            if (removable) {
                removed.add(record);
            }
            boolean beyond = at == found.size()
                    && (record.position == Long.MAX_VALUE || (!cacheIsWhole && record.position > durable[lane]));
            require(
                    removable || beyond,
                    "record is lost or not the one that was appended: lane=" + lane + ", expected=" + record
                            + ", found=" + (at < found.size() ? found.get(at) : "the end") + ", durablePosition="
                            + durable[lane]);
        }
        require(
                at == found.size(),
                "record is there that was never appended, or was undone: lane=" + lane + ", found="
                        + (at < found.size() ? found.get(at) : ""));
    }

    /** Numbers join, but where a compaction may have taken what lies between. */
    private void requireGapless(List<Appended> found) {
        Map<PersistenceId, Long> last = new HashMap<>();
        for (Appended record : found) {
            Long before = last.put(record.id, record.last());
            long expected = before == null ? 1 : before + 1;
            require(
                    record.first == expected
                            || (record.first > expected && record.first <= floors.getOrDefault(record.id, 0L) + 1),
                    "numbers have a gap: before=" + before + ", record=" + record);
        }
    }

    private static final class Collector implements EventReader {
        private final List<Appended> found;
        private @Nullable PersistenceId id;
        private long first;
        private long position;
        private int count;
        private final CRC32C hash = new CRC32C();

        Collector(List<Appended> found) {
            this.found = found;
        }

        @Override
        public void onEvent(StoredEvent event) {
            if (count == 0) {
                id = event.persistenceId();
                first = event.sequenceNumber();
                position = event.position();
                hash.reset();
            }
            count++;
            hash.update(event.payload());
            if (event.batchIndex() == event.batchCount() - 1) {
                PersistenceId whose = id;
                assert whose != null : "set with the first event";
                Appended record = new Appended(whose, first, count, (int) hash.getValue(), position);
                found.add(record);
                count = 0;
            }
        }
    }

    private void append() {
        ChronicleJournal running = running();
        PersistenceId id = new PersistenceId("sim", "a" + random.nextInt(swarm.actorCount));
        int lane = running.lane(id);
        EventStream stream = streams.computeIfAbsent(id, running::open);
        EventBatch events = batch == null ? running.newBatch() : batch;
        batch = events;
        events.begin(clock.epochMs());
        CRC32C hash = new CRC32C();
        int count = random.nextInt(1, swarm.eventsMax + 1);
        int bytesLeft = running.payloadBytesMax();
        int added = 0;
        while (added < count && bytesLeft > 16) {
            byte[] payload = payload(Math.min(swarm.payloadBytesMax, bytesLeft));
            bytesLeft -= payload.length;
            events.add(TYPE, ByteBuffer.wrap(payload));
            hash.update(payload);
            added++;
        }
        long first = stream.lastSequenceNumber() + 1;
        Appended may = new Appended(id, first, added, (int) hash.getValue(), Long.MAX_VALUE);
        boolean returned = false;
        try {
            long position = running.append(stream, first, events);
            lanes.get(lane).add(new Appended(id, first, added, may.hash, position));
            outcome.appends++;
            outcome.events += added;
            note(position);
            returned = true;
            if (random.nextInt(3) == 0) {
                running.requestSync(lane);
            }
        } catch (JournalException e) {
            note(e.getClass().getSimpleName().length());
            returned = !machine.isKilled() && running.failure(lane) == null; // refused: it must not be there
        } finally {
            if (!returned) {
                undecided(lane, may);
            }
        }
    }

    /** A record that was being appended when the process died may be there. Its position shows when it is. */
    private void undecided(int lane, Appended may) {
        lanes.get(lane).add(may);
    }

    private byte[] payload(int bytesMax) {
        byte[] payload = new byte[8 + random.nextInt(Math.max(1, bytesMax - 8))];
        Arrays.fill(payload, (byte) random.nextInt(4)); // zeros too
        ByteBuffer.wrap(payload).putLong(0, ++eventNumber);
        return payload;
    }

    private void force(int lane) {
        machine.force(lane);
        ChronicleJournal running = running();
        if (!machine.isKilled()) {
            durable[lane] = Math.max(durable[lane], running.durablePosition(lane));
            note(running.durablePosition(lane));
            if (running.failure(lane) != null && random.nextInt(4) == 0) {
                restart();
            }
        }
    }

    private void replayOne() {
        ChronicleJournal running = running();
        PersistenceId id = new PersistenceId("sim", "a" + random.nextInt(swarm.actorCount));
        List<Appended> expected = lanes.get(running.lane(id)).stream()
                .filter(record -> record.id.equals(id) && record.position != Long.MAX_VALUE)
                .toList();
        long from = expected.isEmpty() ? 1 : Math.max(floors.getOrDefault(id, 1L), expected.get(0).first);
        List<Appended> found = new ArrayList<>();
        long count = running.replay(id, Math.max(1, from), Long.MAX_VALUE, new Collector(found));
        long last = expected.isEmpty() ? 0 : expected.get(expected.size() - 1).last();
        require(
                count == Math.max(0, last - Math.max(1, from) + 1) || running.failure(running.lane(id)) != null,
                "replay is not what was appended: id=" + id + ", from=" + from + ", count=" + count + ", last=" + last);
        note(count);
    }

    private void closeWell() throws IOException {
        ChronicleJournal running = running();
        try {
            running.close();
        } catch (JournalException e) {
            require(machine.failedForces() > 0, "journal does not close: " + e.getMessage());
        }
        if (!machine.isKilled()) {
            for (int lane = 0; lane < swarm.laneCount; lane++) {
                durable[lane] = Math.max(durable[lane], running.durablePosition(lane));
                long end = durable[lane];
                boolean all = running.failure(lane) != null
                        || lanes.get(lane).stream()
                                .allMatch(record -> record.position <= end || record.position == Long.MAX_VALUE);
                require(all, "journal was closed, but not everything is durable: lane=" + lane);
            }
        }
        crash(random.nextBoolean());
        outcome.crashes--;
    }

    private void compact() {
        ChronicleJournal running = running();
        int lane = random.nextInt(swarm.laneCount);
        List<HistoryFile> files =
                running.files(lane).stream().filter(HistoryFile::closed).toList();
        int begin = 0;
        while (begin < files.size() && files.get(begin).carried() && random.nextBoolean()) {
            begin++;
        }
        if (files.size() - begin < 1) {
            return;
        }
        List<HistoryFile> chosen = files.subList(begin, begin + 1 + random.nextInt(files.size() - begin));
        machine.forcesAtOnce(true);
        try {
            running.compact(List.copyOf(chosen), new Run());
            outcome.compactions++;
        } catch (JournalException e) {
            require(
                    machine.isKilled()
                            || running.failure(lane) != null
                            || machine.failedForces() > 0
                            || swarm.diskFills,
                    "compaction fails: " + e.getMessage());
        } finally {
            machine.forcesAtOnce(false);
        }
    }

    private final class Run implements CompactionRun {
        @Override
        public long keepFrom(PersistenceId persistenceId, long lastSequenceNumber) {
            long keep = random.nextLong(lastSequenceNumber + 1);
            floors.merge(persistenceId, keep, Math::max);
            return keep;
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
        public void onBytes(long bytes) {
            note(bytes);
        }
    }

    /** Ends the process, or the power. */
    private void crash(boolean powerCut) throws IOException {
        outcome.crashes++;
        outcome.powerCuts += powerCut ? 1 : 0;
        if (!powerCut) {
            machine.kill();
        } else {
            machine.cutPower();
            cacheIsWhole = false;
        }
        index = swarm.indexIsLost && random.nextInt(3) == 0
                ? InMemoryIndexStore.open()
                : random.nextBoolean() ? index.crash() : index.reopen();
        journal = null;
        batch = null;
        streams.clear();
        note(outcome.crashes);
    }

    private void note(long fact) {
        trace.update(ByteBuffer.allocate(8).putLong(0, fact));
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new Violation(what, null);
        }
    }
}
