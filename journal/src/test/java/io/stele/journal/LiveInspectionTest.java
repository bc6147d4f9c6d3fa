package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.Clock;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looks at journals that {@link ChronicleJournal} writes: while it does, after it has closed, after a crash, and after damage. */
class LiveInspectionTest {
    private static final StoredType TYPE = new StoredType("deposited", 1);
    private static final int ACTORS = 50;

    @TempDir
    Path root;

    private Path directory = Path.of("unset");
    private final Map<PersistenceId, Long> appended = new HashMap<>();

    @Test
    void shouldFindNothingWrongInAJournalThatWasClosed() {
        write(20_000);
        write(5_000);

        VerifyReport report = JournalVerifier.verify(directory, ScanProgress.NONE);
        assertThat(report.findings()).isEmpty();
        assertThat(report.segments()).hasSizeGreaterThan(4);
        JournalSummary summary = JournalInspector.open(directory).summarize(ScanProgress.NONE);
        assertThat(summary.findings()).isEmpty();
        assertThat(summary.eventCount()).isEqualTo(25_000);
        assertThat(summary.actors()).hasSize(ACTORS).allSatisfy(actor -> {
            assertThat(actor.lastSequenceNumber()).isEqualTo(appended.get(actor.persistenceId()));
            assertThat(actor.eventCount()).isEqualTo(actor.lastSequenceNumber());
        });
    }

