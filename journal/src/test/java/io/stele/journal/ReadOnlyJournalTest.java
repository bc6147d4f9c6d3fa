package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.Clock;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventReader;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads histories beside their owner, with and without its index, and changes nothing. */
class ReadOnlyJournalTest {
    private static final PersistenceId OTHER = new PersistenceId("account", "43");

    @TempDir
    Path directory;

    private static List<Long> numbers(ReadOnlyJournal journal, PersistenceId id, long from, long to) {
        List<Long> numbers = new ArrayList<>();
        journal.replay(id, from, to, event -> {
            assertThat(TestJournal.text(event.sequenceNumber()))
                    .isEqualTo(java.nio.charset.StandardCharsets.UTF_8
                            .decode(event.payload().duplicate())
                            .toString());
            numbers.add(event.sequenceNumber());
        });
        return numbers;
    }

    private Map<String, FileTime> files() {
        Map<String, FileTime> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.toList()) {
                files.put(file.toString(), Files.getLastModifiedTime(file));
            }
            return files;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void shouldReadWhatTheOwnerHasAppendedWhileItHasTheJournalOpen() {
        InMemoryIndexStore index = InMemoryIndexStore.open();
        try (ChronicleJournal owner = ChronicleJournal.open(TestJournal.options(directory), index, Clock.system())) {
            TestJournal.append(owner, TestJournal.ID, 30_000);
            TestJournal.append(owner, OTHER, 10);

            ReadOnlyJournal withIndex = ReadOnlyJournal.open(directory, index);
            ReadOnlyJournal without = ReadOnlyJournal.open(directory, null);

            assertThat(numbers(withIndex, TestJournal.ID, 29_990, Long.MAX_VALUE))
                    .hasSize(11)
                    .endsWith(30_000L);
            assertThat(numbers(without, TestJournal.ID, 1, Long.MAX_VALUE)).hasSize(30_000);
            assertThat(numbers(without, OTHER, 3, 5)).containsExactly(3L, 4L, 5L);
            TestJournal.append(owner, OTHER, 5);
            assertThat(numbers(withIndex, OTHER, 11, Long.MAX_VALUE)).containsExactly(11L, 12L, 13L, 14L, 15L);
        }
    }

    @Test
    @Fault({"F10", "F23"})
    void shouldNeitherLockNorWrite() {
        InMemoryIndexStore index = InMemoryIndexStore.open();
        try (ChronicleJournal owner = ChronicleJournal.open(TestJournal.options(directory), index, Clock.system())) {
            TestJournal.append(owner, TestJournal.ID, 10);
        }
        Map<String, FileTime> before = files();

        ReadOnlyJournal reader = ReadOnlyJournal.open(directory, index);
        assertThat(numbers(reader, TestJournal.ID, 1, Long.MAX_VALUE)).hasSize(10);

        assertThat(files()).isEqualTo(before);
        try (ChronicleJournal owner = ChronicleJournal.open(TestJournal.options(directory), index, Clock.system())) {
            assertThat(owner.epoch()).isEqualTo(2);
            assertThat(numbers(reader, TestJournal.ID, 1, Long.MAX_VALUE)).hasSize(10);
        }
    }

    @Test
    void shouldNotBelieveAnIndexOfAnotherJournal() {
        InMemoryIndexStore index = InMemoryIndexStore.open();
        Path other = directory.resolve("other");
        try (ChronicleJournal owner = ChronicleJournal.open(TestJournal.options(other), index, Clock.system())) {
            TestJournal.append(owner, TestJournal.ID, 1_000);
        }
        Path own = directory.resolve("own");
        try (ChronicleJournal owner = TestJournal.open(own)) {
            TestJournal.append(owner, TestJournal.ID, 3);
        }

        assertThat(numbers(ReadOnlyJournal.open(own, index), TestJournal.ID, 1, Long.MAX_VALUE))
                .containsExactly(1L, 2L, 3L);
    }

    @Test
    void shouldDeliverNotesInTheirPlace() {
        new JournalFixture(directory).threeSegments();
        List<String> seen = new ArrayList<>();

        ReadOnlyJournal.open(directory, null)
                .replay(PersistenceId.parse("account/1"), 1, Long.MAX_VALUE, new EventReader() {
                    @Override
                    public void onEvent(StoredEvent event) {
                        seen.add(String.valueOf(event.sequenceNumber()));
                    }

                    @Override
                    public void onNote(StoredEvent note) {
                        seen.add("note at " + note.sequenceNumber());
                    }
                });

        assertThat(seen).containsExactly("1", "note at 1", "2", "3", "4", "5", "6");
    }

    @Test
    void shouldRefuseWhatIsDamagedButWasDurable() throws IOException {
        try (ChronicleJournal owner = TestJournal.open(directory)) {
            TestJournal.append(owner, TestJournal.ID, 1_000);
        }
        Path segment = TestJournal.segments(directory, 0).get(0);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length / 2] ^= 1;
        Files.write(segment, bytes);

        ReadOnlyJournal reader = ReadOnlyJournal.open(directory, null);

        assertThatThrownBy(() -> numbers(reader, TestJournal.ID, 1, Long.MAX_VALUE))
                .isInstanceOf(CorruptJournalException.class);
    }

    @Test
    void shouldKnowNothingOfAnActorWithoutEvents() {
        try (ChronicleJournal owner = TestJournal.open(directory)) {
            TestJournal.append(owner, TestJournal.ID, 10);
        }

        assertThat(numbers(ReadOnlyJournal.open(directory, null), OTHER, 1, Long.MAX_VALUE))
                .isEmpty();
    }
}
