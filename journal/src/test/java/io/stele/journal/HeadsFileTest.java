package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.Clock;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryIndexStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a close leaves behind for an opening that has lost its index; it may be anything, and nobody gets a wrong number. */
class HeadsFileTest {
    private static final PersistenceId ONE = new PersistenceId("account", "1");
    private static final PersistenceId TWO = new PersistenceId("account", "größe");

    @TempDir
    Path temporary;

    private Path directory = Path.of("unset");
    private Path heads = Path.of("unset");

    @BeforeEach
    void write() {
        directory = temporary.resolve("journal");
        heads = directory.resolve("lane-0").resolve(HeadsFile.NAME);
        try (ChronicleJournal journal = openWithoutIndex(directory)) {
            TestJournal.append(journal, ONE, 300);
            TestJournal.append(journal, TWO, 200);
            TestJournal.append(journal, ONE, 12_000);
        }
    }

    private static ChronicleJournal openWithoutIndex(Path where) {
        return ChronicleJournal.open(TestJournal.options(where), InMemoryIndexStore.open(), Clock.system());
    }

    /** Proves that the lane is not read: it could not be. */
    @Test
    @Fault("F08")
    void shouldOpenALaneOfWhichTheMiddleCannotBeRead() throws IOException {
        List<Long> positions = new ArrayList<>();
        try (ChronicleJournal journal = openWithoutIndex(directory)) {
            journal.replay(ONE, 150, 150, event -> positions.add(event.position()));
        }
        Path first = TestJournal.segments(directory, 0).get(0);
        byte[] bytes = Files.readAllBytes(first);
        bytes[(int) RecordLayout.offsetOf(positions.get(0)) + 80] ^= 1;
        Files.write(first, bytes);

        try (ChronicleJournal journal = openWithoutIndex(directory)) {
            assertGoesOn(journal, TWO, 200);
        }
        Files.delete(heads);
        assertThatThrownBy(() -> openWithoutIndex(directory)).isInstanceOf(CorruptJournalException.class);
    }

    @Test
    void shouldReadWhatWasAppendedSinceAfterAKill() throws IOException {
        Path image = temporary.resolve("image");
        try (ChronicleJournal journal = openWithoutIndex(directory)) {
            TestJournal.append(journal, TWO, 50);
            TestJournal.append(journal, new PersistenceId("account", "3"), 5);
            TestJournal.image(directory, image);
        }

        try (ChronicleJournal journal = openWithoutIndex(image)) {
            assertGoesOn(journal, ONE, 12_300);
            assertGoesOn(journal, TWO, 250);
            assertGoesOn(journal, new PersistenceId("account", "3"), 5);
        }
        try (ChronicleJournal journal = openWithoutIndex(image)) {
            assertGoesOn(journal, TWO, 251);
        }
    }

    @Test
    void shouldDoWithoutOneThatIsDamagedAnywhere() throws IOException {
        byte[] bytes = Files.readAllBytes(heads);
        for (int i = 0; i < bytes.length; i += 7) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 1;
            Files.write(heads, damaged);
            assertThat(HeadsFile.read(setup())).as("byte=%d", i).isNull();
        }
        for (int length = 0; length < bytes.length; length += 5) {
            Files.write(heads, Arrays.copyOf(bytes, length));
            assertThat(HeadsFile.read(setup())).as("length=%d", length).isNull();
        }

        try (ChronicleJournal journal = openWithoutIndex(directory)) {
            assertGoesOn(journal, ONE, 12_300);
            assertGoesOn(journal, TWO, 200);
        }
    }

    @Test
    void shouldNotBelieveOneOfALaterStateOfTheLane() throws IOException {
        Path earlier = TestJournal.image(directory, temporary.resolve("earlier"));
        try (ChronicleJournal journal = openWithoutIndex(directory)) {
            TestJournal.append(journal, ONE, 10);
        }
        Files.copy(heads, earlier.resolve("lane-0/heads"), StandardCopyOption.REPLACE_EXISTING);

        try (ChronicleJournal journal = openWithoutIndex(earlier)) {
            assertGoesOn(journal, ONE, 12_300);
        }
    }

    @Test
    void shouldCompareWhatItSaysWithTheRecord() {
        HeadsFile right = Objects.requireNonNull(HeadsFile.read(setup()));
        Head two = Objects.requireNonNull(right.heads().get(TWO));
        Map<PersistenceId, Head> wrong = Map.of(ONE, two, TWO, new Head(two.sequenceNumber() - 1, two.position()));
        new HeadsFile(right.checkpoint(), wrong).write(setup());

        try (ChronicleJournal journal = openWithoutIndex(directory)) {
            assertGoesOn(journal, ONE, 12_300);
            assertGoesOn(journal, TWO, 200);
        }
    }

    private LaneSetup setup() {
        Manifest manifest = Manifest.read(directory);
        return new LaneSetup(
                0,
                directory.resolve("lane-0"),
                manifest,
                TestJournal.options(directory),
                9,
                Holder.self(),
                Clock.system(),
                JournalMachine.real());
    }

    private static void assertGoesOn(ChronicleJournal journal, PersistenceId id, int count) {
        try (EventStream stream = journal.open(id)) {
            assertThat(stream.lastSequenceNumber()).isEqualTo(count);
        }
        TestJournal.append(journal, id, 1);
        assertThat(TestJournal.replay(journal, id)).hasSize(count + 1);
    }
}
