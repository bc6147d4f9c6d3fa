package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What must never reach the user. */
final class QuietTest {

    @Test
    void shouldNotHaveTheClassThatPhonesHome() {
        assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThat(System.getProperty("java.class.path")).doesNotContain("chronicle-analytics");
    }

    /** The launcher reads one file, the build another: they must say the same. */
    @Test
    void shouldSetTheSameJvmFlagsInTheBuildAndInTheLauncher() throws Exception {
        Path root = Path.of("..").toRealPath();
        Matcher flags = Pattern.compile("<stele\\.jvm\\.args>(.*?)</stele\\.jvm\\.args>", Pattern.DOTALL)
                .matcher(Files.readString(root.resolve("pom.xml")));
        assertThat(flags.find()).isTrue();
        List<String> build =
                Arrays.stream(flags.group(1).trim().split("\\s+")).sorted().toList();

        List<String> launcher = Files.readAllLines(root.resolve("config/jvm.args")).stream()
                .map(String::trim)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();

        assertThat(launcher).containsAll(build);
        assertThat(build).hasSizeGreaterThan(3);
    }
}
