package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.journal.Finding.Kind;
import io.stele.journal.JournalFixture.Written;
import io.stele.spi.Clock;
import io.stele.spi.JournalException;
import io.stele.spi.JournalInUseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalRepairTest {
    @TempDir
    Path directory;

    private JournalFixture journal;

    @BeforeEach
    void write() {
        journal = new JournalFixture(directory).threeSegments();
    }

    @Test
    void shouldHaveNothingToDo() {
        RepairPlan plan = JournalRepair.plan(directory, true);

        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.lost()).isEmpty();
        JournalRepair.Report report = JournalRepair.execute(plan, Clock.system());
        assertThat(report.keptDirectory()).isNull();
        assertThat(report.after().isClean()).isTrue();
    }

    @Test
    void shouldCutATornTailWithoutBeingAllowedMore() throws IOException {
        Written lastDurable = journal.written.get(journal.written.size() - 3);
        journal.durable(lastDurable.position(), RecordFixture.crcOf(lastDurable.bytes()));
        flip(journal.written.get(journal.written.size() - 2));
        Map<Path, byte[]> before = contents();

        RepairPlan plan = JournalRepair.plan(directory, false);

        assertThat(contents()).hasSameSizeAs(before);
        assertThat(plan.refused()).isEmpty();
        assertThat(plan.actions()).singleElement().satisfies(action -> {
            assertThat(action).isInstanceOf(RepairAction.CutSegment.class);
            assertThat(action.describe()).contains("file=" + journal.file(3), "offsetBytes=", "bytes=");
        });
        assertThat(plan.lost())
                .extracting(lost -> lost.persistenceId().encoded() + " " + lost.fromSequenceNumber() + "-"
                        + lost.toSequenceNumber() + " " + lost.readableCount())
                .containsExactly("account/2 4-4 0", "user/1 2-2 1");

        JournalRepair.Report report = JournalRepair.execute(plan, Clock.system());

        assertThat(report.after().findings()).isEmpty();
        assertThat(positions()).last().isEqualTo(lastDurable.position());
        RepairAction.CutSegment cut = (RepairAction.CutSegment) plan.actions().get(0);
        byte[] old = Objects.requireNonNull(before.get(journal.file(3)));
        Path copy = Objects.requireNonNull(report.keptDirectory())
                .resolve("lane-0/" + journal.file(3).getFileName() + "." + cut.offsetBytes());
        assertThat(Files.readAllBytes(copy))
                .isEqualTo(Arrays.copyOfRange(old, (int) cut.offsetBytes(), (int) (cut.offsetBytes() + cut.bytes())));
        assertThat(Files.readString(report.keptDirectory().resolve("plan.txt")))
                .contains("cut segment: file=" + journal.file(3))
                .contains("lost: ");
    }

    @Test
    void shouldNotCutDurableRecordsUnlessToldTo() throws IOException {
        Written victim = journal.written.get(10);
        flip(victim);

        RepairPlan refused = JournalRepair.plan(directory, false);
        assertThat(refused.isEmpty()).isTrue();
        assertThat(refused.refused()).extracting(Finding::kind).contains(Kind.BAD_RECORD);
        assertThat(JournalRepair.execute(refused, Clock.system()).after().isClean())
                .isFalse();

        RepairPlan plan = JournalRepair.plan(directory, true);
        assertThat(plan.actions())
                .extracting(action -> action.getClass().getSimpleName())
                .containsExactly("MoveMark", "RemoveSegment", "CutSegment");
        JournalRepair.Report report = JournalRepair.execute(plan, Clock.system());

        assertThat(report.after().findings()).isEmpty();
        assertThat(positions())
                .isEqualTo(journal.written.stream()
                        .map(Written::position)
                        .filter(position -> position < victim.position())
                        .toList());
        Path kept = Objects.requireNonNull(report.keptDirectory());
        assertThat(kept.resolve("lane-0/" + journal.file(3).getFileName())).exists();
        assertThat(kept.resolve("lane-0/durable")).exists();
        assertThat(journal.file(3)).doesNotExist();
    }

    @Test
    void shouldRefuseAPlanThatIsOutdated() throws IOException {
        flip(journal.written.get(10));
        RepairPlan plan = JournalRepair.plan(directory, true);
        flip(journal.written.get(3));
        Map<Path, byte[]> before = contents();

        assertThatThrownBy(() -> JournalRepair.execute(plan, Clock.system()))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("nothing was changed; plan again");
        before.forEach((file, bytes) -> assertThat(file).hasBinaryContent(bytes));
    }

    @Test
    void shouldRefuseWhileSomebodyHasTheJournal() throws IOException {
        flip(journal.written.get(10));
        RepairPlan plan = JournalRepair.plan(directory, true);
        JournalLock lock = JournalLock.acquire(directory);
        try {
            assertThatThrownBy(() -> JournalRepair.execute(plan, Clock.system()))
                    .isInstanceOf(JournalInUseException.class);
        } finally {
            lock.close();
        }
        assertThat(JournalRepair.execute(plan, Clock.system()).after().isClean())
                .isTrue();
    }

    @Test
    void shouldLeaveAnEmptyLaneWhenItsFirstRecordIsBad() throws IOException {
        flip(journal.written.get(0));

        JournalRepair.Report report = JournalRepair.execute(JournalRepair.plan(directory, true), Clock.system());

        assertThat(report.after().findings()).isEmpty();
        assertThat(SegmentFiles.list(journal.laneDirectory())).isEmpty();
        assertThat(LaneScan.durablePosition(directory, 0)).isZero();
    }

    @Test
    void shouldNotTouchADamagedManifest() throws IOException {
        Files.writeString(directory.resolve(SegmentFiles.MANIFEST), "stele-journal\nformatVersion=1\n");

        RepairPlan plan = JournalRepair.plan(directory, true);

        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.refused()).extracting(Finding::kind).containsExactly(Kind.MANIFEST_PROBLEM);
    }

    /** Whatever the damage, what is left after a repair is whole, and a prefix of what was written. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldMakeAnyDamageWhole(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 40; round++) {
            Path other = directory.resolve("round-" + round);
            JournalFixture broken = new JournalFixture(other).threeSegments();
            for (int i = random.nextInt(3); i >= 0; i--) {
                damage(random, broken.file(1 + random.nextInt(3)));
            }
            RepairPlan plan = JournalRepair.plan(other, true);
            String what = "seed=" + seed + ", round=" + round + ", plan=" + plan;
            assertThat(plan.refused()).as(what).isEmpty();

            VerifyReport after = JournalRepair.execute(plan, Clock.system()).after();

            assertThat(after.findings()).as(what).isEmpty();
            List<Long> left = positions(other, broken);
            assertThat(left)
                    .as(what)
                    .isEqualTo(broken.written.stream()
                            .map(Written::position)
                            .limit(left.size())
                            .toList());
        }
    }

    private static void damage(SplittableRandom random, Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        byte[] bytes = Files.readAllBytes(file);
        int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
            case 0 -> Files.delete(file);
            case 1 -> Files.write(file, Arrays.copyOf(bytes, at));
            case 2 -> {
                Arrays.fill(bytes, at, Math.min(bytes.length, at + random.nextInt(300)), (byte) 0);
                Files.write(file, bytes);
            }
            default -> {
                if (bytes.length > 0) {
                    bytes[at] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(file, bytes);
            }
        }
    }

    private void flip(Written victim) throws IOException {
        Path file = journal.file(RecordLayout.segmentOf(victim.position()));
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) RecordLayout.offsetOf(victim.position()) + victim.bytes().length - 6] ^= 1;
        Files.write(file, bytes);
    }

    private List<Long> positions() {
        return positions(directory, journal);
    }

    private static List<Long> positions(Path directory, JournalFixture journal) {
        List<Long> positions = new ArrayList<>();
        try (LaneReader reader = new LaneReader(
                directory, journal.manifest, 0, () -> LaneScan.durablePosition(directory, 0), LaneReader.STRICT)) {
            while (reader.next()) {
                positions.add(reader.record().position());
            }
        }
        return positions;
    }

    private Map<Path, byte[]> contents() throws IOException {
        Map<Path, byte[]> contents = new HashMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file, Files.readAllBytes(file));
            }
        }
        return contents;
    }
}
