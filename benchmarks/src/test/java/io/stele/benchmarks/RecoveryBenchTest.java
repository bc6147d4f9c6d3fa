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

/** Runs the table with tiny counts: that every row works, not how fast anything is. */
@Tag("slow")
class RecoveryBenchTest {

    @TempDir
    Path directory;

    @Test
    void shouldGiveFiguresForEveryRow() throws Exception {
        StringWriter text = new StringWriter();
        Path data = directory.resolve("data");
        Path json = directory.resolve("figures.json");

        int exitCode = JournalBench.run(
                new PrintWriter(text),
                RecoveryBench.ROWS,
                "--quick",
                "--dir",
                data.toString(),
                "--json",
                json.toString());

        assertThat(exitCode).as(text.toString()).isZero();
        List<?> rows = (List<?>) ((Map<?, ?>) Json.parse(Files.readString(json))).get("rows");
        assertThat(rows)
                .extracting(row -> ((Map<?, ?>) row).get("key"))
                .isEqualTo(List.of(
                        "one-actor",
                        "many-actors",
                        "snapshot",
                        "restart",
                        "heap",
                        "recover-1-1000000",
                        "recover-10000-100"));
        assertThat(Files.list(data)).isEmpty();
    }
}
