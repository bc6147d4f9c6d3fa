package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.tools.KillPlan.Kill;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills come in order, within the run, and now and then during a start that follows a kill. */
class KillPlanTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldSpreadKillsOverTheRun(long seed) {
        List<Kill> kills = KillPlan.of(seed, 200, 10_000);

        assertThat(kills).as("seed=%d", seed).hasSize(200).isEqualTo(KillPlan.of(seed, 200, 10_000));
        assertThat(kills).isSortedAccordingTo(Comparator.comparingInt(Kill::answeredCount));
        assertThat(kills).allMatch(kill -> kill.answeredCount() >= 0 && kill.answeredCount() < 9_800);
        assertThat(kills.get(0).answeredCount()).as("seed=%d", seed).isLessThan(1_000);
        assertThat(kills.get(199).answeredCount()).as("seed=%d", seed).isGreaterThan(9_000);
        assertThat(kills.stream().filter(Kill::isDuringStart)).hasSize(50);
        assertThat(kills.get(0).isDuringStart()).isFalse();
    }

    @Test
    void shouldPlanFewKillsToo() {
        assertThat(KillPlan.of(1, 0, 10)).isEmpty();
        assertThat(KillPlan.of(1, 1, 1)).hasSize(1).noneMatch(Kill::isDuringStart);
    }
}
