package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.Clock;
import io.stele.spi.CompactionOutcome;
import io.stele.spi.CompactionRun;
import io.stele.spi.CompactionStep;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.HistoryCompactedException;
import io.stele.spi.HistoryFile;
import io.stele.spi.JournalFullException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Watermark;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compacts lanes, crashes in between, and compares what is left with what must be. */
class CompactionTest {
    private static final PersistenceId COLD = new PersistenceId("account", "cold");
    private static final PersistenceId HOT = new PersistenceId("account", "hot");

    @TempDir
    Path directory;

    private final Map<PersistenceId, Long> floors = new HashMap<>();

    private class Run implements CompactionRun {
        private final List<CompactionStep> steps = new ArrayList<>();

        @Override
        public long keepFrom(PersistenceId persistenceId, long lastSequenceNumber) {
            return floors.getOrDefault(persistenceId, 0L);
        }

        @Override
        public long witness(int lane, long number) {
            return 1000 + number;
        }

        @Override
        public long snapshotCount() {
            return floors.size();
        }

        @Override
        public void onBytes(long bytes) {
            assertThat(bytes).isNotNegative();
        }

        @Override
        public void onStep(CompactionStep step) {
            steps.add(step);
        }
    }

    private JournalOptions options(Path where) {
        return TestJournal.options(where);
    }

    private ChronicleJournal open(Path where) {
        return ChronicleJournal.open(options(where), InMemoryIndexStore.open(), Clock.system());
    }

    private static void fill(ChronicleJournal journal, int rounds) {
        long position = 0;
        for (int i = 0; i < rounds; i++) {
            position = TestJournal.append(journal, HOT, 3_000);
        }
        TestJournal.awaitDurable(journal, 0, position);
    }

    private static List<HistoryFile> closed(ChronicleJournal journal) {
        return journal.files(0).stream().filter(HistoryFile::closed).toList();
    }

    private static List<Long> numbers(EventJournal journal, PersistenceId id, long from) {
        List<Long> numbers = new ArrayList<>();
        journal.replay(id, from, Long.MAX_VALUE, event -> {
            assertThat(StandardCharsets.UTF_8.decode(event.payload()).toString())
                    .isEqualTo(TestJournal.text(event.sequenceNumber()));
            assertThat(event.timestampMs()).isEqualTo(1_000 + event.sequenceNumber() - event.batchIndex());
            numbers.add(event.sequenceNumber());
        });
        return numbers;
    }

    private static List<Long> range(long from, long to) {
        return Stream.iterate(from, i -> i <= to, i -> i + 1).toList();
    }

    private void assertColdAndHot(Path where, int coldCount, long hotFrom) {
        try (ChronicleJournal journal = open(where)) {
            assertThat(numbers(journal, COLD, 1)).isEqualTo(range(1, coldCount));
            try (EventStream stream = journal.open(HOT)) {
                assertThat(numbers(journal, HOT, hotFrom)).isEqualTo(range(hotFrom, stream.lastSequenceNumber()));
                assertThat(stream.lastSequenceNumber()).isEqualTo(120_000);
            }
            List<Long> lane = new ArrayList<>();
            journal.read(0, 0, Long.MAX_VALUE, event -> lane.add(event.position()));
            assertThat(lane).isSorted();
            TestJournal.append(journal, COLD, 1);
            assertThat(numbers(journal, COLD, 1)).isEqualTo(range(1, coldCount + 1));
        }
        assertThat(JournalVerifier.verify(where, ScanProgress.NONE).findings()).isEmpty();
    }

    private void prepare(ChronicleJournal journal) {
        TestJournal.append(journal, COLD, 3);
        fill(journal, 20);
        TestJournal.append(journal, COLD, 2);
        fill(journal, 20);
        floors.put(HOT, 119_000L);
    }

