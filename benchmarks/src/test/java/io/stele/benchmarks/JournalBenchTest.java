package io.stele.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the whole table with tiny counts: that every row works, not how fast anything is. */
@Tag("slow")
class JournalBenchTest {
    private static final List<String> KEYS = List.of(
            "append",
            "lanes",
            "shared-lane",
            "batch",
            "group-force",
            "single-force",
            "steady",
            "replay",
            "actor",
            "allocation",
            "open");

    @TempDir
    Path directory;

    private final StringWriter text = new StringWriter();

    @Test
    void shouldGiveFiniteFiguresForEveryRow() throws Exception {
        Path json = directory.resolve("figures.json");

        int exitCode = run("--quick", "--dir", directory.resolve("data").toString(), "--json", json.toString());

        assertThat(exitCode).as(text.toString()).isZero();
        Map<?, ?> report = (Map<?, ?>) Json.parse(Files.readString(json));
        List<?> rows = (List<?>) report.get("rows");
        assertThat(rows).extracting(row -> ((Map<?, ?>) row).get("key")).isEqualTo(KEYS);
        for (Object element : rows) {
            Map<?, ?> row = (Map<?, ?>) element;
            assertSpreads(row, "checks", "measured");
            assertSpreads(row, "figures", "value");
        }
        assertThat(Files.list(directory.resolve("data"))).isEmpty();
    }

    @Test
    void shouldRunOnlyTheRowsThatAreAskedFor() throws Exception {
        int exitCode = run("--quick", "--dir", directory.toString(), "--rows", "batch,append");

        assertThat(exitCode).as(text.toString()).isZero();
        assertThat(text.toString()).contains("batch: ", "append: ").doesNotContain("lanes: ");
    }

    @Test
    void shouldNameTheArgumentThatItDoesNotUnderstand() throws Exception {
        assertThat(run("--rows", "append,nonsense")).isEqualTo(2);
        assertThat(run("--rounds", "many")).isEqualTo(2);
        assertThat(run("--rounds", "0")).isEqualTo(2);
        assertThat(run("--json")).isEqualTo(2);
        assertThat(run("--fast", "yes")).isEqualTo(2);

        assertThat(text.toString())
                .contains(
                        "row=nonsense", "--rounds=many", "--rounds=0", "argument=--json", "argument=--fast", "usage:");
    }

    private int run(String... arguments) throws Exception {
        return JournalBench.run(new PrintWriter(text), arguments);
    }

    private static void assertSpreads(Map<?, ?> row, String list, String spread) {
        List<?> entries = (List<?>) row.get(list);
        assertThat(entries).as("%s of %s", list, row.get("key")).isNotEmpty();
        for (Object entry : entries) {
            Map<?, ?> values = (Map<?, ?>) ((Map<?, ?>) entry).get(spread);
            assertThat(values.values())
                    .as("%s of %s", entry, row.get("key"))
                    .hasSize(3)
                    .allSatisfy(value -> assertThat((Double) value).isFinite());
        }
    }
}
