package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stele.spi.JournalException;
import io.stele.spi.JournalFullException;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fills a file system to the last byte. */
class DiskFullRootTest {
    @TempDir
    Path temporary;

    private Path disk = Path.of("unset");
    private boolean mounted;

    @BeforeEach
    void mount() throws IOException {
        disk = Files.createDirectory(temporary.resolve("disk"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString()) == 0;
        assumeTrue(mounted, "needs the right to mount a tmpfs");
    }

    @AfterEach
    void unmount() {
        if (mounted) {
            TestJournal.await("all files are closed", () -> run("umount", disk.toString()) == 0);
        }
    }

    @Test
    @Fault("F09")
    void shouldRefuseEventsOnAFullDiskAndGoOnWhenThereIsRoom() throws IOException {
        Path directory = disk.resolve("journal");
        int before;
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            Path ballast = disk.resolve("ballast");
            TestJournal.append(journal, TestJournal.ID, 1);
            fill(ballast);

            TestJournal.await("the journal is full", () -> !takes(journal, 1_000));
            before = TestJournal.replay(journal, TestJournal.ID).size();
            assertThat(before).isGreaterThan(1_000);
            assertThat(journal.failure(0)).isNull();

            Files.delete(ballast);
            TestJournal.await("the journal goes on", () -> takes(journal, 1));
            TestJournal.assertHolds(journal, TestJournal.ID, before + 1);
        }
        try (ChronicleJournal journal = TestJournal.open(directory)) {
            TestJournal.assertHolds(journal, TestJournal.ID, before + 1);
        }
    }

    @Test
    @Fault("F10")
    void shouldRefuseADirectoryThatIsNotWritable() {
        Path directory = disk.resolve("journal");
        TestJournal.open(directory).close();
        assertThat(run("mount", "-o", "remount,ro", disk.toString())).isZero();

        assertThatThrownBy(() -> TestJournal.open(directory))
                .isInstanceOf(JournalException.class)
                .hasMessage("journal directory is not writable; nothing was opened: directory=" + directory);
        assertThatThrownBy(() -> TestJournal.open(disk.resolve("another")))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("journal cannot be opened: directory=" + disk.resolve("another"));
    }

    private static boolean takes(ChronicleJournal journal, int count) {
        try {
            TestJournal.append(journal, TestJournal.ID, count);
            return true;
        } catch (JournalFullException e) {
            return false;
        }
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[4096];
        try (var out = Files.newOutputStream(file)) {
            for (int i = 0; i < 1 << 20; i++) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static int run(String... command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }
}