    @Test
    void shouldCarryOverAColdActorAndRemoveTheRest() throws IOException {
        try (ChronicleJournal journal = open(directory)) {
            prepare(journal);
            long bytesBefore =
                    journal.files(0).stream().mapToLong(HistoryFile::bytes).sum();
            Run run = new Run();

            CompactionOutcome outcome = journal.compact(closed(journal), run);

            assertThat(run.steps).containsExactly(CompactionStep.values());
            long bytesAfter =
                    journal.files(0).stream().mapToLong(HistoryFile::bytes).sum();
            assertThat(outcome.bytesGained())
                    .isEqualTo(bytesBefore - bytesAfter)
                    .isPositive();
            assertThat(outcome.eventsCarried()).isEqualTo(5);
            assertThat(journal.files(0)).hasSize(3);
            assertThat(journal.watermark(0))
                    .isEqualTo(new Watermark(0, 1, journal.files(0).get(1).firstSegment(), 1001, 1));
            assertThatThrownBy(() -> numbers(journal, HOT, 1)).isInstanceOf(HistoryCompactedException.class);
            assertThat(numbers(journal, HOT, 119_001)).isEqualTo(range(119_001, 120_000));
        }
        assertColdAndHot(directory, 5, 119_000);
    }

    /** Whoever has counted a file, to plan, has read and checked all of it: carrying over reads what stays, and no more. */
    @Test
    void shouldReadOnlyWhatStaysOfFilesThatWereCounted(@TempDir Path other) throws IOException {
        byte[] carried;
        CompactionOutcome whole;
        try (ChronicleJournal journal = open(directory)) {
            prepare(journal);
            whole = journal.compact(closed(journal), new Run());
            carried = Files.readAllBytes(carriedFile());
        }
        try (ChronicleJournal journal = open(other)) {
            prepare(journal);
            closed(journal).forEach(file -> journal.tally(file, tally -> {}));

            CompactionOutcome outcome = journal.compact(closed(journal), new Run());

            assertThat(outcome.eventsCarried()).isEqualTo(whole.eventsCarried());
            assertThat(outcome.eventsRemoved()).isEqualTo(whole.eventsRemoved());
            assertThat(outcome.bytesAfter()).isEqualTo(whole.bytesAfter()).isEqualTo(carried.length);
            assertThat(whole.bytesRead()).isEqualTo(whole.bytesBefore());
            assertThat(outcome.bytesRead()).isLessThan(whole.bytesRead() / 100);
        }
        assertColdAndHot(other, 5, 119_000);
    }

    /** A record that stays is checked when it is read again, however long ago its file was. */
    @Test
    void shouldRemoveNothingWhenWhatStaysWasDamagedAfterItWasCounted() throws IOException {
        try (ChronicleJournal journal = open(directory)) {
            prepare(journal);
            List<HistoryFile> files = closed(journal);
            files.forEach(file -> journal.tally(file, tally -> {}));
            List<Long> positions = new ArrayList<>();
            journal.replay(COLD, 1, 1, event -> positions.add(event.position()));
            Path segment = SegmentFiles.segment(
                    SegmentFiles.laneDirectory(directory, 0), RecordLayout.segmentOf(positions.get(0)));
            byte[] bytes = Files.readAllBytes(segment);
            bytes[(int) RecordLayout.offsetOf(positions.get(0)) + 40] ^= 1;
            Files.write(segment, bytes);

            assertThatThrownBy(() -> journal.compact(files, new Run()))
                    .isInstanceOf(CorruptJournalException.class)
                    .hasMessageContaining("nothing was changed on disk");

            assertThat(closed(journal)).isEqualTo(files);
        }
    }

    @ParameterizedTest
    @EnumSource(CompactionStep.class)
    void shouldBeWholeAfterACrashAtEveryStepAndGoOnFromThere(CompactionStep crashAt, @TempDir Path images)
            throws IOException {
        Path image = images.resolve("image");
        try (ChronicleJournal journal = open(directory)) {
            prepare(journal);
            journal.compact(closed(journal).subList(0, 1), new Run());
            journal.compact(closed(journal), new Run() {
                @Override
                public void onStep(CompactionStep step) {
                    if (step == crashAt) {
                        copy(image);
                    }
                }
            });
        }

        try (ChronicleJournal journal = open(image)) {
            assertThat(numbers(journal, COLD, 1)).isEqualTo(range(1, 5));
            assertThat(numbers(journal, HOT, 119_000)).isEqualTo(range(119_000, 120_000));
            journal.compact(closed(journal), new Run());
            assertThat(journal.files(0).get(0).carried()).isTrue();
            try (Stream<Path> files = Files.list(SegmentFiles.laneDirectory(image, 0))) {
                assertThat(files.map(Path::toString).filter(name -> name.contains(".carried")))
                        .hasSize(1)
                        .allMatch(name -> name.endsWith(".carried"));
            }
        }
        assertColdAndHot(image, 5, 119_000);
    }

