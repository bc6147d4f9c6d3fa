package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.it.CompactingNode.Read;
import io.stele.runtime.ActorSystem;
import io.stele.testkit.Fault;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process without memory ends at once, by the flag that the launcher sets, and that is a crash like any other. */
final class OutOfMemoryTest {
    /** How the JVM ends with {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int OUT_OF_MEMORY = 3;

    @TempDir
    Path directory;

    @Test
    @Fault("F16")
    void shouldEndWhenMemoryRunsOutAndLoseNothing() throws Exception {
        Map<Integer, Long> acknowledged = new HashMap<>();
        Process process = Shell.java(List.of(), HungryNode.class, directory.toString());
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                String[] fields = line.split(" ", -1);
                if (fields.length == 2 && fields[1].matches("\\d+")) {
                    acknowledged.merge(Integer.parseInt(fields[0]), Long.parseLong(fields[1]), Math::max);
                }
            }
        }

        assertThat(Shell.await(process)).isEqualTo(OUT_OF_MEMORY);
        assertThat(acknowledged).hasSize(CompactingNode.COUNTERS);
        try (ActorSystem system = CompactingNode.open(directory, new ArrayList<>())) {
            acknowledged.forEach((i, value) -> assertThat(CompactingNode.entity(system, i)
                            .<Long>ask(new Read())
                            .toCompletableFuture()
                            .join())
                    .as("counter=%d", i)
                    .isGreaterThanOrEqualTo(value));
        }
    }

    @Test
    void shouldBeAFlagOfTheLauncherToo() throws Exception {
        assertThat(Files.readString(Path.of("../config/jvm.args"))).contains("-XX:+ExitOnOutOfMemoryError");
        assertThat(Files.readString(Path.of("../stele"))).contains("@$root/config/jvm.args");
    }
}
