package io.stele.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs a few rows with tiny counts: each side in a JVM of its own, the limits beside ours. */
final class ActorBenchTest {
    @TempDir
    Path directory;

    @Test
    void shouldCompareWithTheLimits() throws Exception {
        StringWriter text = new StringWriter();

        int exitCode = JournalBench.run(
                new PrintWriter(text),
                ActorBench.ROWS,
                "--quick",
                "--dir",
                directory.toString(),
                "--rows",
                "tell-1-1,persist-process_crash-1-1000,persist-power_loss-1-1");

        assertThat(exitCode).as(text.toString()).isZero();
        assertThat(text.toString())
                .contains("rate / raw MPSC queue", "rate / raw writeBytes", "median / one fdatasync", "B/op");
    }
}
