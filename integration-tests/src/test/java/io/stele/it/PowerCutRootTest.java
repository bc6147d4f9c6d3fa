package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real file systems that lose their power. A few here; {@code ./stele crash-test} does more of them. */
@Tag("slow")
final class PowerCutRootTest {
    private final Path root = SimulationCampaign.root();

    @BeforeEach
    void requireRoot() {
        assumeTrue(PowerCampaign.isPossible(), "needs root, loop devices and xfsprogs");
    }

    @AfterEach
    void delete() {
        SimulationCampaign.delete(root);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    @Fault({"F02", "F03"})
    void shouldKeepWhatWasAcknowledgedThroughACut(String fileSystem) throws IOException {
        PowerCampaign.Result result = PowerCampaign.cut(root, fileSystem, 1);
        result = result.plus(PowerCampaign.cut(root, fileSystem, 2));

        assertThat(result.acknowledged()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    @Fault({"F02", "F03"})
    void shouldKeepWhatWasAcknowledgedInEveryImage(String fileSystem) throws IOException {
        PowerCampaign.Result result = PowerCampaign.images(root, fileSystem, 1, 15);

        assertThat(result.cuts()).isEqualTo(15);
        assertThat(result.acknowledged()).isPositive();
    }

    /** The harness must be able to find something: a raw queue whose sync is believed loses what lies in front of a block. */
    @Test
    void shouldFindOutThatARawQueueLosesEvents() throws IOException {
        assertThat(PowerCampaign.lostByRawQueue(root, "ext4", 1)).isPositive();
    }
}
