package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.runtime.Fragile.Add;
import io.stele.runtime.Fragile.Get;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who stays in memory when not all can, and that nobody's mail suffers from it. */
final class ResidencyTest {
    private static final int KEYS = 100_000;
    private static final int USES = 400_000;
    private static final int LIMIT = 1_000;

    /** Keys by Zipf's law with exponent 0.9: few are used often, most hardly ever. */
    private static IntSupplier zipf(long seed) {
        double[] cumulated = new double[KEYS];
        double sum = 0;
        for (int i = 0; i < KEYS; i++) {
            sum += 1 / Math.pow(i + 1, 0.9);
            cumulated[i] = sum;
        }
        SplittableRandom random = new SplittableRandom(seed);
        double total = sum;
        return () -> {
            int found = java.util.Arrays.binarySearch(cumulated, random.nextDouble() * total);
            return found < 0 ? Math.min(KEYS - 1, -found - 1) : found;
        };
    }

    private static double hitsOfResidents(IntSupplier keys) {
        Residents<Integer> residents = new Residents<>(LIMIT);
        Map<Integer, Residents.Place<Integer>> present = new HashMap<>();
        int hits = 0;
        for (int i = 0; i < USES; i++) {
            int key = keys.getAsInt();
            Residents.Place<Integer> place = present.get(key);
            if (place == null) {
                place = new Residents.Place<>(key, Integer.hashCode(key));
                present.put(key, place);
            } else {
                hits++;
            }
            Residents.Place<Integer> leaving = residents.use(place);
            if (leaving != null) {
                present.remove(leaving.owner);
            }
            assertThat(present.size()).isLessThanOrEqualTo(LIMIT);
        }
        assertThat(residents.size()).isEqualTo(present.size());
        return (double) hits / USES;
    }

