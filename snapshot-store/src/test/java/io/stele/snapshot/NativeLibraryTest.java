package io.stele.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.jar.JarEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeLibraryTest {

    @TempDir
    private Path directory;

    private JarEntry entry = new JarEntry("unset");

    @BeforeEach
    void findEntry() throws IOException {
        JarEntry found = NativeLibrary.entry();
        assertThat(found).isNotNull();
        entry = found == null ? entry : found;
    }

    private Path library() {
        Path[] files = Images.files(directory);
        assertThat(files).as("the library, and nothing half written").hasSize(1);
        return files[0];
    }

    @Test
    void shouldUnpackOnce() throws IOException {
        NativeLibrary.unpack(entry, directory);
        Object firstFile = Files.readAttributes(library(), "unix:ino").get("ino");
        NativeLibrary.unpack(entry, directory);

        assertThat(library()).hasSize(entry.getSize());
        assertThat(Files.readAttributes(library(), "unix:ino")).containsEntry("ino", firstFile);
    }

    @Test
    void shouldReplaceADamagedLibraryWithoutTouchingItsFile() throws IOException {
        NativeLibrary.unpack(entry, directory);
        byte[] bytes = Files.readAllBytes(library());
        byte[] damaged = bytes.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(library(), damaged);
        Path mapped = Files.createLink(directory.resolveSibling(directory.getFileName() + ".mapped"), library());
        try {
            NativeLibrary.unpack(entry, directory);

            assertThat(library()).hasBinaryContent(bytes);
            assertThat(mapped).as("what a process may have mapped").hasBinaryContent(damaged);
        } finally {
            Files.delete(mapped);
        }
    }

    @Test
    void shouldReplaceATornLibrary() throws IOException {
        NativeLibrary.unpack(entry, directory);
        byte[] bytes = Files.readAllBytes(library());
        Files.write(library(), Arrays.copyOf(bytes, bytes.length / 2));

        NativeLibrary.unpack(entry, directory);

        assertThat(library()).hasBinaryContent(bytes);
    }

    @Test
    void shouldNotTrustADirectoryThatOthersMayWrite() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));

        assertThatThrownBy(() -> NativeLibrary.unpack(entry, directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("permissions=rwxrwx---");
        assertThat(directory).isEmptyDirectory();
    }
}
