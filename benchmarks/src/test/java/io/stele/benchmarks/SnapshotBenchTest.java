package io.stele.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs both rows with tiny counts: that they work, and that snapshots are really taken. */
class SnapshotBenchTest {
    @TempDir
    Path directory;

    @Test
    void shouldMeasureBothTiers() throws Exception {
        StringWriter text = new StringWriter();

        int exitCode = SnapshotBench.run(new PrintWriter(text), "--quick", "--dir", directory.toString());

        assertThat(exitCode).as(text.toString()).isZero();
        assertThat(text.toString())
                .contains("snapshots-process-crash: ", "snapshots-power-loss: ", "p99.9 / without snapshots")
                .containsPattern("snapshots saved per 100 events.*0\\.[0-9]*[1-9]");
        assertThat(Files.list(directory)).isEmpty();
    }
}
