package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FaultTableTest {
    private static final Path PAGE = Path.of("../docs/faults.md");

    @Test
    void shouldHaveATestOrAReasonForEveryFault() throws IOException {
        FaultTable table = FaultTable.read(Path.of("src/test/resources/faults.txt"), Path.of(".."));
        if (Boolean.getBoolean("stele.write")) {
            Files.writeString(PAGE, table.toMarkdown());
        }

        assertThat(table.faults()).isEmpty();
        assertThat(PAGE).as("write it anew as it says itself").hasContent(table.toMarkdown());
    }

    @Test
    void shouldFindRowsThatNobodyWatchesAndTestsThatWatchNothing(@TempDir Path root) throws IOException {
        Path promises = Files.writeString(root.resolve("faults.txt"), """
                # comment
                F01 | kill | all is there | kill force |
                F02 | power cut | all is there | |
                F03 | torn page | all is there | | there is no disk
                F04 | fsync fails | no reply | |  not yet
                """);
        Files.writeString(
                root.resolve("figures.txt"), "# head\nkill | 2026-11-29 | 17 | crash-test kill | held | kills=3\n");
        Path sources = Files.createDirectories(root.resolve("journal/src/test/java/io"));
        String at = "@"; // so that this text is not taken for tests of its own
        Files.writeString(sources.resolve("KillTest.java"), """
                class KillTest {
                    @Test
                    #Fault({"F01", "F09"})
                    void shouldSurvive() {}

                    #Fault("F04")
                    @Test
                    void shouldFail() {}
                }
                """.replace("#", at));

        FaultTable table = FaultTable.read(promises, root);

        assertThat(table.faults())
                .containsExactly(
                        "F02 has neither a test nor a reason why it has none",
                        "F04 has a test, and a reason why it has none",
                        "F09 is named by [journal `KillTest.shouldSurvive`] and is no row");
        assertThat(table.toMarkdown())
                .contains("| F01 | kill | all is there | journal `KillTest.shouldSurvive` "
                        + "| 2026-11-29, JDK 17, `crash-test kill`: held<br>`force`: not recorded |")
                .contains("| kill | 2026-11-29 | 17 | `crash-test kill` | held | kills=3 |")
                .contains("| F03 | torn page | all is there | none: there is no disk |  |")
                .contains("2 of 4 rows have a test.");
    }
}
