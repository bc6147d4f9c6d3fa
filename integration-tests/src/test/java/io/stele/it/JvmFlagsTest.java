package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process without the flags that it needs gets a sentence that names them; one with them hears nothing at all. */
final class JvmFlagsTest {
    @TempDir
    private Path directory;

    private record Outcome(int exit, String out, String err) {}

    private Outcome run(List<String> flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Node.class.getName(),
                directory.resolve("data").toString()));
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(err.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), out, Files.readString(err));
    }

    @Test
    void shouldNameTheMissingFlagsInOneSentence() throws Exception {
        Outcome outcome = run(List.of());

        assertThat(outcome.exit).isNotZero();
        assertThat(outcome.out).isEmpty();
        assertThat(outcome.err)
                .contains("--add-opens=java.base/java.lang.reflect=ALL-UNNAMED")
                .contains("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED")
                .doesNotContain("\tat ");
        assertThat(directory.resolve("data/journal")).doesNotExist();
    }

    @Test
    void shouldSayNothingWithTheFlags() throws Exception {
        Outcome outcome = run(List.of("@" + Path.of("../config/jvm.args").toRealPath()));

        assertThat(outcome.err).isEmpty();
        assertThat(outcome.out).isEqualTo("ready\n");
        assertThat(outcome.exit).isZero();
    }
}
