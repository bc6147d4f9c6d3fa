package io.stele.remote;

import static io.stele.remote.TwoNodes.await;
import static io.stele.remote.TwoNodes.eventually;
import static io.stele.remote.TwoNodes.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.ActorOptions;
import io.stele.runtime.ActorRef;
import io.stele.runtime.MailboxFullException;
import io.stele.runtime.MailboxOptions;
import io.stele.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** An actor that is slow costs its senders their patience, nobody else anything, and nothing is lost in silence. */
final class FlowControlTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @Test
    @Fault("F29")
    void shouldHoldSendersOfAFullMailboxBackAndLoseNothing() throws Exception {
        try (TwoNodes nodes = new TwoNodes(options -> options.queueCapacity(64), options -> options)) {
            CountDownLatch open = new CountDownLatch(1);
            List<Object> handled = new ArrayList<>();
            ActorOptions small = ActorOptions.standard()
                    .withMailbox(MailboxOptions.standard().withCapacity(4));
            nodes.right.<Object>spawn("slow", small, () -> (message, context) -> {
                open.await();
                synchronized (handled) {
                    handled.add(message);
                }
            });
            nodes.right.spawn("greeter", Bank.Greeter::new);
            ActorRef<Object> slow = nodes.left.actorFor("stele://right/actor/slow");
            ActorRef<Bank.Greet> greeter = nodes.left.actorFor("stele://right/actor/greeter");

            long[] sent = {0};
            eventually("its senders are told", () -> {
                if (slow.tell(new Bank.Note(1, sent[0]))) {
                    sent[0]++;
                    return false;
                }
                return isBusy(slow);
            });
            var refused = slow.ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo), TIMEOUT);
            failure(refused, MailboxFullException.class);
            var other = greeter.ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("Ada", replyTo), TIMEOUT);
            assertThat(await(other)).isEqualTo(new Bank.Greeting("Hello, Ada"));
            open.countDown();

            eventually("it takes messages again", () -> slow.tell(new Bank.Note(1, sent[0])));
            eventually("all were handled", () -> {
                synchronized (handled) {
                    return handled.size() == sent[0] + 1;
                }
            });
            List<Object> expected = new ArrayList<>();
            for (long i = 0; i <= sent[0]; i++) {
                expected.add(new Bank.Note(1, i));
            }
            assertThat(handled).containsExactlyElementsOf(expected);
            assertThat(nodes.right.deadLetters().count()).isZero();
        }
    }

    private static boolean isBusy(ActorRef<?> actor) {
        return ((RemoteTarget) actor).isBusy;
    }

    @Test
    void shouldKeepReliableMessagesUntilThereIsRoomForThem() {
        try (TwoNodes nodes = new TwoNodes()) {
            ActorOptions small = ActorOptions.standard()
                    .withMailbox(MailboxOptions.standard().withCapacity(2));
            Bank.Keeper keeper = new Bank.Keeper();
            nodes.right.spawn("keeper", small, () -> keeper);
            ActorRef<Object> remote = nodes.leftNode.reliable(nodes.left.actorFor("stele://right/actor/keeper"));

            List<Object> sent = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Bank.Note note = new Bank.Note(1, i);
                sent.add(note);
                assertThat(remote.tell(note)).isTrue();
            }

            eventually("all have arrived", () -> keeper.kept.size() >= sent.size());
            assertThat(keeper.kept).containsExactlyElementsOf(sent);
        }
    }

    @Test
    void shouldNeverSendAgainWhatTheRulesOfThePeerDoNotAllow() {
        try (TwoNodes nodes = new TwoNodes(
                options -> options,
                options -> options.allow("left", new PeerRules(List.of("actor/keeper"), List.of(Bank.Note.class))))) {
            Bank.Keeper keeper = new Bank.Keeper();
            nodes.right.spawn("keeper", () -> keeper);
            nodes.right.spawn("secret", Bank.Keeper::new);
            ActorRef<Object> remote = nodes.leftNode.reliable(nodes.left.actorFor("stele://right/actor/keeper"));
            ActorRef<Object> secret = nodes.leftNode.reliable(nodes.left.actorFor("stele://right/actor/secret"));

            assertThat(remote.tell(new Bank.Poor(1))).isTrue();
            assertThat(secret.tell(new Bank.Note(1, 1))).isTrue();
            assertThat(remote.tell(new Bank.Note(1, 2))).isTrue();

            eventually("what is allowed arrives", () -> keeper.kept.size() == 1);
            eventually(
                    "the rest is a dead letter", () -> nodes.left.deadLetters().count() == 2);
            assertThat(keeper.kept).containsExactly(new Bank.Note(1, 2));
            assertThat(nodes.rightNode.refusedCount()).isEqualTo(2);
            assertThat(nodes.leftNode.status().get(0).unacknowledged()).isZero();
        }
    }
}
