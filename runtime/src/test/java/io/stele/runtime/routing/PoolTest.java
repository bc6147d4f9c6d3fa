package io.stele.runtime.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.runtime.Actor;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Context;
import io.stele.runtime.SeededTurns;
import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PoolTest {
    private final SeededTurns turns = SeededTurns.of(3);
    private final ManualClock clock = ManualClock.start();
    private final Set<String> stopped = new HashSet<>();
    private final List<Integer> handled = new ArrayList<>();

    private final class Worker implements Actor<Integer> {
        @Override
        public void onMessage(Integer message, Context<Integer> context) {
            if (message < 0) {
                context.stop();
            } else {
                handled.add(message);
            }
        }

        @Override
        public void postStop(Context<Integer> context) {
            stopped.add(context.path());
        }
    }

    private void pass(int ms) {
        clock.advance(Duration.ofMillis(ms));
        turns.tick();
    }

    @Test
    void shouldGrowAndShrinkWithoutLosingAnything() {
        try (ActorSystem system =
                ActorSystem.builder().turns(turns).clock(clock).build()) {
            Pool<Integer> pool = Pool.of(system, "worker", 2, Worker::new, Routing.roundRobin());
            pool.resize(6);
            assertThat(pool.router().routees()).hasSize(6);
            for (int i = 0; i < 600; i++) {
                assertThat(pool.router().tell(i)).isTrue();
            }
            pool.resize(1);
            assertThat(pool.size()).isEqualTo(1);
            turns.runUntilIdle();
            pass(200);
            pass(200);
            assertThat(stopped).hasSize(5).doesNotContain("/worker-1");
            assertThat(handled)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 600).boxed().toList());
            assertThat(system.timers().count()).isZero();
            assertThatThrownBy(() -> pool.resize(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldReplaceOneThatHasStoppedWhenItIsResized() {
        try (ActorSystem system =
                ActorSystem.builder().turns(turns).clock(clock).build()) {
            Pool<Integer> pool = Pool.of(system, "worker", 3, Worker::new, Routing.roundRobin());
            pool.router().tell(-1);
            turns.runUntilIdle();
            assertThat(pool.size()).isEqualTo(2);
            assertThat(pool.router().routees()).hasSize(2);

            pool.resize(3);
            assertThat(pool.router().routees()).extracting(ActorRef::toString).contains("/worker-4");
        }
    }
}
