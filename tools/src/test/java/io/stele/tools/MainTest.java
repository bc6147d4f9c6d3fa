package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user gets to see for right and wrong command lines, and the exit codes that scripts rely on. */
class MainTest {
    @TempDir
    private Path directory;

    private final Screens screens = new Screens();

    @Test
    void shouldShowHelpOnStdout() {
        assertThat(screens.run("--help")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("demo", "inspect", "show", "verify", "Exit codes: 0 done");
        assertThat(screens.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "inspect",
                "show",
                "state",
                "verify",
                "compact",
                "replay",
                "recovery-plan",
                "quarantine",
                "backup",
                "restore",
                "fork",
                "crash-test",
                "version",
                "examples"
            })
    void shouldShowHelpOfEachCommandWithin80Columns(String command) {
        assertThat(screens.run(command, "--help")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).startsWith("Usage: stele " + command);
        assertThat(screens.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(screens.err()).isEmpty();
    }

    @Test
    void shouldRefuseACommandLineWithoutCommand() {
        assertThat(screens.run()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(screens.err()).startsWith("stele: no command was given [S101]\nUsage: stele [OPTIONS] COMMAND\n");
        assertThat(screens.out()).isEmpty();
    }

    @Test
    void shouldSayWhatIsWrongWithAnOption() {
        assertThat(screens.run("demo", "--kills", "many")).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(screens.err())
                .startsWith(
                        "stele: invalid value for option '--kills': 'many' is not an int [S101]\nusage: stele demo [OPTIONS]\n")
                .endsWith("help:  stele demo --help\n");
        assertThat(screens.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--kills=-1", "--kills=1001", "--count=0", "--accounts=0", "--durability=never", "--nonsense"})
    void shouldRefuseValuesThatMakeNoSense(String option) {
        assertThat(screens.run("demo", option)).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(screens.err()).startsWith("stele: ").doesNotContain("Exception");
    }

    @Test
    void shouldWriteTheSameReportInThreeForms() {
        assertThat(screens.run("version", "--json")).isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).startsWith("{\n  \"schema\": \"stele.version/1\",\n  \"version\": \"0.");

        Screens plain = new Screens();
        assertThat(plain.run("--output", "plain", "version")).isEqualTo(ExitCode.DONE);
        assertThat(plain.out()).startsWith("schema\tstele.version/1\nversion\t0.");

        Screens table = new Screens();
        assertThat(table.run("version", "-o", "table")).isEqualTo(ExitCode.DONE);
        assertThat(table.out()).startsWith("stele 0.").contains(" · java ").hasLineCount(1);
    }

    @Test
    void shouldColourOnTerminalsOnlyAndHonourNoColor() {
        assertThat(colours(new Screens().terminal(80))).isTrue();
        assertThat(colours(new Screens())).isFalse();
        assertThat(colours(new Screens().terminal(80).with("NO_COLOR", "1"))).isFalse();
        assertThat(colours(new Screens().terminal(80).with("TERM", "dumb"))).isFalse();
        assertThat(colours(new Screens().terminal(80), "--color", "never")).isFalse();
        assertThat(colours(new Screens().with("NO_COLOR", "1"), "--color", "always"))
                .isTrue();
    }

    @Test
    void shouldNameTheFileAndLineOfABadTable() throws IOException {
        Path file = directory.resolve("t.csv");
        Files.writeString(file, "transaction_id,account_id,direction,amount_cents\n1,2,credit,three\n");

        assertThat(screens.run(
                        "demo",
                        "--transactions",
                        file.toString(),
                        "-d",
                        directory.resolve("d").toString()))
                .isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(screens.err())
                .isEqualTo("stele: value is not a whole number: column=amount_cents, value=three: file=" + file
                        + ", line=2 [S102]\n");
        assertThat(directory.resolve("d")).doesNotExist();
    }

    @Test
    void shouldRefuseADirectoryThatNoDemoMade() throws IOException {
        Path precious = Files.writeString(directory.resolve("precious"), "x");

        assertThat(screens.run("demo", "-d", directory.toString())).isEqualTo(ExitCode.REFUSED);
        assertThat(screens.err())
                .isEqualTo("stele: directory holds something that no demo made, so nothing was deleted: directory="
                        + directory + "; choose another with --data-dir [S208]\n");
        assertThat(precious).exists();
    }

    @Test
    void shouldTakeTheDataDirectoryFromTheEnvironment() throws IOException {
        Files.writeString(directory.resolve("precious"), "x");
        screens.with("STELE_DATA_DIR", directory.toString());

        assertThat(screens.run("demo")).isEqualTo(ExitCode.REFUSED);
        assertThat(screens.err()).contains("directory=" + directory + ";");
    }

    @Test
    void shouldKnowWhetherATerminalShowsUnicode() {
        assertThat(unicode(Map.of("LANG", "en_US.UTF-8"))).isTrue();
        assertThat(unicode(Map.of("LANG", "en_US.UTF-8", "LC_ALL", "C"))).isFalse();
        assertThat(unicode(Map.of())).isFalse();
    }

    private static boolean unicode(Map<String, String> environment) {
        return Console.of(System.out, System.err, new Properties(), environment).unicode();
    }

    private static boolean colours(Screens screens, String... more) {
        String[] args = Stream.concat(Stream.of("version", "-o", "table"), Arrays.stream(more))
                .toArray(String[]::new);
        assertThat(screens.run(args)).isEqualTo(ExitCode.DONE);
        return screens.out().contains("\u001b[");
    }
}
