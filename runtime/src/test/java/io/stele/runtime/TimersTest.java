package io.stele.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimersTest {
    private final ManualClock clock = ManualClock.start();
    private final Timers timers = new Timers(clock, 4);
    private final List<String> told = new ArrayList<>();
    private final ActorRef<String> ref = told::add;

    private void pass(long ms) {
        clock.advance(Duration.ofMillis(ms));
        timers.tick();
    }

    @Test
    void shouldTellOnceAndNeverEarly() {
        timers.once(Duration.ofMillis(10), ref, "ten");
        timers.once(Duration.ofNanos(1), ref, "one");
        pass(1);
        assertThat(told).containsExactly("one");
        pass(8);
        clock.advance(Duration.ofNanos(999_999));
        timers.tick();
        assertThat(told).containsExactly("one");

        clock.advance(Duration.ofNanos(1));
        timers.tick();
        pass(100_000);
        assertThat(told).containsExactly("one", "ten");
        assertThat(timers.count()).isZero();
    }

    @Test
    void shouldTellAgainAndAgainUntilCancelled() {
        Timer timer = timers.every(Duration.ofMillis(5), Duration.ofMillis(10), ref, "tick");
        pass(5);
        pass(9);
        assertThat(told).hasSize(1);
        pass(1);
        assertThat(told).hasSize(2);
        pass(35);
        assertThat(told).as("what was missed is left out").hasSize(3);
        pass(5);
        assertThat(told).as("and the rhythm stays").hasSize(4);

        assertThat(timer.cancel()).isTrue();
        assertThat(timer.cancel()).isFalse();
        pass(1_000);
        assertThat(told).hasSize(4);
    }

    @Test
    void shouldCancelOnce() {
        Timer timer = timers.once(Duration.ofMillis(10), ref, "never");
        assertThat(timers.count()).isEqualTo(1);
        assertThat(timer.cancel()).isTrue();
        assertThat(timer.cancel()).isFalse();
        assertThat(timers.count()).isZero();
        Timer fired = timers.once(Duration.ZERO, ref, "now");
        pass(20);

        assertThat(told).containsExactly("now");
        assertThat(fired.cancel()).isFalse();
    }

    @Test
    void shouldRefuseWhatIsOutOfRange() {
        assertThatThrownBy(() -> timers.once(Duration.ofMillis(-1), ref, "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> timers.every(Duration.ofNanos(1), ref, "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(timers.count()).isZero();
    }

    /** Random delays up to days, random leaps of the clock, random cancels, compared with a list that is searched. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldTellExactlyWhatIsDue(long seed) {
        record Expected(String name, long atMs, Timer timer) {}
        SplittableRandom random = new SplittableRandom(seed);
        List<Expected> waiting = new ArrayList<>();
        long nowMs = 0;
        for (int round = 0; round < 2_000; round++) {
            String name = "t" + round;
            long delayMs = random.nextInt(8) == 0 ? random.nextLong(200_000_000L) : random.nextLong(3_000);
            waiting.add(new Expected(name, nowMs + delayMs, timers.once(Duration.ofMillis(delayMs), ref, name)));
            if (random.nextInt(4) == 0) {
                assertThat(waiting.remove(random.nextInt(waiting.size()))
                                .timer()
                                .cancel())
                        .as("seed=%d, round=%d", seed, round)
                        .isTrue();
            }
            long leapMs = random.nextInt(200) == 0 ? random.nextLong(20_000_000L) : 1 + random.nextLong(40);
            nowMs += leapMs;
            told.clear();
            pass(leapMs);
            long now = nowMs;
            List<String> due = waiting.stream()
                    .filter(expected -> expected.atMs() <= now)
                    .map(Expected::name)
                    .toList();
            assertThat(told).as("seed=%d, round=%d", seed, round).containsExactlyInAnyOrderElementsOf(due);
            waiting.removeIf(expected -> expected.atMs() <= now);
        }
        assertThat(timers.count()).isEqualTo(waiting.size());
    }

    /** Each is told in the millisecond that it is due in, and none of those that were cancelled, in a heap of a fraction of a gigabyte. */
    @Test
    void shouldKeepAMillionTimers() {
        int count = 1_000_000;
        int horizonMs = 10_000;
        SplittableRandom random = new SplittableRandom(1);
        long[] nowMs = {0};
        int[] fired = {0};
        int[] wrong = {0};
        ActorRef<Integer> checking = dueMs -> {
            fired[0]++;
            if (dueMs != nowMs[0]) {
                wrong[0]++;
            }
            return true;
        };
        int cancelled = 0;
        for (int i = 0; i < count; i++) {
            int dueMs = 1 + random.nextInt(horizonMs);
            Timer timer = timers.once(Duration.ofMillis(dueMs), checking, dueMs);
            if (i % 10 == 0) {
                timer.cancel();
                cancelled++;
            }
        }
        assertThat(timers.count()).isEqualTo(count - cancelled);

        while (nowMs[0] < horizonMs) {
            nowMs[0]++;
            pass(1);
        }

        assertThat(fired[0]).isEqualTo(count - cancelled);
        assertThat(wrong[0]).as("told in another millisecond").isZero();
        assertThat(timers.count()).isZero();
    }

    @Test
    void shouldTellByTheMachinesClockInALivingSystem() {
        ConcurrentLinkedQueue<Long> latenessNs = new ConcurrentLinkedQueue<>();
        try (ActorSystem system = ActorSystem.builder().build()) {
            ActorRef<Long> late = dueNs -> latenessNs.add(System.nanoTime() - dueNs);
            for (int i = 0; i < 200; i++) {
                long delayNs = i * 250_000L;
                system.timers().once(Duration.ofNanos(delayNs), late, System.nanoTime() + delayNs);
            }
            World.eventually("all were told", () -> latenessNs.size() == 200);
            assertThat(latenessNs).as("never early").allMatch(ns -> ns >= 0);
        }
    }

    @Test
    void shouldStopTellingAnActorThatHasStopped() {
        SeededTurns turns = SeededTurns.of(1);
        try (ActorSystem system =
                ActorSystem.builder().turns(turns).clock(clock).build()) {
            ActorRef<String> actor = system.spawn("stopper", () -> (message, context) -> context.stop());
            system.timers().every(Duration.ofMillis(10), actor, "stop");
            for (int i = 0; i < 3; i++) {
                clock.advance(Duration.ofMillis(10));
                turns.tick();
            }
            assertThat(system.timers().count()).isZero();
        }
    }
}
