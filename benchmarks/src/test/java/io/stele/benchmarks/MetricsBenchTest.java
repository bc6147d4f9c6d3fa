package io.stele.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs every row with tiny counts: that counting counts, and that the page is really open. */
class MetricsBenchTest {
    @TempDir
    Path directory;

    @Test
    void shouldMeasureWhatCountingAndAnOpenPageCost() throws Exception {
        StringWriter text = new StringWriter();

        int exitCode =
                JournalBench.run(new PrintWriter(text), MetricsBench.ROWS, "--quick", "--dir", directory.toString());

        assertThat(exitCode).as(text.toString()).isZero();
        assertThat(text.toString()).contains("metrics-tell: ", "metrics-persist: ", "page-persist: ");
        assertThat(Files.list(directory)).isEmpty();
    }
}
