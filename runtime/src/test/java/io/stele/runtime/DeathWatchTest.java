package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.runtime.Fragile.Add;
import io.stele.runtime.Fragile.Fail;
import io.stele.runtime.Fragile.Leave;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who learns of the end of whom, and how often: once. */
final class DeathWatchTest {
    private final FragileWorld world = new FragileWorld(Supervision.stop(), Duration.ofMillis(50), builder -> builder);
    private final ActorSystem system = world.system;
    private final List<Object> told = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        world.close();
    }

    /** Does with its context what it is told to do. */
    private final class Watching implements Actor<Consumer<Context<Consumer<?>>>> {
        @Override
        @SuppressWarnings({"unchecked", "rawtypes"})
        public void onMessage(Consumer<Context<Consumer<?>>> action, Context<Consumer<Context<Consumer<?>>>> context) {
            ((Consumer) action).accept(context);
        }

        @Override
        public void onTerminated(ActorRef<?> other, Context<Consumer<Context<Consumer<?>>>> context) {
            told.add(other);
        }
    }

    private ActorRef<Consumer<Context<Consumer<?>>>> watching() {
        return system.spawn(Watching::new);
    }

    private ActorRef<Object> plain() {
        return system.spawn(() -> (message, context) -> context.stop());
    }

    /** Waits until everything that was told before has been handled. */
    private static void settle(ActorRef<Consumer<Context<Consumer<?>>>> actor) {
        CountDownLatch done = new CountDownLatch(1);
        actor.tell(context -> done.countDown());
        eventually("settled", () -> done.getCount() == 0);
    }

    @Test
    void shouldTellOfAPlainActorOnceHoweverOftenItIsWatched() {
        ActorRef<Object> mortal = plain();
        var watching = watching();
        watching.tell(context -> context.watch(mortal));
        watching.tell(context -> context.watch(mortal));
        settle(watching);
        assertThat(told).isEmpty();

        mortal.tell("stop");

        await(system.whenTerminated(mortal));
        eventually("it is told", () -> !told.isEmpty());
        settle(watching);
        assertThat(told).containsExactly(mortal);
    }

    @Test
    void shouldTellOfActorsThatAreDeadAlready() {
        ActorRef<Object> plain = plain();
        plain.tell("stop");
        await(system.whenTerminated(plain));
        EntityRef persistent = world.fragile("a");
        var stopped = system.whenTerminated(persistent);
        await(persistent.ask(new Leave()));
        await(stopped);
        var watching = watching();

        watching.tell(context -> context.watch(plain));
        watching.tell(context -> context.watch(persistent));

        eventually("both are told", () -> told.size() == 2);
        settle(watching);
        assertThat(told).containsExactlyInAnyOrder(plain, persistent);
        assertThat(await(system.whenTerminated(plain))).isEqualTo(plain);
    }

    @Test
    void shouldTellOfAPersistentActorThatFailedButNotOfOneThatPassivates() {
        EntityRef persistent = world.fragile("a");
        await(persistent.ask(new Add(1)));
        var watching = watching();
        watching.tell(context -> context.watch(persistent));
        eventually("it has passivated", () -> system.activeEntityCount() == 0);
        settle(watching);
        assertThat(told).isEmpty();

        failure(persistent.ask(new Fail("f", 1, () -> new IllegalStateException("boom"))), ActorFailedException.class);

        eventually("it is told", () -> !told.isEmpty());
        settle(watching);
        assertThat(told).containsExactly(persistent);
    }

    @Test
    void shouldWatchAPersistentActorThatHasComeBackAsOneThatLives() {
        EntityRef persistent = world.fragile("a");
        var first = system.whenTerminated(persistent);
        await(persistent.ask(new Leave()));
        await(first);
        await(persistent.ask(new Add(1)));

        var second = system.whenTerminated(persistent);

        assertThat(second.toCompletableFuture()).isNotDone();
        await(persistent.ask(new Leave()));
        assertThat(await(second)).isEqualTo(persistent);
    }

    @Test
    void shouldHandleANoticeOfItsOwnAndNothingAfterUnwatching() {
        ActorRef<Object> mortal = plain();
        ActorRef<Object> forgotten = plain();
        var watching = watching();
        watching.tell(context -> context.watch(mortal, (Consumer<Object>) own -> told.add("notice")));
        watching.tell(context -> context.watch(forgotten));
        watching.tell(context -> context.unwatch(forgotten));
        settle(watching);

        forgotten.tell("stop");
        mortal.tell("stop");

        await(system.whenTerminated(forgotten));
        eventually("it is told", () -> !told.isEmpty());
        settle(watching);
        assertThat(told).containsExactly("notice");
    }

    /** Tells a persistent actor to watch another actor. */
    record WatchFor(ActorRef<?> other) implements Command<Done> {}

    /** Asks it what it has been told. */
    record WhatDoYouKnow() implements Command<Known> {}

    /** What it is told. */
    record Ended(String name) implements Command<Done> {}

    /** Events of a persistent actor that watches: what it has been told. */
    record Learned(String name) {}

    /** All of it. */
    record Known(List<String> names) {}

    static final class Watchful extends PersistentActor<Learned, Known> {
        Watchful() {
            super("watchful");
        }

        @Override
        protected Known initialState() {
            return new Known(List.of());
        }

        @Override
        protected void commands(CommandHandlers<Learned, Known> on) {
            on.on(WatchFor.class, (known, watch, context) -> {
                context.watch(watch.other(), new Ended(watch.other().toString()));
                return none();
            });
            on.on(WhatDoYouKnow.class, (known, what) -> reply(known));
            on.on(Ended.class, (known, ended) -> persist(new Learned(ended.name())));
        }

        @Override
        protected void events(EventHandlers<Learned, Known> on) {
            on.on(Learned.class, (known, learned) -> {
                List<String> more = new ArrayList<>(known.names());
                more.add(learned.name());
                return new Known(List.copyOf(more));
            });
        }

        @Override
        protected Duration passivateAfter() {
            return Duration.ofMillis(20);
        }
    }

    @Test
    void shouldTellAPersistentActorThatHasPassivatedMeanwhile() {
        ActorRef<Object> mortal = plain();
        EntityRef watchful = system.entity(Watchful.class, "w");
        await(watchful.ask(new WatchFor(mortal)));
        await(watchful.ask(new WatchFor(mortal)));
        eventually("it has passivated", () -> system.activeEntityCount() == 0);

        mortal.tell("stop");

        await(system.whenTerminated(mortal));
        eventually(
                "it has stored what it learned",
                () -> !await(watchful.ask(new WhatDoYouKnow())).names().isEmpty());
        assertThat(await(watchful.ask(new WhatDoYouKnow())).names()).containsExactly(mortal.toString());
        assertThat(told).isEmpty();
    }

    @Test
    void shouldRefuseToWatchWhatIsNoActorOfThisSystem() {
        try (ActorSystem other = ActorSystem.builder().workerCount(1).build()) {
            ActorRef<Object> foreign = other.spawn(() -> (message, context) -> {});

            assertThatThrownBy(() -> system.whenTerminated(foreign)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Many watchers come while many actors stop: each pair is told exactly once. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldTellExactlyOnceWhenWatchAndEndRace(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<ActorRef<Object>> mortals = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            mortals.add(plain());
        }
        List<ActorRef<Consumer<Context<Consumer<?>>>>> watchers = List.of(watching(), watching(), watching());
        Thread killer = new Thread(() -> mortals.forEach(mortal -> mortal.tell("stop")));
        for (int i = 0; i < mortals.size(); i++) {
            ActorRef<Object> mortal = mortals.get(i);
            watchers.forEach(watcher -> watcher.tell(context -> context.watch(mortal)));
            if (i == random.nextInt(50) || i == 50) {
                if (!killer.isAlive() && killer.getState() == Thread.State.NEW) {
                    killer.start();
                }
            }
        }
        World.join(killer);

        eventually("all are told, seed=" + seed, () -> told.size() >= 900);

        watchers.forEach(DeathWatchTest::settle);
        assertThat(told).as("seed=%d", seed).hasSize(900);
        mortals.forEach(mortal -> assertThat(told.stream().filter(mortal::equals))
                .as("seed=%d", seed)
                .hasSize(3));
    }
}
