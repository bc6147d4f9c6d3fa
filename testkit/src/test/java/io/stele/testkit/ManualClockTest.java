package io.stele.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ManualClockTest {

    @Test
    void shouldStandStillUntilItIsAdvanced() {
        ManualClock clock = ManualClock.startAt(1_000);
        long before = clock.nanoTime();

        clock.advance(Duration.ofMillis(250));

        assertThat(clock.epochMs()).isEqualTo(1_250);
        assertThat(clock.nanoTime() - before).isEqualTo(250_000_000);
    }

    @Test
    void shouldMoveTheWallClockAlone() {
        ManualClock clock = ManualClock.startAt(1_000_000);
        long before = clock.nanoTime();

        clock.jumpWallClock(Duration.ofSeconds(-10));
        assertThat(clock.epochMs()).isEqualTo(990_000);

        clock.setWallClock(5);
        assertThat(clock.epochMs()).isEqualTo(5);
        assertThat(clock.nanoTime()).isEqualTo(before);
    }

    @Test
    void shouldGoOnWhereTheMonotonicTimeWraps() {
        ManualClock clock = ManualClock.start();
        long before = clock.nanoTime();
        long beforeMs = clock.epochMs();

        clock.advance(Duration.ofHours(1));

        assertThat(clock.nanoTime()).isNegative();
        assertThat(clock.nanoTime() - before).isEqualTo(Duration.ofHours(1).toNanos());
        assertThat(clock.epochMs() - beforeMs).isEqualTo(Duration.ofHours(1).toMillis());
    }

    @Test
    void shouldRefuseToRunBackwards() {
        ManualClock clock = ManualClock.start();
        long before = clock.nanoTime();

        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);

        assertThat(clock.nanoTime()).isEqualTo(before);
    }
}