    private void copy(Path image) {
        try {
            TestJournal.image(directory, image);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Fault("F07")
    void shouldRefuseToOpenWithoutWhatWasCarriedOver() throws IOException {
        try (ChronicleJournal journal = open(directory)) {
            prepare(journal);
            journal.compact(closed(journal), new Run());
        }
        Path carried = carriedFile();
        Files.move(carried, directory.resolve("aside"));

        assertThatThrownBy(() -> open(directory))
                .isInstanceOf(CorruptJournalException.class)
                .hasMessageContaining("carried over");
        assertThat(JournalVerifier.verify(directory, ScanProgress.NONE).findings())
                .extracting(Finding::kind)
                .contains(Finding.Kind.CARRIED_FILE_PROBLEM);
    }

    @Test
    @Fault("F05")
    void shouldFindEveryFlippedByteOfWhatWasCarriedOver() throws IOException {
        try (ChronicleJournal journal = open(directory)) {
            prepare(journal);
            journal.compact(closed(journal), new Run());
        }
        Path carried = carriedFile();
        byte[] whole = Files.readAllBytes(carried);
        assertThat(whole.length).isLessThan(2_000);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 4;
            Files.write(carried, damaged);

            assertThatThrownBy(() -> verify(carried)).as("at=%d", at).isInstanceOf(CorruptJournalException.class);
        }
        assertThat(JournalVerifier.verify(directory, ScanProgress.NONE).findings())
                .extracting(Finding::kind)
                .contains(Finding.Kind.CARRIED_FILE_PROBLEM);
    }

    private static void verify(Path carried) throws IOException {
        try (CarriedFile file = CarriedFile.open(carried)) {
            file.verify(new RecordView());
        }
    }

    private Path carriedFile() throws IOException {
        try (Stream<Path> files = Files.list(SegmentFiles.laneDirectory(directory, 0))) {
            return files.filter(file -> file.toString().endsWith(".carried"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void shouldLeaveADamagedSegmentAsItIs() throws IOException {
        try (ChronicleJournal journal = open(directory)) {
            prepare(journal);
            Path second = TestJournal.segments(directory, 0).get(1);
            byte[] bytes = Files.readAllBytes(second);
            bytes[500_000] ^= 1;
            Files.write(second, bytes);
            List<HistoryFile> before = journal.files(0);

            assertThatThrownBy(() -> journal.compact(closed(journal), new Run()))
                    .isInstanceOf(CorruptJournalException.class);

            assertThat(journal.files(0)).isEqualTo(before);
            assertThat(TestJournal.segments(directory, 0)).contains(second);
            assertThat(journal.watermark(0)).isNull();
        }
    }

    @Test
    void shouldRemoveNothingWhenThereIsNoRoomForWhatStays() {
        FaultySegmentStorage storage = new FaultySegmentStorage();
        JournalOptions options = options(directory).withFreeBytesMin(1 << 20);
        try (ChronicleJournal journal = TestJournal.open(options, storage)) {
            prepare(journal);
            List<HistoryFile> before = journal.files(0);
            storage.usableBytes = 1 << 18;

            assertThatThrownBy(() -> journal.compact(closed(journal), new Run()))
                    .isInstanceOf(JournalFullException.class)
                    .hasMessageContaining("nothing was removed");

            assertThat(journal.files(0)).isEqualTo(before);
            assertThat(journal.failure(0)).isNull();
            storage.usableBytes = 1 << 20;
            journal.compact(closed(journal), new Run());
            assertThat(journal.files(0)).hasSize(3);
        }
    }

    @Test
    void shouldRefuseFilesThatAreNotTheOldestOrNotClosed() {
        try (ChronicleJournal journal = open(directory)) {
            prepare(journal);
            List<HistoryFile> files = journal.files(0);

            assertThatThrownBy(() -> journal.compact(files.subList(1, 2), new Run()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> journal.compact(files, new Run())).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> journal.compact(List.of(), new Run()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(journal.files(0)).isEqualTo(files);
        }
    }

    @Test
    void shouldNeverRemoveTheLastRecordOfAnActor() {
        try (ChronicleJournal journal = open(directory)) {
            prepare(journal);
            floors.put(COLD, Long.MAX_VALUE);

            journal.compact(closed(journal), new Run());

            assertThat(numbers(journal, COLD, 5)).containsExactly(5L);
        }
        try (ChronicleJournal journal = open(directory);
                EventStream stream = journal.open(COLD)) {
            assertThat(stream.lastSequenceNumber()).isEqualTo(5);
            assertThatThrownBy(() -> numbers(journal, COLD, 1)).isInstanceOf(HistoryCompactedException.class);
        }
    }

    /** Random actors, floors, compactions and openings, with and without the index, against a list of what must be there. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldKeepWhatMustBeKept(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<PersistenceId, Long> last = new HashMap<>();
        InMemoryIndexStore index = InMemoryIndexStore.open();
        int compactions = 0;
        for (int round = 0; round < 12; round++) {
            index = random.nextInt(3) == 0 ? InMemoryIndexStore.open() : index.reopen();
            try (ChronicleJournal journal = ChronicleJournal.open(options(directory), index, Clock.system())) {
                long position = append(journal, random, last);
                TestJournal.awaitDurable(journal, 0, position);
                last.forEach((id, number) -> {
                    if (random.nextInt(4) == 0) {
                        floors.put(id, random.nextLong(floors.getOrDefault(id, 0L), number + 1));
                    }
                });
                compactions += compact(journal, random);
                String where = "seed=" + seed + ", round=" + round;
                last.forEach((id, number) -> assertHolds(journal, id, number, where));
            }
            assertThat(JournalVerifier.verify(directory, ScanProgress.NONE).findings())
                    .as("seed=%d, round=%d", seed, round)
                    .isEmpty();
        }
        assertThat(compactions).isGreaterThan(3);
    }

    private int compact(ChronicleJournal journal, SplittableRandom random) {
        List<HistoryFile> files = closed(journal);
        if (files.isEmpty() || random.nextInt(3) == 0) {
            return 0;
        }
        int carried = (int) files.stream().filter(HistoryFile::carried).count();
        int from = random.nextInt(carried + 1);
        int to = Math.min(files.size(), from + 1 + random.nextInt(files.size()));
        if (from >= files.size()) {
            return 0;
        }
        if (random.nextBoolean()) {
            files.subList(from, to).forEach(file -> journal.tally(file, tally -> {})); // then little is read again
        }
        journal.compact(files.subList(from, to), new Run());
        return 1;
    }

    private void assertHolds(ChronicleJournal journal, PersistenceId id, long number, String where) {
        long floor = Math.max(1, floors.getOrDefault(id, 0L));
        assertThat(numbers(journal, id, floor)).as("%s, id=%s", where, id).isEqualTo(range(floor, number));
        try {
            assertThat(numbers(journal, id, 1)).as("%s, id=%s", where, id).isEqualTo(range(1, number));
        } catch (HistoryCompactedException e) {
            assertThat(e.firstSequenceNumber()).as("%s, id=%s", where, id).isBetween(2L, floor);
            assertThat(e.persistenceId()).isEqualTo(id);
        }
    }

    private static long append(ChronicleJournal journal, SplittableRandom random, Map<PersistenceId, Long> last) {
        EventBatch batch = journal.newBatch();
        long position = 0;
        for (int i = 0; i < 300; i++) {
            int actor = random.nextInt(10) == 0 ? random.nextInt(40) : random.nextInt(5);
            PersistenceId id = new PersistenceId("account", "a" + actor);
            try (EventStream stream = journal.open(id)) {
                assertThat(stream.lastSequenceNumber()).isEqualTo(last.getOrDefault(id, 0L));
                batch.begin(1_000 + stream.lastSequenceNumber() + 1);
                int count = random.nextInt(4) == 0 ? 3 : 1; // 0 for a note
                if (random.nextInt(8) == 0) {
                    batch.metadata(ByteBuffer.wrap(new byte[] {1, 1, 0, 65}));
                    count = 0;
                }
                long first = stream.lastSequenceNumber() + (count == 0 ? 0 : 1);
                for (int j = 0; j < count; j++) {
                    add(batch, first + j, count);
                }
                position = journal.append(stream, first, batch);
                last.put(id, stream.lastSequenceNumber());
            }
        }
        return position;
    }

    private static void add(EventBatch batch, long number, int count) {
        byte[] text = TestJournal.text(number).getBytes(StandardCharsets.UTF_8);
        assertThat(count).isPositive();
        batch.add(TestJournal.TYPE, ByteBuffer.wrap(text));
    }
}
