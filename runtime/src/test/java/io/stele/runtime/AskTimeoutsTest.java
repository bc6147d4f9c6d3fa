package io.stele.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When asks that nobody answers fail. */
final class AskTimeoutsTest {
    private static final long TICK_MS = 10;

    private final ManualClock clock = ManualClock.start();
    private final AskTimeouts timeouts = new AskTimeouts(clock);

    /** Time passes in steps at random: nobody fails early, nobody later than a tick and a step, whoever is answered not at all. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldFailNobodyEarlyAndEverybodySoon(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Ask<String>> asks = new ArrayList<>();
        List<Long> dueMs = new ArrayList<>();
        long nowMs = 0;
        for (int round = 0; round < 2_000; round++) {
            if (round < 1_000) {
                Ask<String> ask = new Ask<>("question");
                long timeoutMs = 1L + random.nextInt(3_000);
                ask.withTimeout(Duration.ofMillis(timeoutMs), "somebody", timeouts);
                asks.add(ask);
                dueMs.add(nowMs + timeoutMs);
                if (random.nextInt(4) == 0) {
                    asks.get(random.nextInt(asks.size())).tell("answer");
                }
            }
            long stepMs = random.nextInt(40);
            clock.advance(Duration.ofMillis(stepMs));
            nowMs += stepMs;
            timeouts.tick();
            for (int i = 0; i < asks.size(); i++) {
                String what = "seed=" + seed + ", round=" + round + ", ask=" + i;
                if (nowMs < dueMs.get(i)) {
                    assertThat(asks.get(i).isCompletedExceptionally()).as(what).isFalse();
                } else if (nowMs > dueMs.get(i) + 2 * TICK_MS + 40) {
                    assertThat(asks.get(i)).as(what).isDone();
                }
            }
        }
    }

    @Test
    void shouldFailWhateverStillWaitsWhenItIsClosed() {
        Ask<String> ask = new Ask<>("question");
        ask.withTimeout(Duration.ofHours(1), "somebody", timeouts);
        timeouts.tick();
        Ask<String> late = new Ask<>("question");
        late.withTimeout(Duration.ofHours(1), "somebody", timeouts);

        timeouts.close();

        for (Ask<String> one : List.of(ask, late)) {
            assertThatThrownBy(one::join)
                    .hasCauseInstanceOf(AskTimeoutException.class)
                    .hasMessageContaining("actor=somebody");
        }
    }
}
