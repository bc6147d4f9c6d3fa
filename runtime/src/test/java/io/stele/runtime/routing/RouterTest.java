package io.stele.runtime.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stele.runtime.ActorFailedException;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.AskTimeoutException;
import io.stele.runtime.SeededTurns;
import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RouterTest {

    /** An address that keeps what it is told. */
    private static final class Box implements ActorRef<Object> {
        private final String name;
        private final ConcurrentLinkedQueue<Object> told = new ConcurrentLinkedQueue<>();
        private int waiting;
        private boolean full;

        Box(String name) {
            this.name = name;
        }

        @Override
        public boolean tell(Object message) {
            return !full && told.add(message);
        }

        @Override
        public int waitingCount() {
            return waiting;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Box> boxes(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Box("box-" + i)).toList();
    }

    private static void tell(Router<Object> router, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(router.tell(i)).isTrue();
        }
    }

    @Test
    void shouldGoRoundAndPassOverThoseThatTakeNothing() {
        List<Box> boxes = boxes(3);
        Router<Object> router = Router.of(Routing.roundRobin(), boxes);
        tell(router, 9);
        assertThat(boxes).allSatisfy(box -> assertThat(box.told).hasSize(3));

        boxes.get(1).full = true;
        tell(router, 6);
        assertThat(boxes.get(1).told).hasSize(3);
        boxes.forEach(box -> box.full = true);
        assertThat(router.tell("x")).isFalse();
        assertThat(Router.of(Routing.roundRobin(), List.<ActorRef<Object>>of()).tell("x"))
                .isFalse();
    }

    @Test
    void shouldChooseAnyoneAsTheRandomNumbersSay() {
        List<Box> boxes = boxes(4);
        SplittableRandom random = new SplittableRandom(3);
        tell(Router.of(Routing.random(random::nextInt), boxes), 4_000);

        assertThat(boxes).allSatisfy(box -> assertThat(box.told).as("seed=3").hasSizeBetween(850, 1_150));
    }

    @Test
    void shouldTellEverybody() {
        List<Box> boxes = boxes(3);
        Router<Object> router = Router.of(Routing.broadcast(), boxes);
        boxes.get(0).full = true;
        tell(router, 2);

        assertThat(boxes).extracting(box -> box.told.size()).containsExactly(0, 2, 2);
    }

    /** How many keys move when the n-th of them comes or goes: 1/n of all, and no other. */
    @ParameterizedTest
    @ValueSource(ints = {2, 5, 20, 100})
    void shouldMoveAsFewKeysAsPossible(int count) {
        int keys = 20_000;
        List<Box> boxes = boxes(count);
        Router<Object> router = Router.of(Routing.consistentHash(key -> key), boxes);
        Map<Object, String> before = owners(router, boxes, keys);

        Box more = new Box("box-new");
        router.add(more);
        List<Box> all = new ArrayList<>(boxes);
        all.add(more);
        Map<Object, String> after = owners(router, all, keys);

        List<Object> moved = before.keySet().stream()
                .filter(key -> !Objects.equals(before.get(key), after.get(key)))
                .toList();
        assertThat(moved).allSatisfy(key -> assertThat(after.get(key)).isEqualTo("box-new"));
        double expected = (double) keys / (count + 1);
        assertThat((double) moved.size())
                .as("moved of %d keys", keys)
                .isCloseTo(expected, within(6 * Math.sqrt(expected)));

        router.remove(more);
        assertThat(owners(router, all, keys)).isEqualTo(before);
    }

    private static Map<Object, String> owners(Router<Object> router, List<Box> boxes, int keys) {
        boxes.forEach(box -> box.told.clear());
        tell(router, keys);
        Map<Object, String> owners = new HashMap<>();
        boxes.forEach(box -> box.told.forEach(key -> owners.put(key, box.name)));
        return owners;
    }

    @Test
    void shouldGiveEveryoneItsShareOfTheKeys() {
        List<Box> boxes = boxes(10);
        tell(Router.of(Routing.consistentHash(key -> "user-" + key), boxes), 20_000);

        assertThat(boxes).allSatisfy(box -> assertThat(box.told).hasSizeBetween(1_750, 2_250));
    }

    @Test
    void shouldKeepAKeyWithItsOwnerThoughThatIsFull() {
        List<Box> boxes = boxes(3);
        Router<Object> router = Router.of(Routing.consistentHash(key -> key), boxes);
        boxes.forEach(box -> box.full = true);

        assertThat(router.tell("x")).isFalse();
    }

    @Test
    void shouldPreferWhoHasFewerWaiting() {
        List<Box> boxes = boxes(10);
        boxes.get(0).waiting = 1_000;
        SplittableRandom random = new SplittableRandom(5);
        tell(Router.of(Routing.leastLoaded(random::nextInt, ManualClock.start()), boxes), 10_000);

        assertThat(boxes.get(0).told).as("it is never the better of two").isEmpty();
        assertThat(boxes.subList(1, 10)).allSatisfy(box -> assertThat(box.told).hasSizeBetween(900, 1_350));
    }

    /** Ten servers of which one is ten times slower, in simulated time: the slow one gets a small share, and is never forgotten. */
    @Test
    void shouldPreferWhoRepliesSooner() {
        ManualClock clock = ManualClock.start();
        List<Box> boxes = boxes(10);
        SplittableRandom random = new SplittableRandom(7);
        Router<Object> router = Router.of(Routing.leastLoaded(random::nextInt, clock), boxes, clock);
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            CompletableFuture<Object> reply = router.<Object>ask(replyTo -> replyTo, Duration.ofSeconds(10))
                    .toCompletableFuture();
            Box asked = boxes.stream()
                    .filter(box -> !box.told.isEmpty())
                    .findFirst()
                    .orElseThrow();
            clock.advance(Duration.ofMillis(asked == boxes.get(0) ? 100 : 10));
            reply(asked, "done");
            assertThat(reply).isCompletedWithValue("done");
            counts.merge(asked.name, 1, Integer::sum);
        }
        assertThat(counts.getOrDefault("box-0", 0)).as("seed=7").isBetween(1, 60);
    }

    @Test
    void shouldRouteByContent() {
        List<Box> boxes = boxes(2);
        Router<Object> byRule = Router.of(
                Routing.byContent(List.of(
                        new Rule<>(message -> message instanceof String, boxes.get(0)),
                        new Rule<>(message -> message instanceof Integer, boxes.get(1)))),
                boxes);
        assertThat(byRule.tell("text")).isTrue();
        assertThat(byRule.tell(7)).isTrue();
        assertThat(byRule.tell(7.5)).isFalse();
        assertThat(boxes).extracting(box -> box.told.peek()).containsExactly("text", 7);

        Router<Object> byIndex = Router.of(Routing.byContent((message, count) -> (Integer) message % count), boxes);
        tell(byIndex, 4);
        assertThat(boxes.get(0).told).containsExactly("text", 0, 2);
    }

    @Test
    void shouldAskEverybodyAndTakeTheFirstReply() {
        List<Box> boxes = boxes(3);
        Router<Object> router = Router.of(Routing.roundRobin(), boxes);
        CompletableFuture<Object> first = router.<Object>askFirst(replyTo -> replyTo, Duration.ofSeconds(10))
                .toCompletableFuture();

        reply(boxes.get(2), "two");
        reply(boxes.get(0), "zero");
        assertThat(first.join()).isEqualTo("two");

        CompletableFuture<Object> none = router.<Object>askFirst(replyTo -> replyTo, Duration.ofMillis(1))
                .toCompletableFuture();
        assertThatThrownBy(none::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(AskTimeoutException.class);
        router.set(List.of());
        assertThatThrownBy(() -> router.<Object>askFirst(replyTo -> replyTo, Duration.ofMillis(1))
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(ActorFailedException.class);
        assertThatThrownBy(() -> router.<Object>ask(replyTo -> replyTo, Duration.ofMillis(1))
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(ActorFailedException.class);
    }

    @SuppressWarnings("unchecked")
    private static void reply(Box box, Object reply) {
        ((ActorRef<Object>) Objects.requireNonNull(box.told.poll())).tell(reply);
    }

    /** Four threads send while a fifth changes who is there: nothing is lost, nobody is told twice. */
    @Test
    void shouldLoseNothingWhileItChanges() throws InterruptedException {
        List<Box> boxes = boxes(8);
        Router<Object> router = Router.of(Routing.roundRobin(), boxes.subList(0, 4));
        List<Thread> senders = IntStream.range(0, 4)
                .mapToObj(t -> new Thread(() -> {
                    for (int i = 0; i < 50_000; i++) {
                        if (!router.tell(t * 50_000 + i)) {
                            throw new IllegalStateException("not taken");
                        }
                    }
                }))
                .toList();
        senders.forEach(Thread::start);
        SplittableRandom random = new SplittableRandom(1);
        while (senders.stream().anyMatch(Thread::isAlive)) {
            Box box = boxes.get(4 + random.nextInt(4));
            if (random.nextBoolean()) {
                router.add(box);
            } else {
                router.remove(box);
            }
        }
        for (Thread sender : senders) {
            sender.join();
        }

        assertThat(boxes.stream().flatMap(box -> box.told.stream()).sorted().toList())
                .isEqualTo(IntStream.range(0, 200_000).boxed().toList());
    }

    @Test
    void shouldDropThoseThatHaveStopped() {
        SeededTurns turns = SeededTurns.of(1);
        try (ActorSystem system = ActorSystem.builder().turns(turns).build()) {
            ActorRef<Object> one = system.spawn("one", () -> (message, context) -> {});
            ActorRef<Object> two = system.spawn("two", () -> (message, context) -> {});
            Router<Object> router =
                    Router.of(Routing.roundRobin(), List.of(one, two)).dropStopped(system);
            system.stop(one);
            turns.runUntilIdle();

            assertThat(router.routees()).containsExactly(two);
        }
    }
}
