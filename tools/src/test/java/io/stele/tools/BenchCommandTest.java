package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What bench writes with --json, and that it leaves nothing behind. */
class BenchCommandTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"journal", "mailbox", "recovery"})
    void shouldMeasureAndSaySoInJson(String what) throws IOException {
        Screens screens = new Screens();

        assertThat(screens.run("bench", what, "--quick", "--json", "--dir", directory.toString()))
                .as(screens.err())
                .isEqualTo(ExitCode.DONE);

        assertThat(JsonReader.read(screens.out()))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("schema", "stele.bench/1")
                .containsEntry("what", what)
                .containsEntry("quick", true)
                .extractingByKey("results", InstanceOfAssertFactories.LIST)
                .isNotEmpty()
                .allSatisfy(result -> assertThat(result)
                        .asInstanceOf(InstanceOfAssertFactories.MAP)
                        .containsKeys("name", "unit")
                        .extractingByKey("value")
                        .satisfies(value ->
                                assertThat(((Number) value).doubleValue()).isPositive()));
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }
}