    private static double hitsOfLru(IntSupplier keys) {
        Map<Integer, Boolean> present = new LinkedHashMap<>(LIMIT, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
                return size() > LIMIT;
            }
        };
        int hits = 0;
        for (int i = 0; i < USES; i++) {
            if (present.put(keys.getAsInt(), true) != null) {
                hits++;
            }
        }
        return (double) hits / USES;
    }

    /** Every third use belongs to a scan over keys that come once. */
    private static IntSupplier withScan(IntSupplier keys) {
        int[] next = {0, KEYS};
        return () -> next[0]++ % 3 == 0 ? next[1]++ : keys.getAsInt();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldBeatLeastRecentlyUsedOnSkewedAccess(long seed) {
        double residents = hitsOfResidents(zipf(seed));
        double lru = hitsOfLru(zipf(seed));

        assertThat(residents)
                .as("seed=%d, residents=%.3f, lru=%.3f", seed, residents, lru)
                .isGreaterThan(lru * 1.2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldNotBeDrivenOutByAScan(long seed) {
        double residents = hitsOfResidents(withScan(zipf(seed)));
        double lru = hitsOfLru(withScan(zipf(seed)));

        assertThat(residents)
                .as("seed=%d, residents=%.3f, lru=%.3f", seed, residents, lru)
                .isGreaterThan(lru * 1.4);
    }

    @Test
    void shouldNeverEstimateLessThanTheTruth() {
        FrequencySketch sketch = new FrequencySketch(1_000);
        SplittableRandom random = new SplittableRandom(1);
        Map<Integer, Integer> truth = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            int key = random.nextInt(2_000);
            truth.merge(key, 1, Integer::sum);
            sketch.increment(key);
        }

        truth.forEach((key, count) ->
                assertThat(sketch.frequency(key)).as("seed=1, key=%d", key).isBetween(Math.min(15, count), 15));
        int before = sketch.frequency(truth.keySet().iterator().next());
        for (int i = 0; i < 5_000; i++) {
            sketch.increment(100_000);
        }
        assertThat(sketch.frequency(truth.keySet().iterator().next()))
                .as("the past fades")
                .isLessThan(Math.max(1, before) + 1);
        assertThat(sketch.frequency(100_000)).isBetween(7, 15);
    }

    @Test
    void shouldKeepNoMoreActorsInMemoryThanItsLimit() {
        try (FragileWorld world = new FragileWorld(
                Supervision.restart(), Duration.ofMinutes(2), builder -> builder.activeEntityLimit(50))) {
            for (int i = 0; i < 1_000; i++) {
                await(world.fragile("a" + i).ask(new Add(i)));
                if (i % 10 == 0) {
                    await(world.fragile("hot").ask(new Get()));
                }
            }

            eventually("few are left", () -> world.system.activeEntityCount() <= 50);
            assertThat(world.actor.life.stream()
                            .filter("beforePassivate 0"::equals)
                            .count())
                    .as("the one that is used again and again has stayed; a0 has not")
                    .isEqualTo(1);
            assertThat(await(world.fragile("a7").ask(new Get())).value()).isEqualTo(7);
            assertThatThrownBy(() -> ActorSystem.builder().activeEntityLimit(0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Actors leave memory all the time while several threads send to them: nothing is lost, doubled or overtaken. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldNeitherLoseNorReorderMailOfActorsThatPassivate(long seed) {
        int senders = 3;
        int actors = 12;
        int each = 3_000;
        try (FragileWorld world = new FragileWorld(
                Supervision.restart(), Duration.ofMillis(1), builder -> builder.activeEntityLimit(4))) {
            List<Thread> threads = new ArrayList<>();
            for (int sender = 0; sender < senders; sender++) {
                int self = sender;
                SplittableRandom random = new SplittableRandom(seed * 31 + sender);
                threads.add(new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        EntityRef target = world.fragile("a" + random.nextInt(actors));
                        while (!target.tell(new Add(self * 1_000_000L + i))) {
                            Thread.onSpinWait();
                        }
                    }
                }));
            }
            threads.forEach(Thread::start);
            threads.forEach(World::join);

            long count = 0;
            for (int actor = 0; actor < actors; actor++) {
                List<Long> amounts =
                        await(world.fragile("a" + actor).ask(new Get())).amounts();
                count += amounts.size();
                for (int sender = 0; sender < senders; sender++) {
                    int from = sender;
                    assertThat(amounts.stream().filter(amount -> amount / 1_000_000 == from))
                            .as("seed=%d, actor=%d, sender=%d", seed, actor, sender)
                            .isSorted()
                            .doesNotHaveDuplicates();
                }
            }
            assertThat(count).as("seed=%d", seed).isEqualTo((long) senders * each);
            assertThat(world.actor.life.stream().filter("postStop"::equals).count())
                    .as("seed=%d, passivations", seed)
                    .isGreaterThan(actors);
        }
    }

    @Test
    void shouldLetIdleActorsLeaveSoonerWhileMemoryIsScarce() {
        AtomicReference<Double> share = new AtomicReference<>(0.5);
        try (FragileWorld world = new FragileWorld(
                Supervision.restart(), Duration.ofHours(1), builder -> builder.heapShare(share::get))) {
            await(world.fragile("a").ask(new Add(5)));
            assertThat(world.system.activeEntityCount()).isEqualTo(1);

            share.set(0.9);

            eventually("it has left long before its hour", () -> world.system.activeEntityCount() == 0);
            assertThat(await(world.fragile("a").ask(new Get())).value()).isEqualTo(5);
        }
    }

    @Test
    void shouldGiveTheTimeBackWhenThePressureIsGone() {
        AtomicReference<Double> share = new AtomicReference<>(0.9);
        MemoryPressure pressure = new MemoryPressure(share::get, 0.85);
        pressure.look();
        pressure.look();
        assertThat(pressure.lifetimeNs(1_600)).isEqualTo(100);

        share.set(0.8);
        pressure.look();
        assertThat(pressure.lifetimeNs(1_600)).isEqualTo(400);
        pressure.look();
        pressure.look();
        assertThat(pressure.lifetimeNs(1_600)).isEqualTo(1_600);
        assertThat(MemoryPressure.shareAfterCollection()).isBetween(0.0, 1.0);
    }
}
