package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.journal.JournalBackup.Options;
import io.stele.spi.Clock;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import io.stele.spi.JournalInUseException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalBackupTest {
    private static final int EVENTS_PER_SEGMENT = 8_000;

    @TempDir
    Path temporary;

    private Path origin;
    private Path copy;

    @BeforeEach
    void name() {
        origin = temporary.resolve("origin");
        copy = temporary.resolve("copy");
    }

    @Test
    void shouldCopyAClosedJournalAndShareWhatIsSealed() throws IOException {
        write(origin, 3 * EVENTS_PER_SEGMENT);
        Map<String, Integer> before = TestJournal.contents(origin);

        JournalBackup.Report report = backup(origin, Options.ofBackup());

        assertThat(report.linkedCount())
                .isEqualTo(TestJournal.segments(origin, 0).size());
        assertThat(report.copiedCount()).isZero();
        assertThat(TestJournal.contents(origin)).isEqualTo(before);
        assertThat(JournalVerifier.verify(copy, ScanProgress.NONE).isClean()).isTrue();
        requireHolds(copy, 3 * EVENTS_PER_SEGMENT);
        assertThat(TestJournal.contents(origin))
                .as("what is shared does not change when the copy is used")
                .isEqualTo(before);
    }

    @Test
    void shouldCopyEveryByteWhenToldTo() throws IOException {
        write(origin, 2 * EVENTS_PER_SEGMENT);

        JournalBackup.Report report = backup(origin, new Options(null, false, false, true));

        assertThat(report.linkedCount()).isZero();
        for (Path file : TestJournal.segments(copy, 0)) {
            assertThat(LinkedFile.nameCount(file)).isEqualTo(1);
        }
        requireHolds(copy, 2 * EVENTS_PER_SEGMENT);
    }

    @Test
    void shouldCopyAnOpenJournalUpToWhatWasAppended() throws IOException {
        int count = 2 * EVENTS_PER_SEGMENT + 100;
        try (ChronicleJournal journal = TestJournal.open(origin)) {
            TestJournal.append(journal, TestJournal.ID, count);

            JournalBackup.Report report = backup(journal, Options.ofBackup());

            assertThat(report.positions()).containsExactly(journal.durablePosition(0));
            assertThat(report.linkedCount()).isPositive();
            assertThat(report.copiedCount()).isEqualTo(1);
            TestJournal.append(journal, TestJournal.ID, EVENTS_PER_SEGMENT);
        }
        assertThat(JournalVerifier.verify(copy, ScanProgress.NONE).findings()).isEmpty();
        requireHolds(copy, count);
        requireHolds(origin, count + EVENTS_PER_SEGMENT);
    }

    @Test
    void shouldCopyAPrefixWhileItIsWritten() throws Exception {
        PersistenceId other = new PersistenceId("account", "7");
        AtomicBoolean ended = new AtomicBoolean();
        AtomicLong written = new AtomicLong();
        long before;
        try (ChronicleJournal journal = TestJournal.open(origin)) {
            Thread writer = new Thread(() -> {
                while (!ended.get()) {
                    TestJournal.append(journal, other, 500);
                    written.addAndGet(500);
                }
            });
            writer.start();
            TestJournal.await("some were written", () -> written.get() > EVENTS_PER_SEGMENT);
            before = written.get();

            backup(journal, Options.ofBackup());

            ended.set(true);
            writer.join();
        }
        try (ChronicleJournal opened = TestJournal.open(copy)) {
            int count = TestJournal.replay(opened, other).size();
            assertThat((long) count).isBetween(before, written.get());
            TestJournal.assertHolds(opened, other, count);
        }
    }

    @Test
    void shouldCopyWhatACrashHasLeft() throws IOException {
        Path crashed = temporary.resolve("crashed");
        try (ChronicleJournal journal = TestJournal.open(origin)) {
            TestJournal.append(journal, TestJournal.ID, EVENTS_PER_SEGMENT);
            image(origin, crashed);
        }
        Path last = TestJournal.segments(crashed, 0).get(0);
        Map<String, Integer> before = TestJournal.contents(crashed);

        backup(crashed, Options.ofBackup());

        assertThat(TestJournal.contents(crashed)).isEqualTo(before);
        assertThat(LinkedFile.nameCount(last))
                .as("what is not known to be forced is copied")
                .isEqualTo(1);
        requireHolds(copy, EVENTS_PER_SEGMENT);
    }

    @Test
    void shouldCopyAnEmptyJournal() throws IOException {
        TestJournal.open(origin).close();

        assertThat(backup(origin, Options.ofBackup()).positions()).containsExactly(0L);

        requireHolds(copy, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldNotOpenACopyThatWasNotFinished(int steps) throws IOException {
        write(origin, EVENTS_PER_SEGMENT);
        try (JournalBackup begun = JournalBackup.begin(origin, copy, Options.ofBackup())) {
            if (steps > 0) {
                begun.bringSealed();
            }
            if (steps > 1) {
                begun.cut();
            }
        }

        assertThatThrownBy(() -> TestJournal.open(copy))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("was not finished")
                .hasMessageContaining(copy.toString());
        assertThatThrownBy(() -> JournalBackup.begin(copy, temporary.resolve("second"), Options.ofBackup()))
                .hasMessageContaining("was not finished");
        assertThatThrownBy(() -> JournalInspector.open(copy)).hasMessageContaining("was not finished");
    }

    @Test
    void shouldNotFinishACopyOfADamagedJournal() throws IOException {
        write(origin, 2 * EVENTS_PER_SEGMENT);
        flip(TestJournal.segments(origin, 0).get(0), 200_000);

        assertThatThrownBy(() -> backup(origin, Options.ofBackup()))
                .isInstanceOf(CorruptJournalException.class)
                .hasMessageContaining("run: stele verify --data-dir");

        assertThatThrownBy(() -> TestJournal.open(copy)).hasMessageContaining("was not finished");
    }

    @Test
    void shouldRefuseATargetThatIsNotEmpty() throws IOException {
        write(origin, 1);
        Files.createDirectories(copy);
        Files.writeString(copy.resolve("mine"), "mine");

        assertThatThrownBy(() -> JournalBackup.begin(origin, copy, Options.ofBackup()))
                .hasMessageContaining("target is not empty")
                .hasMessageContaining("found=mine");

        assertThat(copy).isDirectoryContaining("glob:**/mine").isDirectoryNotContaining("glob:**/incomplete");
        TestJournal.open(origin).close();
    }

    @Test
    void shouldRefuseAJournalThatIsOpenElsewhere() {
        try (ChronicleJournal journal = TestJournal.open(origin)) {
            assertThatThrownBy(() -> JournalBackup.begin(origin, copy, Options.ofBackup()))
                    .isInstanceOf(JournalInUseException.class);
            assertThat(journal.directory()).isEqualTo(origin);
        }
    }

    @Test
    void shouldShareWithAnEarlierBackupWhereTheSourceCannotBeShared() throws IOException {
        Path otherFileSystem = Files.createTempDirectory(Path.of("/dev/shm"), "stele-backup");
        try {
            FileStore here = Files.getFileStore(temporary);
            assertThat(Files.getFileStore(otherFileSystem)).isNotEqualTo(here);
            write(origin, 2 * EVENTS_PER_SEGMENT);
            copy = otherFileSystem.resolve("first");
            assertThat(backup(origin, Options.ofBackup()).linkedCount()).isZero();
            Path first = copy;
            int shared = TestJournal.segments(origin, 0).size();
            write(origin, EVENTS_PER_SEGMENT);
            copy = otherFileSystem.resolve("second");

            JournalBackup.Report report = backup(origin, new Options(first, true, false, true));

            assertThat(report.linkedCount()).isEqualTo(shared);
            assertThat(report.copiedCount()).isPositive();
            requireHolds(copy, 3 * EVENTS_PER_SEGMENT);
            requireHolds(first, 2 * EVENTS_PER_SEGMENT);
        } finally {
            deleteAll(otherFileSystem);
        }
    }

    @Test
    void shouldLetForkAndOriginGoTheirOwnWays() throws IOException {
        write(origin, EVENTS_PER_SEGMENT);

        JournalBackup.Report report = backup(origin, Options.ofFork());

        assertThat(report.journalId()).isNotEqualTo(Manifest.read(origin).journalId());
        PersistenceId mine = new PersistenceId("account", "of-the-fork");
        PersistenceId theirs = new PersistenceId("account", "of-the-origin");
        try (ChronicleJournal fork = TestJournal.open(copy);
                ChronicleJournal journal = TestJournal.open(origin)) {
            assertThat(fork.epoch()).isEqualTo(journal.epoch());
            TestJournal.append(fork, mine, EVENTS_PER_SEGMENT);
            TestJournal.append(journal, theirs, EVENTS_PER_SEGMENT);
        }
        try (ChronicleJournal fork = TestJournal.open(copy);
                ChronicleJournal journal = TestJournal.open(origin)) {
            TestJournal.assertHolds(fork, TestJournal.ID, EVENTS_PER_SEGMENT);
            TestJournal.assertHolds(fork, mine, EVENTS_PER_SEGMENT);
            TestJournal.assertHolds(fork, theirs, 0);
            TestJournal.assertHolds(journal, theirs, EVENTS_PER_SEGMENT);
            TestJournal.assertHolds(journal, mine, 0);
        }
        assertThat(JournalVerifier.verify(copy, ScanProgress.NONE).findings()).isEmpty();
        assertThat(JournalVerifier.verify(origin, ScanProgress.NONE).findings()).isEmpty();
    }

    @Test
    void shouldForkAFork() throws IOException {
        write(origin, 100);
        backup(origin, Options.ofFork());
        write(copy, 100);
        Path first = copy;
        copy = temporary.resolve("second");

        backup(first, Options.ofFork());
        write(copy, 100);

        assertThat(Manifest.read(copy).ancestors())
                .extracting(Manifest.Ancestor::journalId)
                .containsExactly(
                        Manifest.read(first).journalId(), Manifest.read(origin).journalId());
        requireHolds(copy, 300);
        requireHolds(first, 200);
        requireHolds(origin, 100);
        assertThat(JournalVerifier.verify(copy, ScanProgress.NONE).findings()).isEmpty();
    }

    @Test
    void shouldFindASegmentThatTheOriginWroteAfterTheFork() throws IOException {
        write(origin, 100);
        backup(origin, Options.ofFork());
        write(copy, 100);
        write(origin, 100);
        Path foreign = TestJournal.segments(origin, 0).get(1);
        Path own = TestJournal.segments(copy, 0).get(1);
        assertThat(foreign).hasFileName(String.valueOf(own.getFileName()));
        Files.delete(own);
        Files.copy(foreign, own);

        assertThat(JournalVerifier.verify(copy, ScanProgress.NONE).findings())
                .extracting(Finding::kind)
                .contains(Finding.Kind.FOREIGN_SEGMENT);
        assertThatThrownBy(() -> TestJournal.open(copy)).isInstanceOf(CorruptJournalException.class);
    }

    @Test
    void shouldRepairASharedSegmentForItselfAlone() throws IOException {
        write(origin, EVENTS_PER_SEGMENT);
        backup(origin, Options.ofFork());
        Map<String, Integer> before = TestJournal.contents(origin);
        Path shared = TestJournal.segments(copy, 0).get(0);
        assertThat(LinkedFile.nameCount(shared)).isEqualTo(2);
        flip(shared, 50_000);
        Map<String, Integer> damaged = TestJournal.contents(origin);
        assertThat(damaged).as("they share the damage").isNotEqualTo(before);

        JournalRepair.execute(JournalRepair.plan(copy, true), Clock.system());

        assertThat(TestJournal.contents(origin)).isEqualTo(damaged);
        assertThat(LinkedFile.nameCount(TestJournal.segments(copy, 0).get(0))).isEqualTo(1);
        assertThat(JournalVerifier.verify(copy, ScanProgress.NONE).findings()).isEmpty();
    }

    @Test
    void shouldCutASharedTailForItselfAlone() throws IOException {
        Path crashed = temporary.resolve("crashed");
        try (ChronicleJournal journal = TestJournal.open(origin)) {
            TestJournal.append(journal, TestJournal.ID, 1_000);
            image(origin, crashed);
        }
        Path tail = TestJournal.segments(crashed, 0).get(0);
        Path second = Files.createLink(temporary.resolve("second-name"), tail);
        byte[] before = Files.readAllBytes(second);

        requireHolds(crashed, 1_000);

        assertThat(Files.readAllBytes(second)).isEqualTo(before);
        assertThat(LinkedFile.nameCount(second)).isEqualTo(1);
    }

    @Test
    void shouldReadManifestsOfForksBackAsTheyWereWritten() throws IOException {
        Files.createDirectories(copy);
        Manifest manifest = new Manifest(1, java.util.UUID.randomUUID(), 2, 1 << 20, 5);
        Manifest fork = manifest.fork(java.util.UUID.randomUUID(), List.of(3L, 0L), 7);

        fork.write(copy);

        assertThat(Manifest.read(copy)).isEqualTo(fork);
        List<Object> owners = new ArrayList<>(List.of(fork.ownerOf(0, 3), fork.ownerOf(0, 4), fork.ownerOf(1, 1)));
        assertThat(owners).containsExactly(manifest.journalId(), fork.journalId(), fork.journalId());
    }

    /** Copies what counts; what is kept in reserve may be renamed meanwhile. */
    private static void image(Path from, Path to) throws IOException {
        Path lane = Files.createDirectories(SegmentFiles.laneDirectory(to, 0));
        Files.copy(from.resolve(SegmentFiles.MANIFEST), to.resolve(SegmentFiles.MANIFEST));
        Files.copy(
                SegmentFiles.laneDirectory(from, 0).resolve(SegmentFiles.DURABLE), lane.resolve(SegmentFiles.DURABLE));
        for (Path segment : TestJournal.segments(from, 0)) {
            Files.copy(segment, lane.resolve(segment.getFileName()));
        }
    }

    private JournalBackup.Report backup(Path source, Options options) {
        try (JournalBackup backup = JournalBackup.begin(source, copy, options)) {
            return run(backup);
        }
    }

    private JournalBackup.Report backup(ChronicleJournal source, Options options) {
        try (JournalBackup backup = JournalBackup.begin(source, copy, options)) {
            return run(backup);
        }
    }

    private static JournalBackup.Report run(JournalBackup backup) {
        backup.bringSealed();
        backup.cut();
        return backup.finish(ScanProgress.NONE, Clock.system());
    }

    private static void write(Path directory, int count) {
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.append(journal, TestJournal.ID, count);
        }
    }

    private static void requireHolds(Path directory, int count) {
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.assertHolds(journal, TestJournal.ID, count);
        }
    }

    private static void flip(Path file, long offset) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            int old = bytes.read();
            bytes.seek(offset);
            bytes.write(old ^ 0x55);
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
