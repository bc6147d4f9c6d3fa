package io.stele.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** The bench about many actors measures, and no command of it fails. */
final class ScaleBenchTest {

    @Test
    void shouldMeasureEveryTenth() throws Exception {
        StringWriter text = new StringWriter();

        long failed = ScaleBench.run(new PrintWriter(text), 50, 500);

        assertThat(failed).isZero();
        assertThat(text.toString().lines()).hasSize(10).allMatch(line -> line.contains("commands/s"));
    }
}
