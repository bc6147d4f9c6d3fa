package io.stele.runtime;

import static io.stele.runtime.ProbeWorld.id;
import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.recovery.RecoveryReport;
import io.stele.runtime.Probe.Add;
import io.stele.runtime.Probe.Amounts;
import io.stele.runtime.Probe.Get;
import io.stele.spi.PersistenceId;
import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** So many recoveries at once and no more, the hottest first, and none of them in the way of a live actor. */
final class RecoveryPermitsTest {
    private static final long SLOW = 1_000;
    private static final long POISON = 2_000;

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS))
                    .as("latch is released")
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A world with one worker and one permit, that one held by the recovery of {@code slow} until the latch is released. */
    private static final class Held implements AutoCloseable {
        private final CountDownLatch release = new CountDownLatch(1);
        private final ProbeWorld world = new ProbeWorld(settings -> {
            settings.permits = 1;
            settings.workers = 1;
        });
        private final CompletionStage<Amounts> slow;

        Held(String... stored) {
            for (String name : stored) {
                world.ask(name, new Add(name.equals("poison") ? POISON : 1));
                world.unload(name);
            }
            world.ask("slow", new Add(SLOW));
            world.unload("slow");
            world.ask("live", new Add(1));
            CountDownLatch started = new CountDownLatch(1);
            world.hook = added -> {
                if (added.amount() == SLOW) {
                    started.countDown();
                    awaitLatch(release);
                }
            };
            slow = world.probe("slow").ask(new Get());
            awaitLatch(started);
        }

        @Override
        public void close() {
            release.countDown();
            world.close();
        }
    }

    @Test
    void shouldServeLiveActorsWhileOthersRecover() {
        try (Held held = new Held()) {
            for (int i = 2; i <= 100; i++) {
                assertThat(held.world.ask("live", new Add(i)).values()).hasSize(i);
            }

            assertThat(held.slow.toCompletableFuture()).isNotDone();
            assertThat(held.world.system.recoveries().totals().activeCount()).isEqualTo(1);
            held.release.countDown();
            assertThat(await(held.slow).values()).containsExactly(SLOW);
        }
    }

    @Test
    void shouldKeepTheMailOfWaitingActorsInOrderAndWithinItsMailbox() {
        try (Held held = new Held("a")) {
            List<CompletionStage<Amounts>> taken = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                taken.add(held.world.probe("a").ask(new Add(i + 2)));
            }

            failure(held.world.probe("a").ask(new Get()), MailboxFullException.class);

            assertThat(held.world.system.recoveries().totals().waitingCount()).isEqualTo(1);
            held.release.countDown();
            for (int i = 0; i < taken.size(); i++) {
                assertThat(await(taken.get(i)).values()).hasSize(i + 2).endsWith((long) i + 2);
            }
        }
    }

    @Test
    void shouldRecoverManyThatWaitTogetherAndKeepTheirFailuresApart() {
        String[] names = IntStream.range(0, 200)
                .mapToObj(i -> i == 77 ? "poison" : "many-" + i)
                .toArray(String[]::new);
        try (Held held = new Held(names)) {
            held.world.hook = added -> {
                if (added.amount() == POISON) {
                    throw new IllegalStateException("cannot be applied");
                }
                if (added.amount() == SLOW) {
                    awaitLatch(held.release);
                }
            };
            List<CompletionStage<Amounts>> asked = new ArrayList<>();
            for (String name : names) {
                asked.add(held.world.probe(name).ask(new Get()));
            }
            assertThat(held.world.system.recoveries().totals().waitingCount()).isEqualTo(names.length);
            held.release.countDown();

            failure(asked.remove(77), ActorException.class);
            for (CompletionStage<Amounts> reply : asked) {
                assertThat(await(reply).values()).containsExactly(1L);
            }
            assertThat(held.world.system.quarantine().list())
                    .extracting(Quarantined::persistenceId)
                    .containsExactly(id("poison"));
            assertThat(held.world.system.recoveries().totals().failedCount()).isEqualTo(1);
        }
    }

    @Test
    void shouldRecoverTheHottestFirst() {
        try (Held held = new Held("cold", "warm", "hot")) {
            List<CompletionStage<Amounts>> asked = new ArrayList<>();
            asked.add(held.world.probe("cold").ask(new Get()));
            for (int i = 0; i < 3; i++) {
                asked.add(held.world.probe("warm").ask(new Get()));
            }
            for (int i = 0; i < 20; i++) {
                asked.add(held.world.probe("hot").ask(new Get()));
            }

            held.release.countDown();
            asked.forEach(World::await);

            assertThat(order(held.world)).containsExactly(id("slow"), id("hot"), id("warm"), id("cold"));
        }
    }

    @Test
    void shouldLetNobodyWaitForEverBehindHotterOnes() {
        String[] hot = {"h1", "h2", "h3", "h4", "h5", "h6"};
        List<String> stored = new ArrayList<>(List.of(hot));
        stored.add("cold");
        try (Held held = new Held(stored.toArray(String[]::new))) {
            List<CompletionStage<Amounts>> asked = new ArrayList<>();
            asked.add(held.world.probe("cold").ask(new Get()));
            for (String name : hot) {
                for (int i = 0; i < 8; i++) {
                    asked.add(held.world.probe(name).ask(new Get()));
                }
            }

            held.release.countDown();
            asked.forEach(World::await);

            assertThat(order(held.world).indexOf(id("cold")))
                    .as("one permit of four goes to whoever has waited longest")
                    .isBetween(1, 4);
        }
    }

    /** Who was recovered, the first one first, from the moment on when the slow one was. */
    private static List<PersistenceId> order(ProbeWorld world) {
        List<PersistenceId> order = new ArrayList<>();
        for (RecoveryReport report : world.system.recoveries().last()) {
            order.add(0, report.persistenceId());
            if (report.persistenceId().equals(id("slow")) && report.eventsReplayed() > 0) {
                break;
            }
        }
        return order;
    }

    @Test
    void shouldRecoverNoMoreActorsAtOnceThanThereArePermits() {
        try (ProbeWorld world = new ProbeWorld(settings -> settings.permits = 3)) {
            for (int i = 0; i < 30; i++) {
                world.ask("a" + i, new Add(1));
                world.unload("a" + i);
            }
            AtomicInteger now = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CountDownLatch three = new CountDownLatch(3);
            world.hook = added -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                three.countDown();
                awaitLatch(three);
                now.decrementAndGet();
            };

            List<CompletionStage<Amounts>> asked = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                asked.add(world.probe("a" + i).ask(new Get()));
            }

            asked.forEach(stage -> assertThat(await(stage).values()).containsExactly(1L));
            assertThat(most).hasValue(3);
            assertThat(world.system.recoveries().totals().waitingCount()).isZero();
            eventually(
                    "permits are given back",
                    () -> world.system.recoveries().totals().activeCount() == 0);
        }
    }

    @Test
    void shouldReadNoMoreThanTheBudgetAllows() {
        ManualClock clock = ManualClock.start();
        try (ProbeWorld world = new ProbeWorld(settings -> {
            settings.clock = clock;
            settings.bytesPerSecond = 1;
            settings.permits = 1;
        })) {
            world.ask("live", new Add(1));
            world.ask("a", new Add(7));
            world.unload("a");

            CompletionStage<Amounts> asked = world.probe("a").ask(new Get());
            eventually(
                    "a is being recovered",
                    () -> world.system.recoveries().totals().activeCount() == 1);
            world.ask("live", new Add(2));

            assertThat(asked.toCompletableFuture())
                    .as("its bytes are not earned yet")
                    .isNotDone();
            eventually("they are earned", () -> {
                clock.advance(Duration.ofSeconds(1));
                return asked.toCompletableFuture().isDone();
            });
            assertThat(await(asked).values()).containsExactly(7L);
            RecoveryReport report = world.system.recoveries().last().get(0);
            assertThat(report.payloadBytes()).isBetween(2L, 60L);
            assertThat(report.phases().replayNs()).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
        }
    }

    @Test
    void shouldNotWaitForTheBudgetOnceTheSystemIsBeingClosed() {
        ManualClock clock = ManualClock.start();
        CompletionStage<Amounts> asked;
        try (ProbeWorld world = new ProbeWorld(settings -> {
            settings.clock = clock;
            settings.bytesPerSecond = 1;
        })) {
            world.ask("a", new Add(7));
            world.unload("a");
            asked = world.probe("a").ask(new Get());
            eventually(
                    "a is being recovered",
                    () -> world.system.recoveries().totals().activeCount() == 1);
        }

        assertThat(await(asked).values())
                .as("served although no time has passed")
                .containsExactly(7L);
    }

    @Test
    void shouldTellThoseWhoWaitWhenTheSystemIsClosed() {
        CountDownLatch release = new CountDownLatch(1);
        ProbeWorld world = new ProbeWorld(settings -> {
            settings.permits = 1;
            settings.closeTimeout = Duration.ofMillis(100);
        });
        world.ask("slow", new Add(SLOW));
        world.unload("slow");
        CountDownLatch started = new CountDownLatch(1);
        world.hook = added -> {
            started.countDown();
            awaitLatch(release);
        };
        CompletionStage<Amounts> slow = world.probe("slow").ask(new Get());
        awaitLatch(started);
        CompletionStage<Amounts> waiting = world.probe("waiting").ask(new Get());

        Thread closing = new Thread(world::close, "closing");
        closing.start();

        eventually("no permit is given any more", () -> world.system.isClosing());
        release.countDown();
        World.join(closing);
        assertThat(slow.toCompletableFuture()).isDone();
        assertThat(waiting.toCompletableFuture()).isDone();
    }

    @Test
    void shouldReportEveryPhaseAndKeepTheSlowest() {
        ManualClock clock = ManualClock.start();
        try (ProbeWorld world = new ProbeWorld(settings -> settings.clock = clock)) {
            for (int i = 1; i <= 3; i++) {
                world.ask("a" + i, new Add(i));
                world.unload("a" + i);
            }
            world.hook = added -> clock.advance(Duration.ofMillis(added.amount() == 2 ? 500 : 1));

            for (int i = 1; i <= 3; i++) {
                world.ask("a" + i, new Get());
            }

            RecoveryReport slowest = world.system.recoveries().slowest().get(0);
            assertThat(slowest.persistenceId()).isEqualTo(id("a2"));
            assertThat(slowest.phases().replayNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
            assertThat(slowest.durationNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
            assertThat(slowest.eventsReplayed()).isEqualTo(1);
            assertThat(slowest.sequenceNumber()).isEqualTo(1);
            Recoveries.Totals totals = world.system.recoveries().totals();
            assertThat(totals.done().recoveredCount())
                    .as("three new ones, three old ones")
                    .isEqualTo(6);
            assertThat(totals.done().eventsReplayed()).isEqualTo(3);
            assertThat(totals.done().replayNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(502));
            assertThat(world.system.recoveries().last()).hasSize(6);
        }
    }
}
