package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
    @TempDir
    Path directory;

    private final Manifest manifest = new Manifest(1, new UUID(1, 2), 4, 1 << 20, 1_767_225_600_000L);
    private Path file;

    @BeforeEach
    void write() throws IOException {
        manifest.write(directory);
        file = directory.resolve(SegmentFiles.MANIFEST);
    }

    @Test
    void shouldReadItselfBack() throws IOException {
        assertThat(Manifest.read(directory)).isEqualTo(manifest);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void shouldNameBothVersionsOfANewerFormat() throws IOException {
        String body = "stele-journal\nformatVersion=3\nwhatever=comes\n";
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        Files.writeString(file, body + String.format("crc32c=%08x\n", crc.getValue()));

        assertThatThrownBy(() -> Manifest.read(directory))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("formatVersion=3, formatVersionKnown=2");
    }

    @Test
    void shouldSayThatThereIsNoJournal() throws IOException {
        Files.delete(file);

        assertThatThrownBy(() -> Manifest.read(directory))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("there is no journal here: directory=" + directory);
    }

    @Test
    void shouldRefuseTheFilesOfOthers() throws IOException {
        for (String text : new String[] {"", "x", "\0\0\0\0", "{\"a\": 1}", "a".repeat(100_000)}) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> Manifest.read(directory))
                    .as("text=%.10s", text)
                    .isInstanceOf(CorruptJournalException.class)
                    .hasMessageContaining("file=" + file);
        }
    }

    @Test
    @Fault("F05")
    void shouldNoticeEveryFlippedBitAndEveryLostByte() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] bytes = whole.clone();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, bytes);
            assertThatThrownBy(() -> Manifest.read(directory))
                    .as("bit=%d", bit)
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("nothing was changed");
        }
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Manifest.read(directory))
                    .as("length=%d", length)
                    .isInstanceOf(CorruptJournalException.class);
        }
    }
}
