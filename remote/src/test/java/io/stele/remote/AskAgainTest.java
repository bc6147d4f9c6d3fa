package io.stele.remote;

import static io.stele.remote.TwoNodes.await;
import static io.stele.remote.TwoNodes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystemClosedException;
import io.stele.runtime.AskTimeoutException;
import io.stele.runtime.CommandRejectedException;
import io.stele.runtime.EntityRef;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** An ask is repeated as far as that does no harm, and then goes another way. */
final class AskAgainTest {
    private static final Duration SHORT = Duration.ofMillis(200);

    /** Answers from the third time on. */
    private static ActorRef<Bank.Greet> forgetful(TwoNodes nodes, AtomicInteger asked) {
        nodes.right.<Bank.Greet>spawn("forgetful", () -> (greet, context) -> {
            if (asked.incrementAndGet() >= 3) {
                greet.replyTo().tell(new Bank.Greeting(greet.name()));
            }
        });
        return nodes.left.actorFor("stele://right/actor/forgetful");
    }

    private static AskAgain<Bank.Greeting> quick(TwoNodes nodes) {
        return AskAgain.<Bank.Greeting>on(nodes.leftNode)
                .timeout(SHORT)
                .tries(50)
                .pause(Duration.ofMillis(1), Duration.ofMillis(5));
    }

    @Test
    void shouldAskAgainUntilThereIsAReply() {
        try (TwoNodes nodes = new TwoNodes()) {
            AtomicInteger asked = new AtomicInteger();
            ActorRef<Bank.Greet> forgetful = forgetful(nodes, asked);

            var greeting = quick(nodes)
                    .safeToRepeat()
                    .ask(forgetful, (ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo));

            assertThat(await(greeting)).isEqualTo(new Bank.Greeting("Ada"));
            assertThat(asked.get()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void shouldNotAskAgainWhatMayHaveBeenHandledIfNobodySaidThatIsSafe() {
        try (TwoNodes nodes = new TwoNodes()) {
            AtomicInteger asked = new AtomicInteger();
            ActorRef<Bank.Greet> forgetful = forgetful(nodes, asked);

            var greeting = quick(nodes)
                    .timeout(Duration.ofSeconds(2))
                    .ask(forgetful, (ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo));

            failure(greeting, AskTimeoutException.class);
            assertThat(asked.get()).isEqualTo(1);
        }
    }

    @Test
    void shouldGoAnotherWayOnceAllTriesHaveFailed() {
        try (TwoNodes nodes = new TwoNodes()) {
            AtomicInteger asked = new AtomicInteger();
            ActorRef<Bank.Greet> forgetful = forgetful(nodes, asked);

            var greeting = quick(nodes)
                    .tries(2)
                    .safeToRepeat()
                    .otherwise(failure -> CompletableFuture.completedFuture(
                            new Bank.Greeting(failure.getClass().getSimpleName())))
                    .ask(forgetful, (ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo));

            assertThat(await(greeting)).isEqualTo(new Bank.Greeting("AskTimeoutException"));
        }
    }

    @Test
    void shouldCarryACommandWithAnIdOutOnceAndTakeARejectionForAnAnswer() {
        try (TwoNodes nodes = new TwoNodes()) {
            EntityRef account = nodes.left.entityFor("stele://right/entity/account/1");
            AskAgain<Bank.Balance> again = AskAgain.<Bank.Balance>on(nodes.leftNode)
                    .otherwise(failure -> CompletableFuture.completedFuture(new Bank.Balance(-1)));

            assertThat(await(again.ask(account, new Bank.Deposit(100, "a")))).isEqualTo(new Bank.Balance(100));
            assertThat(await(again.ask(account, new Bank.Deposit(100, "a")))).isEqualTo(new Bank.Balance(100));
            failure(again.ask(account, new Bank.Withdraw(101)), CommandRejectedException.class);
        }
    }

    @Test
    void shouldNotWaitForANodeThatIsClosed() {
        try (TwoNodes nodes = new TwoNodes()) {
            ActorRef<Bank.Greet> nobody = nodes.left.actorFor("stele://right/actor/nobody");
            AskAgain<Bank.Greeting> patient =
                    quick(nodes).safeToRepeat().pause(Duration.ofMinutes(10), Duration.ofMinutes(10));

            var greeting = patient.ask(nobody, (ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo));
            TwoNodes.eventually("it waits", () -> nodes.leftNode.asking().count() == 1);
            nodes.leftNode.close();

            failure(greeting, ActorSystemClosedException.class);
            assertThat(nodes.leftNode.asking().count()).isZero();
            failure(
                    patient.ask(nobody, (ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo)),
                    ActorSystemClosedException.class);
        }
    }

    @Test
    void shouldSayWhatIsOutOfRange() {
        try (TwoNodes nodes = new TwoNodes()) {
            assertThatThrownBy(() -> AskAgain.on(nodes.leftNode).tries(0)).hasMessageContaining("tries=0");
            assertThatThrownBy(() -> AskAgain.on(nodes.leftNode).timeout(Duration.ZERO))
                    .hasMessageContaining("timeoutMs=0");
        }
    }
}
