package io.stele.runtime;

import static io.stele.runtime.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who runs when, and on which thread. */
final class DispatcherTest {
    private final CountDownLatch go = new CountDownLatch(1);
    private final ActorSystem system = ActorSystem.builder()
            .workerCount(2)
            .turnMax(Duration.ofMillis(50))
            .dispatcher("reports", DispatcherKind.pool(1))
            .closeTimeout(Duration.ofSeconds(5))
            .build();

    @AfterEach
    void close() {
        go.countDown();
        system.close();
    }

    @Test
    void shouldServeOthersWhileOneActorBlocks() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        ActorRef<Object> blocked = system.spawn("blocked", () -> (message, context) -> {
            entered.countDown();
            go.await();
        });
        blocked.tell("block");
        entered.await();
        CountDownLatch served = new CountDownLatch(1_000);
        for (int i = 0; i < 1_000; i++) {
            system.spawn(() -> (message, context) -> served.countDown()).tell("go");
        }

        assertThat(served.await(20, TimeUnit.SECONDS)).isTrue();
    }

    /** Whom an actor wakes before it blocks stands next to it on its worker, and must not wait there. */
    @Test
    void shouldRunElsewhereWhomAnActorWokeBeforeItBlocked() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            CountDownLatch reached = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            ActorRef<Object> second = system.spawn(() -> (message, context) -> reached.countDown());
            ActorRef<Object> first = system.spawn(() -> (message, context) -> {
                second.tell(message);
                release.await();
            });

            first.tell("go");

            assertThat(reached.await(5, TimeUnit.SECONDS)).as("round=%d", round).isTrue();
            release.countDown();
        }
    }

    /** An actor with an endless supply of messages has turns like all the others. */
    @Test
    void shouldGiveEverybodyATurnUnderAFlood() throws InterruptedException {
        try (ActorSystem one = ActorSystem.builder().workerCount(1).build()) {
            ActorRef<Object> flooded = one.spawn(
                    "flooded", () -> (message, context) -> context.self().tell(message));
            for (int i = 0; i < 100; i++) {
                flooded.tell(i);
            }
            CountDownLatch served = new CountDownLatch(100);
            for (int i = 0; i < 100; i++) {
                one.spawn(() -> (message, context) -> served.countDown()).tell("go");
            }

            assertThat(served.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void shouldReportATurnThatTakesTooLongOnce() {
        AtomicInteger started = new AtomicInteger();
        system.spawn("slow", () -> (message, context) -> {
                    started.incrementAndGet();
                    go.await();
                })
                .tell("go");

        eventually("turn is reported", () -> system.longTurns() == 1);
        assertThat(started).hasValue(1);
        go.countDown();
        assertThat(system.longTurns()).isEqualTo(1);
    }

    @Test
    void shouldChooseThreadsByTheNameOfTheDispatcher() {
        assertThat(threadsOf(ActorOptions.DEFAULT_DISPATCHER, 8)).allMatch(name -> name.startsWith("stele-worker-"));
        assertThat(threadsOf("reports", 8)).containsExactly("stele-reports-0");
        assertThat(threadsOf(ActorOptions.PINNED_DISPATCHER, 8)).hasSize(8);
        Set<String> blocking = threadsOf(ActorOptions.BLOCKING_DISPATCHER, 8);
        boolean virtual = Runtime.version().feature() >= 21;
        assertThat(blocking).allMatch(name -> virtual ? name.isEmpty() : name.startsWith("stele-blocking-"));
    }

    /** Lets as many actors run at the same time as there are, and returns the names of their threads. */
    private Set<String> threadsOf(String dispatcher, int actors) {
        Set<String> names = ConcurrentHashMap.newKeySet();
        AtomicInteger handled = new AtomicInteger();
        for (int i = 0; i < actors; i++) {
            system.spawn(
                            dispatcher + i,
                            ActorOptions.standard().withDispatcher(dispatcher),
                            () -> (message, context) -> {
                                names.add(Thread.currentThread().getName());
                                handled.incrementAndGet();
                            })
                    .tell("go");
        }
        eventually("all have run on " + dispatcher, () -> handled.get() == actors);
        return names;
    }

    @Test
    void shouldBlockMoreActorsThanThereAreWorkersOnTheBlockingDispatcher() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(32);
        for (int i = 0; i < 32; i++) {
            system.spawn(
                            "waits" + i,
                            ActorOptions.standard().withDispatcher(ActorOptions.BLOCKING_DISPATCHER),
                            () -> (message, context) -> {
                                entered.countDown();
                                go.await();
                            })
                    .tell("wait");
        }

        assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldEndTheThreadOfAPinnedActorWithIt() {
        AtomicLong threadId = new AtomicLong();
        ActorRef<Object> actor = system.spawn(
                "pinned",
                ActorOptions.standard().withDispatcher(ActorOptions.PINNED_DISPATCHER),
                () -> (message, context) -> threadId.set(Thread.currentThread().getId()));
        actor.tell("go");
        eventually("it has run", () -> threadId.get() != 0);

        system.stop(actor);

        eventually(
                "its thread has ended",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getId() == threadId.get()));
    }

    @Test
    void shouldRefuseADispatcherThatExists() {
        assertThatThrownBy(() -> ActorSystem.builder().dispatcher("default", DispatcherKind.pinned()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DispatcherKind.pool(0)).hasMessageContaining("workerCount=0");
    }

    /** Idle workers use no processor time: the watchdog does not tick, and nobody looks around. */
    @Test
    void shouldRestWhenThereIsNothingToDo() {
        system.spawn(() -> (message, context) -> {}).tell("go");

        eventually("nobody ticks", () -> {
            int before = system.tick();
            LockSupport.parkNanos(20_000_000);
            return system.tick() == before;
        });
    }

    /** Actors that wake one another at random, from workers and from outside: nobody is ever forgotten. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldForgetNobody(long seed) {
        int actors = 50;
        int tokens = 20;
        int hops = 2_000;
        record Token(int hopsLeft, long state) {}
        SplittableRandom seeds = new SplittableRandom(seed);
        AtomicInteger arrived = new AtomicInteger();
        List<ActorRef<Token>> all = new ArrayList<>();
        for (int i = 0; i < actors; i++) {
            all.add(system.spawn(() -> (token, context) -> {
                if (token.hopsLeft() == 0) {
                    arrived.incrementAndGet();
                    return;
                }
                SplittableRandom random = new SplittableRandom(token.state());
                all.get(random.nextInt(actors)).tell(new Token(token.hopsLeft() - 1, random.nextLong()));
            }));
        }
        IntSupplier pause = () -> seeds.nextInt(100_000);

        for (int i = 0; i < tokens; i++) {
            all.get(i).tell(new Token(hops, seeds.nextLong()));
            LockSupport.parkNanos(pause.getAsInt());
        }

        eventually("all tokens arrive, seed=" + seed, () -> arrived.get() == tokens);
        assertThat(arrived).as("seed=%d", seed).hasValue(tokens);
    }
}
