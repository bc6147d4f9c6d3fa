package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an actor without a journal does, in a system that has none. */
final class PlainActorTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ActorSystem system = ActorSystem.builder()
            .workerCount(2)
            .closeTimeout(Duration.ofSeconds(5))
            .build();

    /** Asks for a running total. */
    record Add(long amount, ActorRef<Long> replyTo) {}

    /** Adds up. */
    private static final class Counter implements Actor<Add> {
        private long sum;

        @Override
        public void onMessage(Add add, Context<Add> context) {
            if (add.amount() < 0) {
                throw new IllegalStateException("negative");
            }
            sum += add.amount();
            add.replyTo().tell(sum);
        }
    }

    /** Notes that go to an address. */
    private static final class Forwarding extends ArrayList<String> {
        private final ActorRef<String> target;

        Forwarding(ActorRef<String> target) {
            this.target = target;
        }

        @Override
        public boolean add(String note) {
            return target.tell(note);
        }
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    void shouldReplyToWhoAsks() {
        ActorRef<Add> counter = system.spawn("counter", Counter::new);

        CompletionStage<Long> first = counter.ask(replyTo -> new Add(5, replyTo), PATIENCE);
        CompletionStage<Long> second = counter.ask(replyTo -> new Add(7, replyTo), PATIENCE);

        assertThat(await(first)).isEqualTo(5);
        assertThat(await(second)).isEqualTo(12);
    }

    @Test
    void shouldFailTheAskWhenTheHandlerThrowsAndStartAfresh() {
        ActorRef<Add> counter = system.spawn("counter", Counter::new);
        await(counter.<Long>ask(replyTo -> new Add(5, replyTo), PATIENCE));

        ActorFailedException failure =
                failure(counter.<Long>ask(replyTo -> new Add(-1, replyTo), PATIENCE), ActorFailedException.class);

        assertThat(failure).hasMessageContaining("actor=/counter").hasRootCauseMessage("negative");
        assertThat(await(counter.<Long>ask(replyTo -> new Add(1, replyTo), PATIENCE)))
                .isEqualTo(1);
    }

    @Test
    void shouldFailTheAskThatNobodyAnswersInTimeAndNotBefore() {
        ActorRef<Object> silent = system.spawn("silent", () -> (message, context) -> {});
        long startNs = System.nanoTime();

        AskTimeoutException failure =
                failure(silent.<Long>ask(replyTo -> replyTo, Duration.ofMillis(50)), AskTimeoutException.class);

        assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(50_000_000);
        assertThat(failure).hasMessageContaining("actor=/silent");
    }

    /** Many threads tell numbered messages; nothing may get lost, doubled or overtaken, and one message is handled at a time. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldTakeMessagesOfOneThreadInOrderOneAtATime(long seed) {
        int senders = 4;
        int each = 20_000;
        AtomicInteger inside = new AtomicInteger();
        AtomicLong overlaps = new AtomicLong();
        List<List<Integer>> seen = new ArrayList<>();
        for (int i = 0; i < senders; i++) {
            seen.add(new ArrayList<>());
        }
        CountDownLatch done = new CountDownLatch(senders * each);
        record Numbered(int sender, int number) {}
        ActorRef<Numbered> target = system.spawn(() -> (message, context) -> {
            overlaps.addAndGet(inside.getAndIncrement());
            seen.get(message.sender()).add(message.number());
            inside.getAndDecrement();
            done.countDown();
        });

        List<Thread> threads = new ArrayList<>();
        for (int sender = 0; sender < senders; sender++) {
            int self = sender;
            SplittableRandom random = new SplittableRandom(seed * 31 + sender);
            threads.add(new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    while (!target.tell(new Numbered(self, i))) {
                        Thread.onSpinWait();
                    }
                    if (random.nextInt(200) == 0) {
                        LockSupport.parkNanos(1_000);
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        threads.forEach(World::join);
        eventually("everything has arrived, seed=" + seed, () -> done.getCount() == 0);

        assertThat(overlaps).as("seed=%d", seed).hasValue(0);
        for (List<Integer> numbers : seen) {
            assertThat(numbers).as("seed=%d", seed).hasSize(each).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void shouldStopChildrenBeforeTheirParentAndFreeTheName() {
        Queue<String> alive = new ConcurrentLinkedQueue<>();
        ActorRef<String> parent = system.spawn("parent", () -> (name, context) -> {
            if (name.equals("stop")) {
                context.stop();
                return;
            }
            alive.add(context.spawn(name, () -> (message, child) -> alive.add(child.path()))
                    .toString());
        });
        parent.tell("a");
        parent.tell("b");
        eventually("children are there", () -> alive.size() == 2);
        assertThat(alive).containsExactly("/parent/a", "/parent/b");

        parent.tell("stop");

        eventually("name is free again", () -> {
            try {
                system.spawn("parent", () -> (message, context) -> {});
                return true;
            } catch (IllegalArgumentException e) {
                return false;
            }
        });
        assertThat(parent.tell("late")).isFalse();
    }

    @Test
    void shouldRefuseNamesThatAreTakenOrNotAcceptable() {
        system.spawn("a", Counter::new);

        assertThatThrownBy(() -> system.spawn("a", Counter::new))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("path=/a");
        for (String name : List.of("", "a/b", "$1", "x".repeat(256))) {
            assertThatThrownBy(() -> system.spawn(name, Counter::new)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(system.spawn(Counter::new)).isNotEqualTo(system.spawn(Counter::new));
    }

    @Test
    void shouldFailAsksThatWaitWhenTheActorStops() {
        CountDownLatch go = new CountDownLatch(1);
        ActorRef<Object> actor = system.spawn("slow", () -> (message, context) -> go.await());
        actor.tell("first");
        CompletionStage<Long> waiting = actor.ask(replyTo -> replyTo, PATIENCE);

        system.stop(actor);
        go.countDown();

        assertThat(failure(waiting, ActorFailedException.class)).hasMessageContaining("actor has stopped");
        assertThat(failure(actor.<Long>ask(replyTo -> replyTo, PATIENCE), ActorFailedException.class))
                .hasMessageContaining("actor has stopped");
    }

    @Test
    void shouldSayWhyThereIsNoPersistentActorWithoutAJournal() {
        assertThatThrownBy(() -> system.entity(Ledger.class, "a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("builder.journal");
    }

    @Test
    void shouldAskAPersistentActorByAddressWithoutTakingItsOwnReplyForTheAnswer() {
        try (World world = new World()) {
            ActorRef<Command<?>> ledger = world.ledger("a");
            CompletionStage<String> answer =
                    ledger.ask(replyTo -> new Ledger.AddThenNote(5, new Forwarding(replyTo), "noted"), PATIENCE);

            assertThat(await(answer)).isEqualTo("noted 5");
        }
    }
}
