package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of plain actors that fail, of their brothers and sisters, their parents and their children. */
final class SupervisionTreeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<String> life = new CopyOnWriteArrayList<>();
    private final List<Escalation> escalations = new CopyOnWriteArrayList<>();
    private ActorSystem system = system(Supervision.restart());

    private ActorSystem system(Supervision top) {
        return ActorSystem.builder()
                .workerCount(2)
                .closeTimeout(Duration.ofSeconds(5))
                .supervision(top)
                .onEscalation(escalations::add)
                .build();
    }

    private void replaceSystem(Supervision top) {
        system.close();
        system = system(top);
    }

    @AfterEach
    void close() {
        system.close();
    }

    /** What a node may be told. */
    private sealed interface Order {}

    private record Fail(Supplier<? extends RuntimeException> failure) implements Order {}

    private record Count(ActorRef<Integer> replyTo) implements Order {}

    private record Child(String name, ActorRef<ActorRef<Order>> replyTo) implements Order {}

    private record Stop() implements Order {}

    /** An actor that notes down its life, and has children as the test says. */
    private final class Node implements Actor<Order> {
        private final Supervision forChildren;
        private final List<String> names;
        private final Map<String, ActorRef<Order>> children = new HashMap<>();
        private final Supplier<Node> child;
        private int handled;

        Node(Supervision forChildren, Supplier<Node> child, String... names) {
            this.forChildren = forChildren;
            this.child = child;
            this.names = List.of(names);
        }

        @Override
        public Supervision childSupervision() {
            return forChildren;
        }

        @Override
        public void preStart(Context<Order> context) {
            life.add("start " + context.path());
            for (String name : names) {
                children.put(name, context.spawn(name, child));
            }
        }

        @Override
        public void preRestart(Throwable cause, Context<Order> context) {
            life.add("restart " + context.path());
        }

        @Override
        public void beforeShutdown(Context<Order> context) {
            life.add("shutdown " + context.path());
        }

        @Override
        public void postStop(Context<Order> context) {
            life.add("stop " + context.path());
        }

        @Override
        public void onMessage(Order order, Context<Order> context) {
            if (order instanceof Fail fail) {
                throw fail.failure().get();
            } else if (order instanceof Count count) {
                count.replyTo().tell(++handled);
            } else if (order instanceof Child wanted) {
                wanted.replyTo().tell(java.util.Objects.requireNonNull(children.get(wanted.name())));
            } else {
                context.stop();
            }
        }
    }

    private Node leaf() {
        return new Node(Supervision.restart(), this::leaf);
    }

    private ActorRef<Order> child(ActorRef<Order> parent, String name) {
        return await(parent.<ActorRef<Order>>ask(replyTo -> new Child(name, replyTo), PATIENCE));
    }

    private static int count(ActorRef<Order> node) {
        return await(node.<Integer>ask(Count::new, PATIENCE));
    }

    private static Order boom() {
        return new Fail(() -> new IllegalStateException("boom"));
    }

    private ActorRef<Order> parentOfThree(Supervision supervision) {
        ActorRef<Order> parent = system.spawn("p", () -> new Node(supervision, this::leaf, "a", "b", "c"));
        for (String name : List.of("a", "b", "c")) {
            assertThat(count(child(parent, name))).isEqualTo(1);
        }
        return parent;
    }

    private List<Integer> counts(ActorRef<Order> parent) {
        return List.of(count(child(parent, "a")), count(child(parent, "b")), count(child(parent, "c")));
    }

    @Test
    void shouldRestartTheOneThatFailed() {
        ActorRef<Order> parent = parentOfThree(Supervision.restart());

        child(parent, "b").tell(boom());

        assertThat(counts(parent)).containsExactly(2, 1, 2);
    }

    @Test
    void shouldRestartAllForOne() {
        ActorRef<Order> parent = parentOfThree(Supervision.restart().allForOne());

        child(parent, "b").tell(boom());

        eventually("all have restarted", () -> restarts("/p/a", "/p/b", "/p/c"));
        assertThat(counts(parent)).containsExactly(1, 1, 1);
    }

    @Test
    void shouldRestartTheRestForOne() {
        ActorRef<Order> parent = parentOfThree(Supervision.restart().restForOne());

        child(parent, "b").tell(boom());

        eventually("the rest has restarted", () -> restarts("/p/b", "/p/c"));
        assertThat(counts(parent)).containsExactly(2, 1, 1);
    }

    private boolean restarts(String... paths) {
        return IntStream.range(0, paths.length).allMatch(i -> life.contains("restart " + paths[i]));
    }

    @Test
    void shouldStopTheRestForOne() {
        ActorRef<Order> parent = parentOfThree(Supervision.stop().restForOne());
        ActorRef<Order> first = child(parent, "a");
        ActorRef<Order> last = child(parent, "c");

        child(parent, "b").tell(boom());

        await(system.whenTerminated(last));
        assertThat(count(first)).isEqualTo(2);
        assertThat(last.tell(boom())).isFalse();
    }

    @Test
    void shouldKeepItsStateWhenResumed() {
        ActorRef<Order> parent = parentOfThree(Supervision.stop().on(IllegalStateException.class, Directive.RESUME));

        CompletionStage<Integer> failed = child(parent, "b").ask(replyTo -> boom(), PATIENCE);

        failure(failed, ActorFailedException.class);
        assertThat(counts(parent)).containsExactly(2, 2, 2);
    }

    @Test
    void shouldRetryTheFailedMessageFirst() {
        ActorRef<Order> parent = parentOfThree(Supervision.restart().retryFailed(2));
        int[] failures = {2};
        ActorRef<Order> node = child(parent, "b");

        node.tell(
                new Fail(() -> failures[0]-- > 0 ? new IllegalStateException("boom") : new IllegalArgumentException()));

        assertThat(count(node)).isEqualTo(1);
        eventually("three attempts", () -> failures[0] == -1);
    }

    @Test
    void shouldParkTheFailedMessage() {
        ActorRef<Order> parent = parentOfThree(Supervision.resume().parkFailed());

        failure(child(parent, "b").ask(replyTo -> boom(), PATIENCE), ActorFailedException.class);

        assertThat(system.parked().list()).hasSize(1);
        assertThat(system.parked().list().get(0).actor()).isEqualTo("/p/b");
    }

    @Test
    void shouldEscalateUpTheTreeToWhoRestarts() {
        Supervision escalate = Supervision.escalate();
        ActorRef<Order> top = system.spawn(
                "top",
                () -> new Node(Supervision.restart(), () -> new Node(escalate, this::leaf, "leaf", "other"), "mid"));
        ActorRef<Order> mid = child(top, "mid");
        ActorRef<Order> leaf = child(mid, "leaf");
        assertThat(count(top) + count(mid) + count(leaf)).isEqualTo(3);

        leaf.tell(boom());
        await(system.whenTerminated(leaf));

        eventually("the middle has restarted", () -> restarts("/top/mid"));
        assertThat(count(mid)).as("a new object").isEqualTo(1);
        assertThat(count(top)).as("not touched").isEqualTo(2);
        assertThat(child(mid, "leaf")).as("made by the new parent").isNotEqualTo(leaf);
        assertThat(count(child(mid, "leaf"))).isEqualTo(1);
        assertThat(life)
                .filteredOn(note -> note.startsWith("stop "))
                .containsExactlyInAnyOrder("stop /top/mid/leaf", "stop /top/mid/other");
    }

    @Test
    void shouldGoOnBelowAParentThatIsResumed() {
        ActorRef<Order> top = system.spawn(
                "top",
                () -> new Node(
                        Supervision.resume(), () -> new Node(Supervision.escalate(), this::leaf, "leaf"), "mid"));
        ActorRef<Order> mid = child(top, "mid");
        ActorRef<Order> leaf = child(mid, "leaf");
        assertThat(count(leaf)).isEqualTo(1);

        leaf.tell(boom());

        assertThat(count(leaf)).as("the same object goes on").isEqualTo(2);
    }

    @Test
    void shouldStopAndTellTheSystemWhenAFailureReachesTheTop() {
        replaceSystem(Supervision.escalate());
        ActorRef<Order> top = system.spawn("top", () -> new Node(Supervision.escalate(), this::leaf, "leaf"));
        ActorRef<Order> leaf = child(top, "leaf");

        leaf.tell(boom());

        await(system.whenTerminated(top));
        assertThat(escalations).hasSize(1);
        assertThat(escalations.get(0).actor()).isEqualTo("/top");
        assertThat(escalations.get(0).cause()).hasMessage("boom");
        assertThat(life).endsWith("stop /top/leaf", "stop /top");
    }

    @Test
    void shouldStopBeyondTheLimitOfItsParent() {
        ActorRef<Order> parent = parentOfThree(Supervision.restart().withLimit(2, Duration.ofMinutes(1)));
        ActorRef<Order> node = child(parent, "b");
        for (int i = 0; i < 3; i++) {
            node.tell(boom());
        }

        await(system.whenTerminated(node));

        assertThat(life).filteredOn("restart /p/b"::equals).hasSize(2);
    }

    @Test
    void shouldWaitBeforeARestartAndKeepItsMailInOrder() {
        Backoff backoff = new Backoff(Duration.ofMillis(150), Duration.ofMillis(150), 0, Duration.ofMinutes(1));
        ActorRef<Order> parent = parentOfThree(Supervision.restart().withBackoff(backoff));
        ActorRef<Order> node = child(parent, "b");
        long startNs = System.nanoTime();
        node.tell(boom());
        List<CompletionStage<Integer>> counts = IntStream.range(0, 50)
                .mapToObj(i -> node.ask(Count::new, PATIENCE))
                .toList();

        for (int i = 0; i < 50; i++) {
            assertThat(await(counts.get(i))).isEqualTo(i + 1);
        }

        assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(150_000_000);
    }

    @Test
    void shouldStopChildrenBeforeTheirParentAtShutdown() {
        ActorRef<Order> top = system.spawn("top", () -> new Node(Supervision.restart(), this::leaf, "a", "b"));
        count(child(top, "a"));
        count(child(top, "b"));

        system.close();

        assertThat(life).endsWith("stop /top");
        assertThat(life).contains("shutdown /top", "shutdown /top/a", "stop /top/a", "stop /top/b");
        assertThat(life.indexOf("shutdown /top")).isLessThan(life.indexOf("stop /top/a"));
    }

    @Test
    void shouldTryAgainToMakeAnActorWhereThatHasALimit() {
        int[] attempts = {0};
        replaceSystem(Supervision.restart()
                .withLimit(10, Duration.ofMinutes(1))
                .withBackoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(2), 0, Duration.ofMinutes(1))));
        ActorRef<Order> node = system.spawn("late", () -> {
            if (++attempts[0] < 4) {
                throw new IllegalStateException("not yet");
            }
            return leaf();
        });

        assertThat(count(node)).isEqualTo(1);
        assertThat(attempts[0]).isEqualTo(4);
    }

    @Test
    void shouldStopAnActorThatCannotBeMadeWhereThereIsNoLimit() {
        ActorRef<Order> node = system.spawn("never", () -> {
            throw new IllegalStateException("never");
        });

        await(system.whenTerminated(node));

        assertThat(node.tell(new Stop())).isFalse();
    }
}
