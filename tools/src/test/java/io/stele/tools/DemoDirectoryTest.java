package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A demo deletes what a demo made, and nothing else. */
class DemoDirectoryTest {
    @TempDir
    private Path parent;

    @Test
    void shouldMakeTheDirectory() {
        Path directory = parent.resolve("a/b");

        try (DemoDirectory demo = DemoDirectory.take(directory)) {
            assertThat(DemoDirectory.isDemo(demo.directory())).isTrue();
        }
    }

    @Test
    void shouldDeleteWhatAnEarlierDemoHasLeftButFollowNoLink() throws IOException {
        Path directory = parent.resolve("data");
        Path elsewhere = Files.writeString(
                Files.createDirectory(parent.resolve("elsewhere")).resolve("file"), "x");
        DemoDirectory.take(directory).close();
        Files.writeString(
                Files.createDirectories(directory.resolve("journal/lane-0")).resolve("000001.cq4"), "x");
        Files.createSymbolicLink(directory.resolve("link"), elsewhere.getParent());

        DemoDirectory.take(directory).close();

        assertThat(directory.toFile().list()).containsExactly("demo.marker");
        assertThat(elsewhere).exists();
    }

    @Test
    void shouldRefuseADirectoryWhileAnotherDemoRuns() {
        Path directory = parent.resolve("data");
        try (DemoDirectory first = DemoDirectory.take(directory)) {
            CommandFailure failure = catchThrowableOfType(CommandFailure.class, () -> DemoDirectory.take(directory));

            assertThat(failure.exitCode()).isEqualTo(ExitCode.IN_USE);
            assertThat(failure)
                    .hasMessageStartingWith("another demo is running in this directory; nothing was deleted");
            assertThat(first.directory()).isDirectory();
        }
    }

    @Test
    void shouldRefuseAMarkerThatSaysSomethingElse() throws IOException {
        Files.writeString(parent.resolve("demo.marker"), "mine");
        Files.writeString(parent.resolve("precious"), "x");

        CommandFailure failure = catchThrowableOfType(CommandFailure.class, () -> DemoDirectory.take(parent));

        assertThat(failure.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(parent.resolve("precious")).exists();
        assertThat(parent.resolve("demo.marker")).hasContent("mine");
    }

    @Test
    void shouldRefuseAFile() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "x");

        assertThat(catchThrowableOfType(CommandFailure.class, () -> DemoDirectory.take(file)))
                .hasMessage("data directory is a file: directory=" + file);
    }
}
