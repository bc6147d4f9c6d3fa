package io.stele.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.PersistenceId;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Plans add up, and rates are believed only once there is enough of them. */
final class RecoveryPlanTest {
    /** 100 ns per event, 50 µs per actor. */
    private static final RecoveryRates RATES = new RecoveryRates(100, 10_000, 1_000_000, 1_000_000, 5_000_000);

    private static RecoveryPlan.Actor actor(int id, long last, long snapshot) {
        return new RecoveryPlan.Actor(new PersistenceId("a", "" + id), last, snapshot, last * 80);
    }

    @Test
    void shouldAddUpWhatIsBehindTheSnapshots() {
        RecoveryPlan plan = RecoveryPlan.builder(2, 0, RATES)
                .add(actor(1, 1_000, 900))
                .add(actor(2, 500, 0))
                .add(actor(3, 10, 10))
                .build();

        assertThat(plan.actorCount()).isEqualTo(3);
        assertThat(plan.withSnapshotCount()).isEqualTo(2);
        assertThat(plan.eventCount()).isEqualTo(600);
        assertThat(plan.eventBytes()).isEqualTo(600 * 80);
        assertThat(plan.durationNs()).isEqualTo((600 * 100 + 3 * 50_000) / 2);
        assertThat(plan.slowest()).extracting(RecoveryPlan.Actor::eventCount).containsExactly(500L, 100L, 0L);
    }

    @Test
    void shouldTakeAsLongAsTheSlowestActorHoweverManyPermits() {
        RecoveryPlan plan = RecoveryPlan.builder(8, 0, RATES)
                .add(actor(1, 1_000_000, 0))
                .add(actor(2, 10, 0))
                .build();

        assertThat(plan.durationNs()).isEqualTo(1_000_000 * 100L + 50_000);
    }

    @Test
    void shouldTakeAsLongAsTheBudgetAsksFor() {
        RecoveryPlan plan =
                RecoveryPlan.builder(8, 8_000, RATES).add(actor(1, 1_000, 0)).build();

        assertThat(plan.durationNs()).isEqualTo(TimeUnit.SECONDS.toNanos(10));
    }

    @Test
    void shouldListNoMoreThanTheSlowest() {
        RecoveryPlan.Builder builder = RecoveryPlan.builder(1, 0, RATES);
        for (int i = 0; i < 100; i++) {
            builder.add(actor(i, i, 0));
        }

        assertThat(builder.build().slowest())
                .hasSize(RecoveryPlan.SLOWEST_COUNT_MAX)
                .isSortedAccordingTo((a, b) -> Long.compare(b.eventCount(), a.eventCount()))
                .first()
                .isEqualTo(actor(99, 99, 0));
    }

    @Test
    void shouldAssumeThatRecoveryIsSlowUntilItWasMeasured() {
        RecoveryRates few = new RecoveryRates(1, 10, 100, 10, 10);

        assertThat(few.isMeasured()).isFalse();
        assertThat(few.nsPerEvent()).isGreaterThan(RATES.nsPerEvent());
        assertThat(RATES.plus(few).isMeasured()).isTrue();
        assertThat(RATES.plus(RATES).halved()).isEqualTo(RATES);
    }

    @Test
    void shouldRefuseAPlanWithoutPermits() {
        assertThatThrownBy(() -> RecoveryPlan.builder(0, 0, RATES)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RecoveryPlan.builder(1, -1, RATES)).isInstanceOf(IllegalArgumentException.class);
    }
}
