package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher makes its class archive of: the classes that commands load, all of them without a word. */
class ClassTrainingTest {
    @TempDir
    private Path directory;

    @Test
    void shouldLoadWhatCommandsNeedAndLeaveNothingBehind() throws IOException, InterruptedException {
        Path list = directory.resolve("classes");
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        List<String> command = new ArrayList<>(JavaCommand.of(ClassTraining.class));
        command.addAll(1, List.of("-XX:DumpLoadedClassList=" + list, "-Djava.io.tmpdir=" + temporary));
        File said = directory.resolve("said").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start();

        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).as(Files.readString(said.toPath())).isZero();
        // some JVMs write a number behind the name
        assertThat(Files.readAllLines(list).stream().map(line -> line.replaceFirst(" .*", "")))
                .contains("picocli/CommandLine", "org/rocksdb/RocksDB")
                .contains("io/stele/tools/Main", "io/stele/tools/InspectReport", "io/stele/tools/UserLoader");
        try (var left = Files.list(temporary)) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("stele-")))
                    .isEmpty();
        }
    }
}
