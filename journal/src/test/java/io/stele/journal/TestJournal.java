package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.spi.Clock;
import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What the tests of the writing side are written with. */
final class TestJournal {
    static final StoredType TYPE = new StoredType("deposited", 1);
    static final PersistenceId ID = new PersistenceId("account", "42");

    private TestJournal() {}

    /** One lane, small segments, no threshold. */
    static JournalOptions options(Path directory) {
        return JournalOptions.of(directory)
                .withLaneCount(1)
                .withSegmentBytes(1 << 20)
                .withFreeBytesMin(0);
    }

    static ChronicleJournal open(Path directory) {
        return ChronicleJournal.open(options(directory), InMemoryIndexStore.open(), Clock.system());
    }

    static ChronicleJournal open(JournalOptions options, SegmentStorage storage) {
        ChronicleRuntime.prepare();
        return new JournalOpening(
                        options,
                        InMemoryIndexStore.open(),
                        Clock.system(),
                        JournalMachine.of(storage, ChronicleAppender::new))
                .open();
    }

    static String text(long sequenceNumber) {
        return "event " + sequenceNumber;
    }

    /** Appends {@code count} events one by one; returns the position of the last. */
    static long append(EventJournal journal, PersistenceId id, int count) {
        EventBatch batch = journal.newBatch();
        long position = 0;
        try (EventStream stream = journal.open(id)) {
            for (int i = 0; i < count; i++) {
                long next = stream.lastSequenceNumber() + 1;
                batch.begin(1_000 + next);
                batch.add(TYPE, ByteBuffer.wrap(text(next).getBytes(StandardCharsets.UTF_8)));
                position = journal.append(stream, next, batch);
            }
        }
        return position;
    }

    static void awaitDurable(EventJournal journal, int lane, long position) {
        journal.requestSync(lane);
        await("position is durable", () -> journal.failure(lane) != null || journal.durablePosition(lane) >= position);
        assertThat(journal.failure(lane)).isNull();
    }

    static void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long until %s", what).isLessThan(deadlineNs);
            LockSupport.parkNanos(1_000_000);
        }
    }

    static List<String> replay(EventJournal journal, PersistenceId id) {
        List<String> events = new ArrayList<>();
        journal.replay(id, 1, Long.MAX_VALUE, event -> {
            assertThat(event.sequenceNumber()).isEqualTo(events.size() + 1);
            events.add(StandardCharsets.UTF_8.decode(event.payload()).toString());
        });
        return events;
    }

    /** Requires exactly the events 1 to {@code count}, along the actor and along its lane. */
    static void assertHolds(EventJournal journal, PersistenceId id, int count) {
        List<String> expected = Stream.iterate(1L, i -> i + 1)
                .limit(count)
                .map(TestJournal::text)
                .toList();
        assertThat(replay(journal, id)).isEqualTo(expected);
        List<String> read = new ArrayList<>();
        journal.read(journal.lane(id), 0, Long.MAX_VALUE, event -> {
            if (event.persistenceId().equals(id)) {
                read.add(StandardCharsets.UTF_8.decode(event.payload()).toString());
            }
        });
        assertThat(read).isEqualTo(expected);
    }

    /** Copies a journal as it is at this moment: what a process that is killed now leaves in the page cache. */
    static Path image(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!String.valueOf(file.getFileName()).equals(SegmentFiles.LOCK)) {
                    Files.copy(file, target);
                }
            }
        }
        return to;
    }

    /** Returns the content of every file, to see whether anything changed. The lock names its last holder, and is left out. */
    static Map<String, Integer> contents(Path directory) throws IOException {
        Map<String, Integer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!String.valueOf(file.getFileName()).equals(SegmentFiles.LOCK)) {
                    contents.put(
                            directory.relativize(file).toString(),
                            ByteBuffer.wrap(Files.readAllBytes(file)).hashCode());
                }
            }
        }
        return contents;
    }

    /** Returns the segment files of a lane, oldest first. */
    static List<Path> segments(Path directory, int lane) throws IOException {
        Path laneDirectory = SegmentFiles.laneDirectory(directory, lane);
        List<Path> files = new ArrayList<>();
        for (long segment : SegmentFiles.list(laneDirectory)) {
            files.add(SegmentFiles.segment(laneDirectory, segment));
        }
        return files;
    }
}
