package io.stele.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the first benchmark for a moment: that it works, not how fast anything is. */
class PersistAndReplyBenchmarkTest {

    @Test
    void shouldGiveFiniteFigures() throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(PersistAndReplyBenchmark.class.getSimpleName())
                        .param("actors", "10")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(50))
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .build())
                .run();

        assertThat(results)
                .hasSize(4)
                .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore())
                        .isFinite()
                        .isPositive());
    }

    @Test
    void shouldFindHowLongARecordIs() throws Exception {
        int recordBytes = Counter.recordBytes();

        assertThat(recordBytes).isBetween(100 + 56, 300);
        assertThat(recordBytes % 4).isZero();
    }
}
