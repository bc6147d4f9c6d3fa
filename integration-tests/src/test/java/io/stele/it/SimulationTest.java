package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stele.journal.BitSurvey;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many seeds of every campaign that runs in this process; {@code -Dstele.share=1} for 2,000 of them, an eighth of that otherwise. A
 * seed that fails is run alone with {@code ./stele crash-test}.
 */
@Tag("slow")
final class SimulationTest {

    private static final int SHARE = Integer.getInteger("stele.share", 8);
    private static final int SEEDS = Integer.getInteger("stele.seeds", 2_000 / SHARE);
    private static final long FIRST_SEED = Long.getLong("stele.firstSeed", 1);

    @Test
    @Fault({"F01", "F02", "F03", "F04", "F08", "F09", "F13", "F22"})
    void shouldKeepTheJournalThroughEveryCrash() {
        SimulationCampaign.Result result = SimulationCampaign.journal(FIRST_SEED, SEEDS);

        assertThat(result.violations()).isEmpty();
        assertThat(result.total().crashes).as(result.summary()).isGreaterThan(15L * SEEDS);
    }

    @Test
    @Fault({"F01", "F02", "F04", "F12", "F13", "F14", "F17", "F20", "F27"})
    void shouldKeepItsWordThroughEveryCrash() {
        SimulationCampaign.Result result = SimulationCampaign.node(FIRST_SEED, SEEDS / 4);

        assertThat(result.violations()).isEmpty();
        assertThat(result.total().crashes).as(result.summary()).isGreaterThan(10L * SEEDS / 4);
        assertThat(result.total().timersFired).as(result.summary()).isGreaterThan(5L * SEEDS / 4);
        assertThat(result.total().restarts).as(result.summary()).isGreaterThan(2L * SEEDS / 4);
        assertThat(result.total().passivations).as(result.summary()).isGreaterThan(5L * SEEDS / 4);
    }

    @Test
    void shouldDoTheSameOnEveryJdk() throws IOException {
        Optional<Path> other = Trace.otherJava();
        assumeTrue(other.isPresent(), "needs a second JDK in /usr/lib/jvm");

        assertThat(Trace.lineOf(other.orElseThrow())).isEqualTo(Trace.line());
    }

    @Test
    @Fault({"F08", "F19", "F21"})
    void shouldNoticeWhateverIsBrokenInStoresAndKeys() {
        int seeds = Math.max(1, 16 / SHARE);

        SimulationCampaign.Result result = SimulationCampaign.stores(FIRST_SEED, seeds);

        assertThat(result.violations()).isEmpty();
        assertThat(result.total().detected + result.total().harmless).isEqualTo((long) seeds * StoreSurvey.MUTATIONS);
    }

    @Test
    @Fault("F05")
    void shouldNoticeFlippedBitsOfASegment() throws IOException {
        Path root = SimulationCampaign.root();
        try {
            BitSurvey.Result result = BitSurvey.run(root, SHARE == 1 ? 1 : 61, done -> {});

            assertThat(result.fileBytes()).isGreaterThanOrEqualTo(256 << 10);
            assertThat(result.noticed()).isGreaterThan(result.bits() / 2);
            assertThat(result.noticed() + result.harmless()).isEqualTo(result.bits());
        } finally {
            SimulationCampaign.delete(root);
        }
    }

    @Test
    @Fault({"F05", "F06", "F07", "F08", "F11"})
    void shouldNoticeWhateverIsBroken() {
        int seeds = SEEDS / 10;

        SimulationCampaign.Result result = SimulationCampaign.survey(FIRST_SEED, seeds);

        assertThat(result.violations()).isEmpty();
        assertThat(result.total().detected + result.total().harmless)
                .isEqualTo((long) seeds * CorruptionSurvey.MUTATIONS);
        assertThat(result.total().detected).isGreaterThan((long) seeds * CorruptionSurvey.MUTATIONS / 4);
    }
}