    @Test
    void shouldLookAtAJournalThatIsBeingWritten() throws InterruptedException {
        directory = root.resolve("live");
        AtomicBoolean stop = new AtomicBoolean();
        List<Throwable> failures = new ArrayList<>();
        try (ChronicleJournal journal = open()) {
            append(journal, 2_000);
            AtomicInteger rounds = new AtomicInteger();
            Thread writer = new Thread(() -> {
                for (int written = 0; !stop.get(); Thread.onSpinWait()) {
                    if (written <= 20_000 * rounds.get()) { // else it outgrows every reader
                        append(journal, 500);
                        written += 500;
                    }
                }
            });
            writer.setUncaughtExceptionHandler((thread, thrown) -> failures.add(thrown));
            writer.start();
            long seen = 0;
            for (int round = 0; round < 12 && writer.isAlive(); round = rounds.incrementAndGet()) {
                VerifyReport report = JournalVerifier.verify(directory, ScanProgress.NONE);
                assertThat(report.findings()).as("round=%d", round).isEmpty();
                long events = JournalInspector.open(directory)
                        .summarize(ScanProgress.NONE)
                        .eventCount();
                assertThat(events).as("round=%d", round).isGreaterThanOrEqualTo(Math.max(seen, 2_000));
                seen = events;
            }
            stop.set(true);
            writer.join();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void shouldFollowALaneWhileItIsWritten() throws InterruptedException {
        directory = root.resolve("followed");
        int count = 60_000;
        try (ChronicleJournal journal = open()) {
            append(journal, 10);
            Thread writer = new Thread(() -> append(journal, count - 10));
            writer.start();
            Manifest manifest = Manifest.read(directory);
            long[] events = new long[2];
            for (int lane = 0; lane < 2; lane++) {
                int at = lane;
                try (LaneReader reader = new LaneReader(
                        directory, manifest, lane, () -> journal.durablePosition(at), LaneReader.STRICT)) {
                    boolean done = false;
                    while (!done) {
                        done = !writer.isAlive();
                        while (reader.next()) {
                            events[lane] += reader.record().batchCount();
                        }
                    }
                }
            }
            writer.join();
            assertThat(events[0] + events[1]).isEqualTo(count);
        }
    }

    @Test
    void shouldReadWhatACrashLeaves() throws IOException {
        directory = root.resolve("crashed");
        Path image = root.resolve("image");
        try (ChronicleJournal journal = open()) {
            append(journal, 9_000);
            copy(directory, image);
        }
        VerifyReport report = JournalVerifier.verify(image, ScanProgress.NONE);
        assertThat(report.isDurableClean()).as("%s", report.findings()).isTrue();
        JournalRepair.Report repaired = JournalRepair.execute(JournalRepair.plan(image, false), Clock.system());
        assertThat(repaired.after().findings()).isEmpty();
        directory = image;
        try (ChronicleJournal journal = open()) {
            appended.forEach((id, last) -> assertThat(replay(journal, id)).isEqualTo(last));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldMakeADamagedJournalUsableAgain(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        write(20_000);
        List<Path> segments;
        try (Stream<Path> files = Files.walk(directory)) {
            segments = files.filter(file -> SegmentFiles.segmentOf(file) > 0)
                    .sorted()
                    .toList();
        }
        Path victim = segments.get(random.nextInt(segments.size()));
        byte[] bytes = Files.readAllBytes(victim);
        int at = 20_000 + random.nextInt(bytes.length - 40_000);
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(victim, bytes);
        String what = "seed=" + seed + ", victim=" + victim + ", at=" + at;

        VerifyReport report = JournalVerifier.verify(directory, ScanProgress.NONE);
        assertThat(report.isDurableClean()).as(what).isFalse();
        assertThat(report.findings().get(0).file()).as(what).isEqualTo(victim);
        assertThat(JournalRepair.plan(directory, false).isEmpty()).as(what).isTrue();
        RepairPlan plan = JournalRepair.plan(directory, true);
        JournalRepair.Report repaired = JournalRepair.execute(plan, Clock.system());

        assertThat(repaired.after().findings()).as(what).isEmpty();
        Map<PersistenceId, Long> firstLost = new HashMap<>();
        plan.lost().forEach(lost -> firstLost.put(lost.persistenceId(), lost.fromSequenceNumber()));
        try (ChronicleJournal journal = open()) {
            int[] unnamed = new int[1];
            appended.forEach((id, last) -> {
                long expected = firstLost.getOrDefault(id, last + 1) - 1;
                long left = replay(journal, id);
                unnamed[0] += (int) (expected - left);
                assertThat(left).as("%s, id=%s", what, id).isLessThanOrEqualTo(expected);
                assertThat(journal.open(id).lastSequenceNumber()).isEqualTo(left);
            });
            assertThat(unnamed[0])
                    .as("%s: only the record that cannot be read may go unnamed", what)
                    .isLessThan(2);
        }
    }

    private void write(int count) {
        directory = root.resolve("journal");
        try (ChronicleJournal journal = open()) {
            append(journal, count);
        }
    }

    private ChronicleJournal open() {
        return ChronicleJournal.open(
                JournalOptions.of(directory)
                        .withLaneCount(2)
                        .withSegmentBytes(1 << 20)
                        .withFreeBytesMin(0),
                InMemoryIndexStore.open(),
                Clock.system());
    }

    private void append(ChronicleJournal journal, int count) {
        EventBatch batch = journal.newBatch();
        ByteBuffer payload = ByteBuffer.allocate(128);
        Map<PersistenceId, EventStream> streams = new HashMap<>();
        long[] last = new long[journal.laneCount()];
        for (int i = 0; i < count; i++) {
            PersistenceId id = new PersistenceId("account", Integer.toString(i % ACTORS));
            EventStream stream = streams.computeIfAbsent(id, journal::open);
            batch.begin(i);
            batch.add(TYPE, payload.clear());
            last[stream.lane()] = journal.append(stream, stream.lastSequenceNumber() + 1, batch);
            appended.merge(id, 1L, Long::sum);
        }
        streams.values().forEach(EventStream::close);
        for (int lane = 0; lane < last.length; lane++) {
            journal.requestSync(lane);
            while (journal.durablePosition(lane) < last[lane] && journal.failure(lane) == null) {
                Thread.onSpinWait();
            }
        }
    }

    private static long replay(ChronicleJournal journal, PersistenceId id) {
        return journal.replay(id, 1, Long.MAX_VALUE, event -> {});
    }

    /** Copies a journal whose writer is idle, without the segments in reserve: another thread still makes those. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(file -> !file.toString().contains(SegmentFiles.PRECREATED_SUFFIX))
                    .toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
