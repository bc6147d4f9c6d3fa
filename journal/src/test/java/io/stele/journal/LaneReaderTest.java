package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.journal.Finding.Kind;
import io.stele.journal.JournalFixture.Written;
import io.stele.spi.CorruptJournalException;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaneReaderTest {
    @TempDir
    Path directory;

    private JournalFixture journal;
    private final List<Finding> findings = new ArrayList<>();
    private long durable;

    @BeforeEach
    void write() {
        journal = new JournalFixture(directory).threeSegments();
        durable = journal.lastPosition();
    }

    @Test
    void shouldReadEverythingInOrder() {
        assertThat(positions(LaneReader.STRICT)).isEqualTo(writtenPositions());
    }

    @Test
    void shouldGoOnAfterAnyPosition() {
        List<Long> all = writtenPositions();
        for (int i = 0; i <= all.size(); i++) {
            try (LaneReader reader = reader(LaneReader.STRICT)) {
                reader.seekAfter(i == 0 ? 0 : all.get(i - 1));
                assertThat(rest(reader)).isEqualTo(all.subList(i, all.size()));
            }
        }
    }

    @Test
    void shouldFollowTheWriter() {
        try (LaneReader reader = reader(LaneReader.STRICT)) {
            rest(reader);
            assertThat(reader.next()).isFalse();

            journal.events("account/1", "new").write();
            assertThat(reader.next()).isTrue();
            assertThat(reader.record().position()).isEqualTo(journal.lastPosition());
            assertThat(reader.next()).isFalse();

            journal.events("account/1", "newer").roll();
            assertThat(rest(reader)).hasSize(2);
            journal.events("account/1", "newest").write();
            assertThat(rest(reader)).hasSize(2);
            assertThat(reader.lastPosition()).isEqualTo(journal.lastPosition());
            assertThat(reader.lastCrc()).isEqualTo(journal.lastCrc());
        }
    }

    @Test
    void shouldStartAtTheOldestSegmentLeftByACompaction() throws IOException {
        Files.delete(journal.file(1));
        positions(findings::add);
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.MISSING_SEGMENT);
            assertThat(finding.file()).isEqualTo(journal.file(1));
        });

        journal.compacted(2);

        assertThat(positions(LaneReader.STRICT))
                .isEqualTo(writtenPositions().stream()
                        .filter(p -> p >= RecordLayout.position(2, 0))
                        .toList());
        try (LaneReader reader = reader(LaneReader.STRICT)) {
            reader.seekAfter(RecordLayout.position(1, 400));
            assertThat(rest(reader)).hasSizeGreaterThan(3);
        }
    }

    @Test
    void shouldMissASegmentInTheMiddle() throws IOException {
        Files.delete(journal.file(2));

        List<Long> read = positions(findings::add);

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.MISSING_SEGMENT);
            assertThat(finding.file()).isEqualTo(journal.file(2));
            assertThat(finding.durable()).isTrue();
        });
        assertThat(read)
                .allMatch(position -> RecordLayout.segmentOf(position) != 2)
                .contains(durable);
    }

    @Test
    void shouldMissTheLastSegment() throws IOException {
        Files.delete(journal.file(3));

        positions(findings::add);

        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.MISSING_SEGMENT);
    }

    @Test
    void shouldMissTheWholeLane() throws IOException {
        for (int segment = 1; segment <= 3; segment++) {
            Files.delete(journal.file(segment));
        }
        assertThat(positions(findings::add)).isEmpty();
        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.MISSING_SEGMENT);

        findings.clear();
        Files.delete(journal.laneDirectory().resolve(SegmentFiles.DURABLE));
        Files.delete(journal.laneDirectory());
        assertThat(positions(findings::add)).isEmpty();
        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.MISSING_SEGMENT);
    }

    @Test
    void shouldNoticeSwappedSegments() throws IOException {
        Path aside = directory.resolve("aside");
        Files.move(journal.file(2), aside);
        Files.move(journal.file(3), journal.file(2));
        Files.move(aside, journal.file(3));

        positions(findings::add);

        assertThat(findings).extracting(Finding::kind).contains(Kind.SWAPPED_SEGMENT);
    }

    @Test
    void shouldNoticeASegmentOfAnotherJournal() throws IOException {
        Path other = directory.resolve("other");
        Files.createDirectories(other);
        new Manifest(1, new java.util.UUID(3, 4), 1, 1 << 20, 0).write(other);
        JournalFixture foreign = new JournalFixture(other).threeSegments();
        Files.copy(foreign.file(2), journal.file(2), StandardCopyOption.REPLACE_EXISTING);

        positions(findings::add);

        assertThat(findings.get(0).kind()).isEqualTo(Kind.FOREIGN_SEGMENT);
        assertThat(findings.get(0).file()).isEqualTo(journal.file(2));
    }

    @Test
    void shouldStayWhereItIsWhenItsConsumerThrows() throws IOException {
        Written victim = journal.written.get(4);
        flip(victim);
        try (LaneReader reader = reader(LaneReader.STRICT)) {
            for (int i = 0; i < 4; i++) {
                assertThat(reader.next()).isTrue();
            }
            assertThatThrownBy(reader::next)
                    .isInstanceOf(CorruptJournalException.class)
                    .hasMessageContaining("file=" + journal.file(1))
                    .hasMessageContaining("offsetBytes=" + RecordLayout.offsetOf(victim.position()))
                    .hasMessageContaining("persistenceId=" + victim.persistenceId())
                    .hasMessageContaining("sequenceNumber=" + victim.sequenceNumber());
            assertThatThrownBy(reader::next).isInstanceOf(CorruptJournalException.class);
            assertThat(reader.lastPosition()).isEqualTo(journal.written.get(3).position());
        }
    }

    @Test
    void shouldReadOnBehindDamage() throws IOException {
        Written victim = journal.written.get(4);
        flip(victim);

        List<Long> read = positions(findings::add);

        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.BAD_RECORD);
        List<Long> expected = writtenPositions();
        expected.remove(victim.position());
        assertThat(read).isEqualTo(expected);
    }

    @Test
    void shouldEndAtATornTailBehindTheDurablePosition() throws IOException {
        Written victim = journal.written.get(journal.written.size() - 2);
        durable = journal.written.get(journal.written.size() - 3).position();
        flip(victim);

        List<Long> read = positions(findings::add);

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.TORN_TAIL);
            assertThat(finding.durable()).isFalse();
        });
        assertThat(read).last().isEqualTo(durable);
    }

    @Test
    void shouldTakeDamageForATailOnlyAtTheVeryEndIfTheDurablePositionIsNotKnown() throws IOException {
        durable = LaneReader.UNKNOWN;
        flip(journal.written.get(journal.written.size() - 1));
        positions(findings::add);
        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.TORN_TAIL);

        findings.clear();
        journal.write();
        flip(journal.written.get(journal.written.size() - 2));
        positions(findings::add);
        assertThat(findings.get(0).kind()).isEqualTo(Kind.BAD_RECORD);
    }

    @Test
    @Fault("F03")
    void shouldNotResurrectARecordOfAnEarlierOpening() throws IOException {
        JournalFixture old = new JournalFixture(directory.resolve("old"));
        old.epoch(1)
                .events("account/1", "a")
                .events("account/1", "b")
                .events("account/1", "c")
                .write();
        JournalFixture cut = new JournalFixture(directory.resolve("cut"));
        cut.epoch(1).events("account/1", "a").epoch(2).write();
        byte[] bytes = Files.readAllBytes(cut.file(1));
        Written behind = old.written.get(old.written.size() - 1);
        int at = (int) RecordLayout.offsetOf(cut.lastPosition())
                + 4
                + cut.written.get(cut.written.size() - 1).bytes().length;
        SegmentFixture stale = new SegmentFixture();
        int from = stale.record(behind.bytes());
        System.arraycopy(stale.bytes(), from, bytes, at, behind.bytes().length + 4);
        Files.write(cut.file(1), bytes);
        try (LaneReader reader =
                new LaneReader(cut.directory, cut.manifest, 0, () -> cut.lastPosition(), findings::add)) {
            assertThat(rest(reader)).hasSize(cut.written.size());
        }
        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.STALE_TAIL);
    }

    @Test
    void shouldNoticeAnEpochThatGoesBack() {
        journal.epoch(1).durable();
        durable = journal.lastPosition();

        positions(findings::add);

        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.EPOCH_REGRESSION);
    }

    private void flip(Written victim) throws IOException {
        Path file = journal.file(RecordLayout.segmentOf(victim.position()));
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) RecordLayout.offsetOf(victim.position()) + victim.bytes().length - 5] ^= 1;
        Files.write(file, bytes);
    }

    private LaneReader reader(Consumer<Finding> consumer) {
        return new LaneReader(directory, journal.manifest, 0, () -> durable, consumer);
    }

    private List<Long> positions(Consumer<Finding> consumer) {
        try (LaneReader reader = reader(consumer)) {
            return rest(reader);
        }
    }

    private static List<Long> rest(LaneReader reader) {
        List<Long> positions = new ArrayList<>();
        while (reader.next()) {
            positions.add(reader.record().position());
        }
        return positions;
    }

    private List<Long> writtenPositions() {
        return new ArrayList<>(journal.written.stream().map(Written::position).toList());
    }
}
