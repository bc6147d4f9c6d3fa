package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.testkit.Fault;
import io.stele.tools.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Data directories as released versions have written them open for ever: see docs/formats/README.md. A failure here means that
 * somebody's journal can no longer be read; the program is to be changed then, never the golden files.
 */
final class GoldenJournalTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @TempDir
    private Path directory;

    /** Writes the files of a new format if {@code -Dstele.golden=VERSION} asks for it. Overwrites nothing. */
    @BeforeAll
    static void writeIfAsked(@TempDir Path directory) throws IOException {
        String version = System.getProperty("stele.golden");
        if (version != null) {
            Path zip = GOLDEN.resolve(version + ".zip");
            assertThat(zip).as("a released format never changes").doesNotExist();
            GoldenJournal.write(directory);
            GoldenJournal.zip(directory, zip);
            Files.write(GOLDEN.resolve(version + ".txt"), GoldenJournal.describe(directory));
        }
    }

    static Stream<String> versions() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".zip"))
                    .map(name -> name.substring(0, name.length() - ".zip".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @Test
    @Fault("F35")
    void shouldHaveAGoldenJournalOfTheFirstFormat() throws IOException {
        assertThat(versions()).contains("0.1.0");
        for (String version : versions().toList()) {
            assertThat(Files.size(GOLDEN.resolve(version + ".zip"))).isLessThan(200 << 10);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    @Timeout(120)
    void shouldReadEverythingThatAReleasedFormatHolds(String version) throws Exception {
        List<String> expected = Files.readAllLines(GOLDEN.resolve(version + ".txt"));
        GoldenJournal.unzip(GOLDEN.resolve(version + ".zip"), directory);
        assertThat(runCli("verify")).as("verify, before anything was opened").contains("exit=0");

        List<String> found = GoldenJournal.describe(directory);

        assertThat(found).isEqualTo(expected);
        assertThat(runCli("verify")).as("verify, after it was opened").contains("exit=0");
        assertThat(history(GoldenJournal.describe(directory)))
                .as("nothing was added by looking")
                .isEqualTo(history(expected));
    }

    private static List<String> history(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("event ") || line.startsWith("note "))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("versions")
    @Timeout(120)
    void shouldRebuildEveryStateFromTheEventsAlone(String version) throws Exception {
        GoldenJournal.unzip(GOLDEN.resolve(version + ".zip"), directory);
        List<String> expected = Files.readAllLines(GOLDEN.resolve(version + ".txt")).stream()
                .filter(line -> line.startsWith("state ") || line.startsWith("reply "))
                .toList();
        Files.move(Stele.snapshotDirectory(directory), directory.resolve("moved-away"));

        List<String> found = GoldenJournal.states(
                directory,
                expected.stream()
                        .filter(line -> line.startsWith("state "))
                        .map(line -> io.stele.spi.PersistenceId.parse(line.split(" ", 3)[1]))
                        .toList());

        assertThat(found).isEqualTo(expected);
    }

    /** Otherwise the tests above might be blind. */
    @ParameterizedTest
    @MethodSource("versions")
    @Fault("F05")
    void shouldNoticeASingleFlippedBit(String version) throws Exception {
        GoldenJournal.unzip(GOLDEN.resolve(version + ".zip"), directory);
        try (Stream<Path> segments = Files.walk(Stele.journalDirectory(directory))) {
            for (Path segment :
                    segments.filter(file -> file.toString().endsWith(".cq4")).toList()) {
                flipWithin(segment, "broken");
            }
        }

        assertThat(runCli("verify")).contains("exit=3");
    }

    /** Flips a bit of the first character of {@code text}, if the file has it. */
    private static void flipWithin(Path file, String text) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        if (at >= 0) {
            bytes[at] ^= 1;
            Files.write(file, bytes);
        }
    }

    private String runCli(String command) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("../config/jvm.args").toRealPath(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        line.addAll(List.of(command, "--data-dir", directory.toString()));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "exit=" + process.waitFor();
    }
}
