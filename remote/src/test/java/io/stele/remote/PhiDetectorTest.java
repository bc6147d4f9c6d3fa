package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The detector against the definition of Hayashibara, Défago, Yared and Katayama, "The φ Accrual Failure Detector" (SRDS 2004), §4:
 * φ(t) = −log10 P(later than t), P the tail of the normal distribution, whose values are from a table.
 */
final class PhiDetectorTest {
    private static final long MS = 1_000_000;

    private static final long PAUSE_NS = 3_000 * MS;

    /** It begins with 750 ms and 1250 ms: mean 1000 ms, deviation 250 ms. */
    @ParameterizedTest
    @CsvSource({
        "-3, 0.000587",
        "-1, 0.075028",
        "0, 0.301030",
        "1, 0.799546",
        "1.2816, 1.0",
        "2, 1.643016",
        "2.3263, 2.0",
        "3, 2.869692"
    })
    void shouldBeThatOfTheNormalDistribution(double deviations, double phi) {
        PhiDetector detector = new PhiDetector(1_000 * MS, PAUSE_NS);
        detector.restart(0);

        long silentNs = (long) (1_000 * MS + PAUSE_NS + deviations * 250 * MS);

        assertThat(detector.phi(silentNs)).isCloseTo(phi, offset(0.05));
    }

    @Test
    void shouldGrowWithoutBoundAndStayFinite() {
        PhiDetector detector = new PhiDetector(1_000 * MS, PAUSE_NS);
        detector.restart(0);

        double before = 0;
        for (long silentMs = 4_000; silentMs < 1_000_000; silentMs += 1_000) {
            double phi = detector.phi(silentMs * MS);
            assertThat(phi).as("silentMs=%d", silentMs).isGreaterThan(before).isFinite();
            before = phi;
        }
    }

    @Test
    void shouldLearnHowRegularAPeerIs() {
        PhiDetector regular = new PhiDetector(1_000 * MS, 1);
        PhiDetector irregular = new PhiDetector(1_000 * MS, 1);
        long nowNs = 0;
        for (int i = 0; i < 200; i++) {
            nowNs += 1_000 * MS;
            regular.onHeard(nowNs);
            irregular.onHeard(nowNs + (i % 2 == 0 ? 400 * MS : 0));
        }

        assertThat(regular.phi(nowNs + 2_000 * MS)).isGreaterThan(8); // deviation at its least: a tenth of a heartbeat
        assertThat(irregular.phi(nowNs + 2_000 * MS)).isBetween(1.5, 4.0); // deviation 400 ms, 2.5 of them
    }

    @Test
    void shouldSuspectNobodyItHasNotHeardOf() {
        assertThat(new PhiDetector(1_000 * MS, PAUSE_NS).phi(Long.MAX_VALUE)).isZero();
    }
}
