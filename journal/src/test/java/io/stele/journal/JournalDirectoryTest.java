package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalDirectoryTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuseblk", "9p", "NFS4"})
    void shouldRefuseFileSystemsThatAreNotLocal(String type) {
        assertThatThrownBy(() -> JournalDirectory.requireLocal(directory, type))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("fileSystem=" + type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs"})
    void shouldTakeLocalFileSystems(String type) {
        assertThatCode(() -> JournalDirectory.requireLocal(directory, type)).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseADirectoryWithOtherThingsInIt() throws IOException {
        Files.writeString(directory.resolve("photo.jpg"), "not an event");

        assertThatThrownBy(() -> TestJournal.open(directory).close())
                .isInstanceOf(JournalException.class)
                .hasMessageContainingAll("not a journal", "photo.jpg");
        assertThat(directory).isDirectoryNotContaining("glob:**LOCK");
    }

    @Test
    void shouldRefuseAFileInPlaceOfADirectory() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> TestJournal.open(file).close())
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("must be a directory");
    }

    @Test
    @Fault("F35")
    void shouldRefuseANewerFormat() throws IOException {
        new Manifest(3, UUID.randomUUID(), 1, 1 << 20, 0).write(directory);

        assertThatThrownBy(() -> TestJournal.open(directory).close())
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("formatVersion=3");
    }

    @Test
    void shouldRefuseADamagedManifest() throws IOException {
        TestJournal.open(directory).close();
        Path manifest = directory.resolve(SegmentFiles.MANIFEST);
        Files.writeString(manifest, Files.readString(manifest).replace("laneCount=1", "laneCount=2"));

        assertThatThrownBy(() -> TestJournal.open(directory).close()).isInstanceOf(CorruptJournalException.class);
    }

    @Test
    void shouldKeepTheLayoutThatTheJournalWasCreatedWith() {
        TestJournal.open(directory).close();

        JournalOptions other = JournalOptions.of(directory).withLaneCount(7);
        try (ChronicleJournal journal = TestJournal.open(other, new FileSegmentStorage())) {
            assertThat(journal.laneCount()).isEqualTo(1);
            assertThat(journal.payloadBytesMax()).isEqualTo((1 << 20) / 8);
        }
    }

    @Test
    void shouldCreateAbsentParents() {
        TestJournal.open(directory.resolve("a/b/c")).close();

        assertThat(directory.resolve("a/b/c/manifest")).isRegularFile();
    }
}
