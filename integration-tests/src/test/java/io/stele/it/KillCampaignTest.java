package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, killed; {@code -Dstele.share=1} for all 200 of them, an eighth of that otherwise. */
@Tag("slow")
final class KillCampaignTest {
    private static final int SHARE = Integer.getInteger("stele.share", 8);

    @TempDir
    Path directory;

    @Test
    @Fault("F01")
    void shouldLoseNothingWhenKilledAtRandom() throws IOException {
        KillCampaign.Result result = KillCampaign.random(directory, 1, 150 / SHARE, List.of());

        assertThat(result.kills()).isEqualTo(150 / SHARE);
        assertThat(result.acknowledged()).isPositive();
    }

    @Test
    @Fault("F01")
    void shouldLoseNothingWhenKilledAsProcessOne() throws IOException {
        assumeTrue(KillCampaign.hasNamespaces(), "needs root, for a process namespace of its own");

        KillCampaign.Result result = KillCampaign.random(directory, 2, 50 / SHARE, KillCampaign.AS_PROCESS_ONE);

        assertThat(result.acknowledged()).isPositive();
    }

    /** All places are killed at with {@code -Dstele.share=1}, every fourth one otherwise. */
    @Test
    @Fault({"F01", "F22"})
    void shouldLoseNothingAtPlacesThatChangeTheDisk() throws IOException {
        PointsCampaign.Result result = PointsCampaign.run(directory, 1, 1, SHARE == 1 ? 1 : 4);

        assertThat(result.places()).isGreaterThan(100);
        assertThat(result.reached()).isGreaterThanOrEqualTo(80);
        assertThat(result.kills()).isGreaterThanOrEqualTo(result.reached() / (SHARE == 1 ? 1 : 4));
    }

    @Test
    @Fault({"F01", "F04"})
    void shouldLoseNothingWhenAForceKillsOrFails() throws IOException {
        assumeTrue(KillCampaign.hasStrace(), "needs strace, and the right to trace");

        for (int n = 1; n <= Math.max(1, 12 / SHARE); n++) {
            assertThat(KillCampaign.atForce(directory, n).events()).isPositive();
            KillCampaign.Result failed = KillCampaign.failingForce(directory, n);
            assertThat(failed.acknowledged()).isLessThanOrEqualTo(failed.events());
        }
    }
}
