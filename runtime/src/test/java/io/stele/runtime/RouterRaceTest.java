package io.stele.runtime;

import io.stele.runtime.routing.Router;
import io.stele.runtime.routing.Routing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/** A router that several threads send through while another one changes who is behind it: nothing is lost, and turns are taken. */
@EnabledForJreRange(maxVersion = Race.JDK_MAX)
final class RouterRaceTest {

    /** Counts. */
    private static final class Counting implements ActorRef<String> {
        final AtomicInteger told = new AtomicInteger();

        @Override
        public boolean tell(String message) {
            told.incrementAndGet();
            return true;
        }

        @Override
        public <R> CompletionStage<R> ask(Function<? super ActorRef<R>, ? extends String> message, Duration timeout) {
            return new CompletableFuture<>();
        }
    }

    private static void takesTurns() {
        Counting one = new Counting();
        Counting other = new Counting();
        Router<String> router = Router.of(Routing.roundRobin(), List.of(one, other));

        Race.together(() -> router.tell("1"), () -> router.tell("2"));

        Race.check(one.told.get() == 1 && other.told.get() == 1, "one had two messages, the other one none");
    }

    private static void changing() {
        Counting one = new Counting();
        Counting leaving = new Counting();
        Counting added = new Counting();
        Router<String> router = Router.of(Routing.roundRobin(), List.of(one, leaving));
        AtomicInteger taken = new AtomicInteger();

        Race.together(
                () -> {
                    for (int i = 0; i < 2; i++) {
                        if (router.tell("x")) {
                            taken.incrementAndGet();
                        }
                    }
                },
                () -> router.remove(leaving),
                () -> router.add(added));

        Race.check(
                taken.get() == 2 && one.told.get() + leaving.told.get() + added.told.get() == 2,
                "a message was lost or came twice");
        Race.check(router.routees().equals(List.of(one, added)), "a change was lost");
    }

    /** Adds by looking who is there and putting one more in their place: what {@link Router#add} does under a monitor. */
    private static void addUnguarded(Router<String> router, ActorRef<String> ref) {
        List<ActorRef<String>> more = new ArrayList<>(router.routees());
        more.add(ref);
        router.set(more);
    }

    private static void twin() {
        Counting one = new Counting();
        Counting other = new Counting();
        Router<String> router = Router.of(Routing.roundRobin(), List.of());

        Race.together(() -> addUnguarded(router, one), () -> addUnguarded(router, other));

        Race.check(router.routees().size() == 2, "a change was lost");
    }

    @Test
    void shouldTakeTurns() {
        Race.holds(RouterRaceTest::takesTurns);
    }

    @Test
    void shouldLoseNeitherMessagesNorChanges() {
        Race.holds(RouterRaceTest::changing);
    }

    @Test
    void shouldCatchAChangeThatIsMadeAsIfNobodyElseMadeOne() {
        Race.isCaught(RouterRaceTest::twin, "a change was lost");
    }
}
