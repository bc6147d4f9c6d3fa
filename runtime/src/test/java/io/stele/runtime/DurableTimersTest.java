package io.stele.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.recovery.DurableTimer;
import io.stele.runtime.Alarm.Cancel;
import io.stele.runtime.Alarm.Get;
import io.stele.runtime.Alarm.How;
import io.stele.runtime.Alarm.SetAlarm;
import io.stele.runtime.Alarm.Unlock;
import io.stele.spi.Durability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurableTimersTest {
    private final AlarmWorld world = new AlarmWorld();

    private static SetAlarm set(String name, long delayMs, How how) {
        return new SetAlarm(name, delayMs, how, true);
    }

    @Test
    void shouldFireAtItsMillisecondAndNotBefore() {
        long dueMs = world.tell("1", new SetAlarm("tea", 1_000));
        world.pass(999);
        assertThat(world.rings("1").names()).isEmpty();

        world.pass(1);
        assertThat(world.rings("1").timesMs()).containsExactly(dueMs);
        world.pass(100_000);
        assertThat(world.rings("1").names()).containsExactly("tea");
        assertThat(world.system.durableTimers().list()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"POWER_LOSS", "PROCESS_CRASH"})
    void shouldFireAfterACrashThoughNobodyTouchesItsActor(Durability survives) {
        world.tell("1", new SetAlarm("tea", 1_000));
        world.tell("2", new SetAlarm("egg", 5_000, How.RING, false));
        world.crash(survives);
        world.turns.tick();
        assertThat(world.system.activeEntityCount()).isZero();

        world.pass(4_000);

        assertThat(world.rings("1").names()).containsExactly("tea");
        assertThat(world.rings("2").names()).isEmpty();
        world.crash(survives);
        world.pass(1_000);
        assertThat(world.rings("2").names()).containsExactly("egg");
        assertThat(world.rings("1").names()).containsExactly("tea");
    }

    @Test
    void shouldStartFromTheIndexAfterAGoodClose() {
        world.tell("1", new SetAlarm("tea", 1_000));
        world.restart();
        assertThat(world.system.durableTimers().actorCount()).isEqualTo(1);
        world.pass(1_000);
        assertThat(world.rings("1").names()).containsExactly("tea");

        world.restart();
        world.turns.tick();
        assertThat(world.system.durableTimers().actorCount()).isZero();
    }

    @Test
    void shouldCancelAndReplace() {
        world.tell("1", new SetAlarm("tea", 1_000));
        world.tell("1", new SetAlarm("egg", 1_000));
        world.tell("1", new SetAlarm("egg", 3_000));
        world.tell("1", new Cancel("tea"));
        world.crash(Durability.POWER_LOSS);
        world.pass(2_999);
        assertThat(world.rings("1").names()).isEmpty();

        world.pass(1);
        assertThat(world.rings("1").names()).containsExactly("egg");
    }

    @Test
    void shouldFireInTheOrderOfTheirTimes() {
        world.tell("1", new SetAlarm("c", 30));
        world.tell("1", new SetAlarm("a", 10));
        world.tell("1", new SetAlarm("b", 20));

        world.pass(100);

        assertThat(world.rings("1").names()).containsExactly("a", "b", "c");
    }

    @ParameterizedTest
    @EnumSource(
            value = How.class,
            names = {"NOTHING", "REJECT"})
    void shouldBeGoneThoughItLedToNoEvent(How how) {
        world.tell("1", set("tea", 10, how));
        world.pass(10);
        assertThat(world.alarm.tries).hasValue(1);

        world.journal.syncAll();
        world.crash(Durability.POWER_LOSS);
        world.pass(1_000_000);
        assertThat(world.alarm.tries).hasValue(0);
        assertThat(world.system.durableTimers().list()).isEmpty();
    }

    @Test
    void shouldTryAgainWhileOthersFireInTime() {
        world.tell("1", set("bad", 10, How.THROW_TWICE));
        world.tell("1", new SetAlarm("good", 20));
        world.pass(10);
        world.pass(10);
        assertThat(world.rings("1").names()).containsExactly("good");

        world.pass(10_000);
        world.pass(10_000);
        assertThat(world.rings("1").names()).containsExactly("good", "bad");
    }

    @Test
    void shouldFireOnceThoughItWasPutBack() {
        world.tell("1", set("tea", 10, How.STASH_ONCE));
        world.pass(10);
        world.pass(100_000);
        assertThat(world.rings("1").names()).isEmpty();

        world.tell("1", new Unlock());
        world.pass(100_000);
        assertThat(world.rings("1").names()).containsExactly("tea");
    }

    @Test
    void shouldFireOnceThoughItTakesItsTime() {
        world.tell("1", set("tea", 10, How.ASYNC));
        world.pass(10);
        world.pass(20_000);
        world.alarm.later.complete(true);
        world.turns.tick();
        world.pass(100_000);

        assertThat(world.rings("1").names()).containsExactly("tea");
        assertThat(world.alarm.tries).hasValue(1);
    }

    @Test
    void shouldStartItselfAnew() {
        world.tell("1", set("tea", 10, How.AGAIN));
        for (int i = 0; i < 5; i++) {
            world.pass(10);
        }
        world.crash(Durability.PROCESS_CRASH);
        world.pass(10);

        assertThat(world.rings("1").names()).hasSize(6);
    }

    @Test
    void shouldListWhatThereIs() {
        long teaMs = world.tell("1", new SetAlarm("tea", 2_000));
        long eggMs = world.tell("2", new SetAlarm("egg", 1_000));

        assertThat(world.system.durableTimers().list())
                .extracting(DurableTimer::persistenceId, DurableTimer::name, DurableTimer::dueMs)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(AlarmWorld.id("2"), "egg", eggMs),
                        org.assertj.core.groups.Tuple.tuple(AlarmWorld.id("1"), "tea", teaMs));
        assertThat(TimerHistory.read(world.journal, world.snapshots, AlarmWorld.id("1")))
                .singleElement()
                .satisfies(timer -> assertThat(timer.type().name()).isEqualTo("ring"));
        assertThat(world.system.durableTimers().of(AlarmWorld.id("3"))).isEmpty();
    }

    /** The events that started it are compacted away, and the index is lost: only the snapshot knows. */
    @Test
    void shouldBeCarriedBySnapshots() {
        AlarmWorld snapshotting = new AlarmWorld(1, 1);
        snapshotting.tell("1", new SetAlarm("tea", 10_000));
        snapshotting.tell("1", new SetAlarm("egg", 20_000));
        snapshotting.tell("1", new Cancel("egg"));
        snapshotting.tell("1", new SetAlarm("milk", 5));
        snapshotting.pass(10);
        snapshotting.snapshots.flush();
        snapshotting.journal.compactBelow(AlarmWorld.id("1"), 4);
        snapshotting.crash(Durability.POWER_LOSS);
        assertThat(snapshotting.tell("1", new Get()).names()).containsExactly("milk");

        snapshotting.pass(30_000);

        assertThat(snapshotting.rings("1").names()).containsExactly("milk", "tea");
    }

    @Test
    void shouldWaitUntilItsKindOfActorIsRegistered() {
        world.tell("1", new SetAlarm("tea", 10));
        world.crashWithoutRegistering(Durability.POWER_LOSS);
        world.pass(50_000);
        assertThat(world.rings("1").names()).isEmpty();

        world.register();
        world.turns.tick();
        assertThat(world.rings("1").names()).containsExactly("tea");
    }

    @Test
    void shouldNotFireBeforeTheWallClockSaysSo() {
        world.tell("1", new SetAlarm("tea", 10_000));
        world.clock.jumpWallClock(Duration.ofHours(-1));
        world.pass(10_000);
        assertThat(world.rings("1").names()).isEmpty();

        world.clock.jumpWallClock(Duration.ofHours(1));
        world.turns.tick();
        assertThat(world.rings("1").names()).containsExactly("tea");
    }

    @Test
    void shouldRefuseWhatCannotBeStored() {
        record NotStorable(Object anything) implements Command<Done> {}
        assertThatThrownBy(() -> new TimerChange("", 1, true, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TimerChange("x", -1, true, null)).isInstanceOf(IllegalArgumentException.class);
        Effect<Object, Object, Done> refusal = new Effect<>(Effect.Kind.REJECT, List.of());
        assertThatThrownBy(() -> refusal.startTimer("x", Duration.ZERO, new NotStorable(1)))
                .isInstanceOf(IllegalStateException.class);
    }

    /** The append that stores the firing fails, at every place where one can: it is carried out once in the end. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void shouldFireOnceWhicheverAppendFails(int n) {
        for (boolean written : new boolean[] {false, true}) {
            AlarmWorld failing = new AlarmWorld(2, n);
            failing.tell("1", new SetAlarm("a", 10));
            failing.tell("1", new SetAlarm("b", 20));
            failing.tell("1", new SetAlarm("c", 30));
            if (written) {
                failing.journal.failAppendAfterWritingAt(n);
            } else {
                failing.journal.failAppendAt(n);
            }
            for (int i = 0; i < 4; i++) {
                failing.pass(10);
            }
            failing.crash(Durability.PROCESS_CRASH);
            failing.pass(600_000);

            assertThat(failing.rings("1").names())
                    .as("n=%d, written=%b", n, written)
                    .containsExactlyInAnyOrder("a", "b", "c");
        }
    }

    /** Random timers, times, crashes and flushes: each timer that was acknowledged and not cancelled fires once, never early. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void shouldFireEachTimerOnceThroughAnyCrashes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        AlarmWorld any = new AlarmWorld(random.nextInt(4), seed);
        Map<String, Long> dueMs = new HashMap<>();
        List<String> cancelled = new ArrayList<>();
        for (int step = 0; step < 120; step++) {
            String actor = Integer.toString(random.nextInt(3));
            String name = actor + "-" + step;
            switch (random.nextInt(8)) {
                case 0, 1, 2 ->
                    dueMs.put(
                            name,
                            any.tell(actor, new SetAlarm(name, random.nextInt(2_000), How.RING, random.nextBoolean())));
                case 3 -> {
                    String victim = dueMs.keySet().stream()
                            .filter(other -> other.startsWith(actor + "-"))
                            .sorted()
                            .skip(random.nextInt(5))
                            .findFirst()
                            .orElse("none");
                    any.tell(actor, new Cancel(victim));
                    if (dueMs.containsKey(victim) && !any.rings(actor).names().contains(victim)) {
                        cancelled.add(victim);
                        dueMs.remove(victim);
                    }
                }
                case 4, 5 -> any.pass(random.nextInt(1_500));
                case 6 -> {
                    any.system.durableTimers().keep();
                    any.index.flush();
                }
                default -> any.crash(random.nextBoolean() ? Durability.POWER_LOSS : Durability.PROCESS_CRASH);
            }
        }
        any.pass(100_000);
        any.pass(100_000);

        List<String> rung = new ArrayList<>();
        for (String actor : List.of("0", "1", "2")) {
            Alarm.Rings rings = any.rings(actor);
            rung.addAll(rings.names());
            for (int i = 0; i < rings.names().size(); i++) {
                assertThat(rings.timesMs().get(i))
                        .as("seed=%d, timer=%s", seed, rings.names().get(i))
                        .isGreaterThanOrEqualTo(dueMs.getOrDefault(rings.names().get(i), 0L));
            }
        }
        assertThat(rung).as("seed=%d", seed).containsExactlyInAnyOrderElementsOf(dueMs.keySet());
        cancelled.forEach(name -> assertThat(rung).as("seed=%d", seed).doesNotContain(name));
    }
}
