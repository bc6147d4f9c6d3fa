package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the launcher and the build both know must be the same. */
class LauncherTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @Test
    void shouldGiveTheJvmTheFlagsOfTheBuild() throws IOException {
        Matcher property = Pattern.compile("<stele\\.jvm\\.args>(.*)</stele\\.jvm\\.args>")
                .matcher(Files.readString(ROOT.resolve("pom.xml")));

        assertThat(property.find()).isTrue();
        assertThat(Files.readAllLines(ROOT.resolve("config/jvm.args")))
                .isEqualTo(List.of(property.group(1).split(" ", -1)));
    }

    @Test
    void shouldBuildEveryModuleThatTheToolsNeed() throws IOException {
        Matcher modules = Pattern.compile("(?m)^modules=\"(.*)\"$").matcher(Files.readString(ROOT.resolve("stele")));

        assertThat(modules.find()).isTrue();
        assertThat(modules.group(1).split(" ", -1))
                .allSatisfy(module ->
                        assertThat(ROOT.resolve(module).resolve("pom.xml")).exists());
        assertThat(ROOT.resolve("stele")).isExecutable();
    }

    /** A command that reads whole histories needs the compiler that is left out for the others. */
    @Test
    void shouldKnowTheNamesOfTheCommandsThatAreOverInAMoment() throws IOException {
        Matcher quick = Pattern.compile("(?s)-\\*\\) ;;\\s+([a-z| \\\\\\n-]+)\\) break")
                .matcher(Files.readString(ROOT.resolve("stele")));

        assertThat(quick.find()).isTrue();
        assertThat(quick.group(1).split("[| \\\\\\n]+", 0))
                .contains("inspect", "version")
                .doesNotContain("verify", "export", "query", "replay")
                .isSubsetOf(Commands.names());
    }

    @Test
    void shouldPutClassesOfTheUserOnTheClassPath() throws IOException {
        assertThat(Files.readString(ROOT.resolve("stele")))
                .contains("lib/*${STELE_CLASS_PATH:+:$STELE_CLASS_PATH}\" io.stele.tools.Main");
    }
}
