package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.management.ThreadMXBean;
import io.stele.journal.JournalSummary.Actor;
import io.stele.journal.JournalSummary.Segment;
import io.stele.spi.EventReader;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalInspectorTest {
    @TempDir
    Path directory;

    private final List<Finding> findings = new ArrayList<>();
    private final List<String> read = new ArrayList<>();
    private final EventReader reader = new EventReader() {
        @Override
        public void onEvent(StoredEvent event) {
            read.add(event.persistenceId() + ":" + event.sequenceNumber()
                    + StandardCharsets.UTF_8.decode(event.payload()));
        }

        @Override
        public void onNote(StoredEvent note) {
            read.add(note.persistenceId() + ":" + note.sequenceNumber() + "note");
        }
    };

    @Test
    void shouldCountEverything() {
        JournalFixture journal = new JournalFixture(directory).threeSegments();
        List<Long> progress = new ArrayList<>();

        JournalSummary summary = JournalInspector.open(directory).summarize((done, total) -> {
            assertThat(done).isLessThanOrEqualTo(total);
            progress.add(done);
        });

        assertThat(progress).isNotEmpty().isSorted();
        assertThat(summary.findings()).isEmpty();
        assertThat(summary.journalId()).isEqualTo(journal.manifest.journalId());
        assertThat(summary.laneCount()).isEqualTo(1);
        assertThat(summary.eventCount()).isEqualTo(13);
        assertThat(summary.storedTypes())
                .isNotEmpty()
                .allSatisfy(count -> assertThat(count.type().version()).isEqualTo(1));
        assertThat(summary.storedTypes().stream()
                        .mapToLong(JournalSummary.StoredTypeCount::eventCount)
                        .sum())
                .isEqualTo(13);
        assertThat(summary.segments())
                .extracting(Segment::segment, Segment::eventCount, Segment::recordCount, Segment::sealed)
                .containsExactly(tuple(1L, 7L, 8L, true), tuple(2L, 2L, 6L, true), tuple(3L, 4L, 4L, false));
        assertThat(summary.segments().get(2)).satisfies(last -> {
            assertThat(last.lastPosition()).isEqualTo(journal.lastPosition());
            assertThat(last.usedBytes()).isLessThan(last.fileBytes());
            assertThat(last.firstEpoch()).isEqualTo(2);
            assertThat(last.file()).isEqualTo(journal.file(3));
        });
        assertThat(summary.actors())
                .extracting(
                        a -> a.persistenceId().encoded(),
                        Actor::eventCount,
                        Actor::noteCount,
                        Actor::firstSequenceNumber,
                        Actor::lastSequenceNumber)
                .containsExactly(
                        tuple("account/1", 6L, 1L, 1L, 6L),
                        tuple("account/2", 5L, 0L, 1L, 5L),
                        tuple("user/1", 2L, 1L, 1L, 2L));
        assertThat(summary.entityTypes())
                .extracting(JournalSummary.EntityType::name, JournalSummary.EntityType::eventCount)
                .containsExactly(tuple("account", 11L), tuple("user", 2L));
    }

    @Test
    void shouldReadTheEventsOfOneActor() {
        new JournalFixture(directory).threeSegments();
        JournalInspector inspector = JournalInspector.open(directory);
        PersistenceId id = JournalFixture.id("account/2");

        assertThat(inspector.events(id, 2, 3, reader, findings::add)).isEqualTo(4);
        assertThat(read).containsExactly("account/2:2bb", "account/2:3d", "account/2:4g", "account/2:5gg");
        read.clear();
        assertThat(inspector.events(JournalFixture.id("user/1"), 2, 99, reader, findings::add))
                .isEqualTo(1);
        assertThat(read).containsExactly("user/1:1note", "user/1:2v");
        assertThat(inspector.events(JournalFixture.id("nobody/1"), 1, 9, reader, findings::add))
                .isZero();
        assertThat(findings).isEmpty();
    }

    @Test
    void shouldReadALaneInPieces() {
        JournalFixture journal = new JournalFixture(directory).threeSegments();
        JournalInspector inspector = JournalInspector.open(directory);
        long position = 0;
        for (int i = 0; i < 20; i++) {
            position = inspector.read(0, position, 1, reader, findings::add);
        }

        assertThat(position).isEqualTo(journal.lastPosition());
        assertThat(read).hasSize(15).startsWith("account/1:1a", "account/2:1b", "account/2:2bb", "account/1:1note");
        assertThatThrownBy(() -> inspector.read(1, 0, 1, reader, findings::add))
                .hasMessageContaining("lane=1, laneCount=1");
    }

    @Test
    void shouldReadOnBehindDamage() throws IOException {
        JournalFixture journal = new JournalFixture(directory).threeSegments();
        byte[] bytes = Files.readAllBytes(journal.file(2));
        long first = journal.written.stream()
                .filter(w -> RecordLayout.segmentOf(w.position()) == 2
                        && w.persistenceId().equals("account/2"))
                .findFirst()
                .orElseThrow()
                .position();
        bytes[(int) RecordLayout.offsetOf(first) + 60] ^= 4;
        Files.write(journal.file(2), bytes);

        JournalSummary summary = JournalInspector.open(directory).summarize(ScanProgress.NONE);
        JournalInspector.open(directory).events(JournalFixture.id("account/2"), 1, 99, reader, findings::add);

        assertThat(summary.eventCount()).isEqualTo(12);
        assertThat(summary.findings()).hasSize(1);
        assertThat(findings).isEqualTo(summary.findings());
        assertThat(read).containsExactly("account/2:1b", "account/2:2bb", "account/2:4g", "account/2:5gg");
    }

    @Test
    void shouldChangeNothing() throws IOException {
        new JournalFixture(directory).threeSegments();
        Map<Path, FileTime> before = times();

        JournalInspector.open(directory).summarize(ScanProgress.NONE);
        JournalVerifier.verify(directory, ScanProgress.NONE);
        JournalRepair.plan(directory, true);

        assertThat(times()).isEqualTo(before);
    }

    @Test
    void shouldRefuseWhatIsNoJournal() throws IOException {
        assertThatThrownBy(() -> JournalInspector.open(directory))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("there is no journal here");
        assertThatThrownBy(() -> JournalInspector.open(directory.resolve("absent")))
                .hasMessageContaining("there is no journal here");
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertThatThrownBy(() -> JournalInspector.open(file)).isInstanceOf(JournalException.class);
    }

    /** The claim of the Javadoc: nothing is allocated per event, with some thousand actors and a dozen types. */
    @Test
    void shouldAllocateNothingPerEvent() {
        JournalFixture journal = new JournalFixture(directory);
        for (int i = 0; i < 20_000; i++) {
            journal.events("account/" + i % 2_000, "some payload of an event that takes its room");
        }
        journal.durable();
        JournalInspector inspector = JournalInspector.open(directory);
        long[] sum = new long[1];
        EventReader summing = event -> sum[0] += event.payload().remaining()
                + event.sequenceNumber()
                + event.type().version()
                + event.persistenceId().entityId().length();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (LaneReader lane =
                new LaneReader(directory, journal.manifest, 0, journal::lastPosition, LaneReader.STRICT)) {
            for (int i = 0; i < 12_000; i++) {
                deliver(lane, summing);
            }
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < 8_000; i++) {
                deliver(lane, summing);
            }
            long allocated =
                    threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;

            assertThat(allocated).as("bytes for 8,000 events").isLessThan(8_000);
        }
        assertThat(inspector.read(0, 0, Long.MAX_VALUE, summing, findings::add)).isEqualTo(journal.lastPosition());
        assertThat(sum[0]).isPositive();
    }

    private static void deliver(LaneReader lane, EventReader target) {
        boolean found = lane.next();
        RecordView record = lane.record();
        while (found && record.nextEvent()) {
            target.onEvent(record);
        }
    }

    private Map<Path, FileTime> times() throws IOException {
        Map<Path, FileTime> times = new HashMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }
}
