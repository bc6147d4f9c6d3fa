package io.stele.remote;

import static io.stele.remote.TwoNodes.await;
import static io.stele.remote.TwoNodes.eventually;
import static io.stele.remote.TwoNodes.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.ActorFailedException;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorStoppedException;
import io.stele.runtime.AskTimeoutException;
import io.stele.runtime.CommandRejectedException;
import io.stele.runtime.EntityRef;
import io.stele.runtime.OutcomeUnknownException;
import io.stele.runtime.ServiceKey;
import io.stele.runtime.routing.Router;
import io.stele.runtime.routing.Routing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Actors of another node are used as those of this one are. */
final class RemoteNodeTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @Test
    void shouldTellInOrderAndOnce() {
        try (TwoNodes nodes = new TwoNodes()) {
            Bank.Keeper keeper = new Bank.Keeper();
            nodes.right.spawn("keeper", () -> keeper);
            ActorRef<Object> remote = nodes.left.actorFor("stele://right/actor/keeper");

            List<Object> sent = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                Bank.Note note = new Bank.Note(1, i);
                sent.add(note);
                eventually("taken", () -> remote.tell(note));
            }

            eventually("all have arrived", () -> keeper.kept.size() >= sent.size());
            assertThat(keeper.kept).containsExactlyElementsOf(sent);
        }
    }

    @Test
    void shouldAskPlainActors() {
        try (TwoNodes nodes = new TwoNodes()) {
            nodes.right.spawn("greeter", Bank.Greeter::new);
            ActorRef<Bank.Greet> greeter = nodes.left.actorFor("stele://right/actor/greeter");

            var greeting = greeter.ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo), TIMEOUT);
            var failed = greeter.ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("", replyTo), TIMEOUT);

            assertThat(await(greeting)).isEqualTo(new Bank.Greeting("Hello, Ada"));
            assertThat(failure(failed, ActorFailedException.class)).hasMessageContaining("nobody has no name");
        }
    }

    @Test
    void shouldAskPersistentActors() {
        try (TwoNodes nodes = new TwoNodes()) {
            EntityRef account = nodes.left.entityFor("stele://right/entity/account/42");

            assertThat(await(account.ask(new Bank.Deposit(100, "a")))).isEqualTo(new Bank.Balance(100));
            assertThat(await(account.ask(new Bank.Deposit(100, "a")))).isEqualTo(new Bank.Balance(100));
            assertThat(await(account.ask(new Bank.Withdraw(30)))).isEqualTo(new Bank.Balance(70));

            assertThat(failure(account.ask(new Bank.Withdraw(71)), CommandRejectedException.class)
                            .reason())
                    .isEqualTo(new Bank.Poor(70));
        }
    }

    @Test
    void shouldSayThatNobodyIsThere() {
        try (TwoNodes nodes = new TwoNodes()) {
            ActorRef<Bank.Greet> nobody = nodes.left.actorFor("stele://right/actor/nobody");

            var greeting = nobody.ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo), TIMEOUT);

            assertThat(failure(greeting, ActorStoppedException.class)).hasMessageContaining("actor=nobody");
        }
    }

    @Test
    void shouldNotHandleAnAskWhoseDeadlineHasPassed() throws Exception {
        try (TwoNodes nodes = new TwoNodes()) {
            java.util.concurrent.CountDownLatch busy = new java.util.concurrent.CountDownLatch(1);
            List<String> handled = new ArrayList<>();
            nodes.right.<Bank.Greet>spawn("slow", () -> (greet, context) -> {
                handled.add(greet.name());
                if (greet.name().equals("first")) {
                    busy.await();
                }
                greet.replyTo().tell(new Bank.Greeting("done"));
            });
            ActorRef<Bank.Greet> slow = nodes.left.actorFor("stele://right/actor/slow");

            var first = slow.ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("first", replyTo), TIMEOUT);
            var late = slow.ask(
                    (ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("late", replyTo), Duration.ofMillis(200));
            failure(late, AskTimeoutException.class);
            java.util.concurrent.locks.LockSupport.parkNanos(200_000_000); // its clock over there runs out later
            busy.countDown();
            await(first);
            var last = slow.ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("last", replyTo), TIMEOUT);
            await(last);

            assertThat(handled).containsExactly("first", "last");
        }
    }

    @Test
    void shouldTellWatchersOfAStopAndOfAnEndThatWasBefore() {
        try (TwoNodes nodes = new TwoNodes()) {
            ActorRef<Object> keeper = nodes.right.spawn("keeper", Bank.Keeper::new);
            ActorRef<Object> remote = nodes.left.actorFor("stele://right/actor/keeper");

            var ended = nodes.left.whenTerminated(remote);
            var nobody = nodes.left.whenTerminated(nodes.left.actorFor("stele://right/actor/nobody"));
            await(nobody);
            assertThat(ended.toCompletableFuture()).isNotDone();
            nodes.right.stop(keeper);

            assertThat(await(ended)).isEqualTo(remote);
        }
    }

    @Test
    void shouldFindActorsOfOtherNodesAndRouteToThem() {
        try (TwoNodes nodes = new TwoNodes()) {
            ServiceKey<Bank.Greet> key = new ServiceKey<>("greeters", Bank.Greet.class);
            ActorRef<Bank.Greet> far = nodes.right.spawn("greeter", Bank.Greeter::new);
            ActorRef<Bank.Greet> near = nodes.left.spawn("greeter", Bank.Greeter::new);
            nodes.right.receptionist().register(key, far);
            nodes.left.receptionist().register(key, near);

            eventually(
                    "both are found", () -> nodes.left.receptionist().find(key).size() == 2);
            Router<Bank.Greet> greeters = Router.of(
                    Routing.consistentHash(Bank.Greet::name),
                    nodes.left.receptionist().find(key));
            for (int i = 0; i < 20; i++) {
                String name = "guest-" + i;
                var greeting =
                        greeters.ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet(name, replyTo), TIMEOUT);
                assertThat(await(greeting)).isEqualTo(new Bank.Greeting("Hello, " + name));
            }
            nodes.right.stop(far);

            eventually(
                    "one that has stopped is not",
                    () -> nodes.left.receptionist().find(key).size() == 1);
            assertThat(nodes.left.receptionist().find(key)).containsExactly(near);
        }
    }

    @Test
    void shouldTellWatchersWhenTheNodeIsLostAndFailItsAsks() {
        TwoNodes nodes = new TwoNodes(
                options -> options.heartbeat(Duration.ofMillis(200), Duration.ofSeconds(1), 8)
                        .lostAfter(Duration.ofSeconds(6)),
                options -> options);
        try (nodes) {
            nodes.right.spawn("keeper", Bank.Keeper::new);
            ActorRef<Object> keeper = nodes.left.actorFor("stele://right/actor/keeper");
            var ended = nodes.left.whenTerminated(keeper);
            var silent = keeper.ask(
                    (ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo), Duration.ofMinutes(5));
            eventually("it is up", () -> nodes.leftNode.status().get(0).state() == PeerStatus.State.UP);

            nodes.rightNode.close();

            assertThat(await(ended)).isEqualTo(keeper);
            failure(silent, OutcomeUnknownException.class);
            eventually("it counts as lost", () -> nodes.leftNode.status().get(0).state() == PeerStatus.State.LOST);
        }
    }
}
