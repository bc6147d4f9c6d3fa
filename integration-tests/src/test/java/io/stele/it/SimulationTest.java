package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.testkit.Fault;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The simulation of the journal, many seeds of it. A seed that fails is run alone with {@code ./stele crash-test --seed}. */
@Tag("slow")
final class SimulationTest {
    private static final int SEEDS = Integer.getInteger("stele.seeds", 2_000);
    private static final long FIRST_SEED = Long.getLong("stele.firstSeed", 1);

    @Test
    @Fault({"F01", "F02", "F03", "F04", "F08", "F09", "F13", "F22"})
    void shouldKeepItsPromisesThroughEveryCrash() {
        SimulationCampaign.Result result = SimulationCampaign.journal(FIRST_SEED, SEEDS);

        assertThat(result.violations()).isEmpty();
        assertThat(result.total().crashes).as(result.summary()).isGreaterThan(15L * SEEDS);
    }
}
