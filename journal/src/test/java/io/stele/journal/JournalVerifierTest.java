package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.journal.Finding.Kind;
import io.stele.journal.JournalFixture.Written;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalVerifierTest {
    @TempDir
    Path directory;

    private JournalFixture journal;

    @BeforeEach
    void write() {
        journal = new JournalFixture(directory).threeSegments();
    }

    @Test
    void shouldFindNothingInAWholeJournal() {
        VerifyReport report = JournalVerifier.verify(directory, ScanProgress.NONE);

        assertThat(report.findings()).isEmpty();
        assertThat(report.isClean()).isTrue();
        assertThat(report.isDurableClean()).isTrue();
        assertThat(report.segments()).hasSize(3);
        assertThat(report.actorCount()).isEqualTo(3);
    }

    @Test
    void shouldTellOfEveryActorWhatASummaryWouldSay() {
        Map<PersistenceId, String> told = new HashMap<>();
        JournalVerifier.verify(directory, ScanProgress.NONE, (id, first, last) -> told.put(id, first + " to " + last));

        Map<PersistenceId, String> summary = new HashMap<>();
        JournalInspector.open(directory)
                .summarize(ScanProgress.NONE)
                .actors()
                .forEach(actor -> summary.put(
                        actor.persistenceId(), actor.firstSequenceNumber() + " to " + actor.lastSequenceNumber()));
        assertThat(told).hasSize(3).isEqualTo(summary);
    }

    @Test
    void shouldNameTheRecordAndWhatIsMissingAfterIt() throws IOException {
        Written victim = journal.written.get(9);
        assertThat(victim.persistenceId()).isEqualTo("account/2");
        flip(victim);

        List<Finding> findings = verify();

        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.BAD_RECORD, Kind.SEQUENCE_GAP);
        assertThat(findings).allSatisfy(finding -> {
            assertThat(finding.durable()).isTrue();
            assertThat(finding.persistenceId()).isEqualTo(new PersistenceId("account", "2"));
        });
        assertThat(findings.get(0).file()).isEqualTo(journal.file(2));
        assertThat(findings.get(0).offsetBytes()).isEqualTo(RecordLayout.offsetOf(victim.position()));
        assertThat(findings.get(0).sequenceNumber()).isEqualTo(victim.sequenceNumber());
        assertThat(findings.get(0).report())
                .contains("persistenceId=account/2", "sequenceNumber=3", "kind=BAD_RECORD", "nothing was changed");
        assertThat(findings.get(1).sequenceNumber()).isEqualTo(4);
    }

    @Test
    void shouldFindFilesThatAreMissingOrEmpty() throws IOException {
        Files.write(journal.file(2), new byte[0]);
        assertThat(kinds()).contains(Kind.ZERO_LENGTH_SEGMENT, Kind.TRUNCATED_SEGMENT);
        Files.delete(journal.file(2));
        assertThat(kinds()).contains(Kind.MISSING_SEGMENT);
    }

    @Test
    void shouldTellACompactionFromALoss() throws IOException {
        Files.delete(journal.file(1));
        assertThat(kinds()).startsWith(Kind.MISSING_SEGMENT);

        journal.compacted(2);
        assertThat(kinds()).isEmpty();
    }

    @Test
    void shouldFindATruncatedSegment() throws IOException {
        byte[] whole = Files.readAllBytes(journal.file(3));
        int end = (int) RecordLayout.offsetOf(
                journal.written.get(journal.written.size() - 2).position());
        Files.write(journal.file(3), Arrays.copyOf(whole, end));

        assertThat(kinds()).containsExactly(Kind.TRUNCATED_SEGMENT);
    }

    @Test
    void shouldFindATornTailThatIsNotDurable() throws IOException {
        byte[] whole = Files.readAllBytes(journal.file(3));
        Arrays.fill(whole, whole.length - 40, whole.length - 20, (byte) 9);
        Files.write(journal.file(3), whole);

        VerifyReport report = JournalVerifier.verify(directory, ScanProgress.NONE);
        assertThat(report.findings()).extracting(Finding::kind).containsExactly(Kind.TORN_TAIL);
        assertThat(report.isClean()).isFalse();
        assertThat(report.isDurableClean()).isTrue();
    }

    @Test
    void shouldFindNumbersThatDoNotJoin() {
        append("account/1", 9, journal.lastPosition("account/1"));
        append("user/1", 2, journal.lastPosition("user/1"));
        append("account/2", 6, journal.lastPosition("account/1"));
        append("late/1", 5, 0);
        journal.durable();

        assertThat(kinds())
                .containsExactly(
                        Kind.SEQUENCE_GAP, Kind.DUPLICATE_SEQUENCE, Kind.BROKEN_ACTOR_CHAIN, Kind.SEQUENCE_GAP);
    }

    @Test
    void shouldFindARecordInALaneThatDoesNotOwnIt() {
        Path other = directory.resolve("other");
        int foreign = 1 - JournalFixture.id("account/1").slice() % 2;
        new JournalFixture(other, 2, 1 - foreign).durable();
        new JournalFixture(other, 2, foreign).events("account/1", "x").durable();

        assertThat(JournalVerifier.verify(other, ScanProgress.NONE).findings())
                .extracting(Finding::kind)
                .containsExactly(Kind.WRONG_LANE);
    }

    @Test
    void shouldDoubtTheDurableMark() throws IOException {
        journal.durable(journal.lastPosition(), journal.lastCrc() + 1);
        assertThat(kinds()).containsExactly(Kind.DURABLE_MARK_PROBLEM);

        journal.durable(journal.lastPosition() - 4, 1);
        assertThat(kinds()).containsExactly(Kind.DURABLE_MARK_PROBLEM);

        journal.durable(journal.lastPosition() + 4, 1);
        assertThat(kinds()).containsExactly(Kind.BAD_RECORD);

        Files.delete(journal.laneDirectory().resolve(SegmentFiles.DURABLE));
        assertThat(kinds()).containsExactly(Kind.DURABLE_MARK_PROBLEM);
    }

    @Test
    void shouldFindADamagedOrMissingManifest() throws IOException {
        Path manifest = directory.resolve(SegmentFiles.MANIFEST);
        byte[] whole = Files.readAllBytes(manifest);
        byte[] bytes = whole.clone();
        bytes[40] ^= 1;
        Files.write(manifest, bytes);
        assertThat(kinds()).containsExactly(Kind.MANIFEST_PROBLEM);

        Files.delete(manifest);
        assertThat(kinds()).containsExactly(Kind.MANIFEST_PROBLEM);

        assertThatThrownBy(() -> JournalVerifier.verify(directory.resolve("absent"), ScanProgress.NONE))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("there is no journal here");
    }

    @Test
    void shouldFindASegmentOfAnotherLane() throws IOException {
        Path other = directory.resolve("other");
        JournalFixture one = new JournalFixture(other, 2, 0).durable();
        JournalFixture two = new JournalFixture(other, 2, 1).durable();
        Files.copy(two.file(1), one.file(1), java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThat(JournalVerifier.verify(other, ScanProgress.NONE).findings())
                .extracting(Finding::kind)
                .startsWith(Kind.SWAPPED_SEGMENT);
    }

    private void append(String actor, long number, long previousPosition) {
        journal.append(
                RecordFixture.events(actor, number).event("t", "x").previousPosition(previousPosition),
                actor,
                number,
                1);
    }

    private void flip(Written victim) throws IOException {
        Path file = journal.file(RecordLayout.segmentOf(victim.position()));
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) RecordLayout.offsetOf(victim.position()) + victim.bytes().length - 6] ^= 1;
        Files.write(file, bytes);
    }

    private List<Finding> verify() {
        return JournalVerifier.verify(directory, ScanProgress.NONE).findings();
    }

    private List<Kind> kinds() {
        return verify().stream().map(Finding::kind).toList();
    }
}
