package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of messages that find a mailbox full, or an actor that is to be spared. */
final class MailboxTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int CAPACITY = 4;

    private final ActorSystem system = ActorSystem.builder()
            .workerCount(2)
            .closeTimeout(Duration.ofSeconds(5))
            .build();
    private final List<DeadLetter> letters = new CopyOnWriteArrayList<>();
    private final List<Object> handled = new CopyOnWriteArrayList<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    @AfterEach
    void close() {
        go.countDown();
        system.close();
    }

    /** Starts an actor that is held up by its first message, with its mailbox full of the numbers 1 to 4. */
    private ActorRef<Object> full(MailboxOptions mailbox) throws InterruptedException {
        system.deadLetters().subscribe(letters::add);
        ActorRef<Object> actor = system.spawn(
                "held",
                ActorOptions.standard().withMailbox(mailbox.withCapacity(CAPACITY)),
                () -> (message, context) -> {
                    if (message.equals("hold")) {
                        entered.countDown();
                        go.await();
                    } else {
                        handled.add(message);
                    }
                });
        actor.tell("hold");
        entered.await();
        for (int i = 1; i <= CAPACITY; i++) {
            assertThat(actor.tell(i)).isTrue();
        }
        return actor;
    }

    @Test
    void shouldRejectAndTellTheSenderAtOnce() throws InterruptedException {
        ActorRef<Object> actor = full(MailboxOptions.standard());

        assertThat(actor.tell(5)).isFalse();
        MailboxFullException full =
                failure(actor.<Object>ask(replyTo -> replyTo, PATIENCE), MailboxFullException.class);

        assertThat(full).hasMessageContaining("actor=/held").hasMessageContaining("mailboxCapacity=4");
        assertThat(letters).isEmpty();
    }

    @Test
    void shouldDropTheNewest() throws InterruptedException {
        ActorRef<Object> actor = full(MailboxOptions.standard().withOverflow(Overflow.dropNewest()));

        assertThat(actor.tell(5)).isTrue();
        failure(actor.<Object>ask(replyTo -> replyTo, PATIENCE), MailboxFullException.class);
        go.countDown();

        eventually("the others are handled", () -> handled.size() == CAPACITY);
        assertThat(handled).containsExactly(1, 2, 3, 4);
        assertThat(letters.get(0)).isEqualTo(new DeadLetter(5, "/held", DeadLetter.Reason.DROPPED));
        assertThat(system.deadLetters().count()).isEqualTo(2);
    }

    @Test
    void shouldDropTheOldestAndFailItsAsk() throws InterruptedException {
        ActorRef<Object> actor = full(MailboxOptions.standard().withOverflow(Overflow.dropOldest()));

        assertThat(actor.tell(5)).isTrue();
        CompletionStage<Object> oldest = actor.ask(replyTo -> "asked", PATIENCE);
        for (int i = 6; i <= 9; i++) {
            assertThat(actor.tell(i)).isTrue();
        }
        failure(oldest, MailboxFullException.class);
        go.countDown();

        eventually("the newest are handled", () -> handled.size() == CAPACITY);
        assertThat(handled).containsExactly(6, 7, 8, 9);
        assertThat(letters).extracting(DeadLetter::message).containsExactly(1, 2, 3, 4, 5, "asked");
    }

    @Test
    void shouldBlockTheSenderUntilThereIsRoom() throws InterruptedException {
        ActorRef<Object> actor = full(MailboxOptions.standard().withOverflow(Overflow.block(PATIENCE)));
        AtomicInteger taken = new AtomicInteger();
        Thread sender = new Thread(() -> taken.set(actor.tell(5) ? 1 : -1));
        sender.start();
        eventually("sender waits", () -> sender.getState() == Thread.State.TIMED_WAITING);
        assertThat(taken).hasValue(0);

        go.countDown();

        World.join(sender);
        assertThat(taken).hasValue(1);
        eventually("all are handled", () -> handled.size() == CAPACITY + 1);
    }

    @Test
    void shouldGiveUpBlockingAfterTheTimeout() throws InterruptedException {
        ActorRef<Object> actor = full(MailboxOptions.standard().withOverflow(Overflow.block(Duration.ofMillis(30))));
        long startNs = System.nanoTime();

        assertThat(actor.tell(5)).isFalse();

        assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(30_000_000);
    }

    @Test
    void shouldHandOverToTheFallbackWithTheReplyAddress() throws InterruptedException {
        ActorRef<Object> fallback = system.spawn("fallback", () -> (message, context) -> {
            if (message instanceof ActorRef<?> replyTo) {
                @SuppressWarnings("unchecked")
                ActorRef<Object> typed = (ActorRef<Object>) replyTo;
                typed.tell("instead");
            } else {
                handled.add("fallback " + message);
            }
        });
        ActorRef<Object> actor = full(MailboxOptions.standard().withOverflow(Overflow.fallback(fallback)));

        assertThat(actor.tell(5)).isTrue();

        assertThat(await(actor.<Object>ask(replyTo -> replyTo, PATIENCE))).isEqualTo("instead");
        assertThat(handled).containsExactly("fallback 5");
    }

    @Test
    void shouldHandleTheSmallestFirstAndEqualOnesInOrderOfArrival() throws InterruptedException {
        record Job(int priority, String name) {}
        ActorRef<Object> actor = system.spawn(
                "sorted",
                ActorOptions.standard()
                        .withMailbox(MailboxOptions.standard()
                                .prioritised(
                                        Comparator.comparingInt(job -> job instanceof Job it ? it.priority() : -1))),
                () -> (message, context) -> {
                    if (message instanceof Job job) {
                        handled.add(job.name());
                    } else {
                        entered.countDown();
                        go.await();
                    }
                });
        actor.tell("hold");
        entered.await();
        List.of(new Job(3, "d"), new Job(1, "a"), new Job(2, "c1"), new Job(1, "b"), new Job(2, "c2"))
                .forEach(actor::tell);

        go.countDown();

        eventually("all are handled", () -> handled.size() == 5);
        assertThat(handled).containsExactly("a", "b", "c1", "c2", "d");
    }

    @Test
    void shouldLetControlMessagesOvertake() throws InterruptedException {
        ActorRef<Object> actor = full(MailboxOptions.standard().withControl(String.class::isInstance));

        assertThat(actor.tell("first"))
                .as("control messages have room of their own")
                .isTrue();
        actor.tell("second");
        go.countDown();

        eventually("all are handled", () -> handled.size() == CAPACITY + 2);
        assertThat(handled).containsExactly("first", "second", 1, 2, 3, 4);
    }

    @Test
    void shouldLeaveAnActorAloneThatFailsAgainAndAgain() {
        ManualClock clock = ManualClock.start();
        AtomicInteger tried = new AtomicInteger();
        try (ActorSystem own = ActorSystem.builder().clock(clock).workerCount(2).build()) {
            ActorRef<Object> actor = own.spawn(
                    "weak",
                    ActorOptions.standard().withBreaker(3, Duration.ofSeconds(10)),
                    () -> (message, context) -> {
                        tried.incrementAndGet();
                        if (message instanceof ActorRef<?> replyTo) {
                            @SuppressWarnings("unchecked")
                            ActorRef<Object> typed = (ActorRef<Object>) replyTo;
                            typed.tell("well again");
                            return;
                        }
                        throw new IllegalStateException("ill");
                    });
            for (int i = 1; i <= 3; i++) {
                failure(actor.<Object>ask(replyTo -> "try", PATIENCE), ActorFailedException.class);
                int count = i;
                eventually("its failure is counted", () -> tried.get() == count);
            }
            eventually("it is left alone", () -> !actor.tell("once more") || tried.get() > 100);

            failure(actor.<Object>ask(replyTo -> replyTo, PATIENCE), CircuitOpenException.class);
            int before = tried.get();
            clock.advance(Duration.ofSeconds(11));

            assertThat(await(actor.<Object>ask(replyTo -> replyTo, PATIENCE))).isEqualTo("well again");
            eventually(
                    "it is trusted again",
                    () -> !actor.<Object>ask(replyTo -> replyTo, PATIENCE)
                            .toCompletableFuture()
                            .isCompletedExceptionally());
            assertThat(tried.get()).isGreaterThan(before);
        }
    }

    @Test
    void shouldTakeLessWhenMessagesTakeLonger() {
        ActorRef<Object> actor = system.spawn(
                "shed",
                ActorOptions.standard().withShedding(ActorOptions.Shedding.ADAPTIVE),
                () -> (message, context) -> {
                    long untilNs = System.nanoTime() + 20_000;
                    while (System.nanoTime() - untilNs < 0) {
                        Thread.onSpinWait();
                    }
                });

        int taken = 0;
        CompletionStage<Object> last;
        do {
            last = actor.ask(replyTo -> replyTo, PATIENCE);
            taken++;
        } while (taken < 1 << 14 && !last.toCompletableFuture().isCompletedExceptionally());

        assertThat(failure(last, MailboxFullException.class)).hasMessageContaining("adaptiveLimit=");
        assertThat(taken).as("refused before the mailbox of 16,384 was full").isLessThan(1 << 13);
    }

    @Test
    void shouldCountAndShowWhatNobodyHandles() {
        DeadLetters.Subscription subscription = system.deadLetters().subscribe(letters::add);
        ActorRef<Object> actor = system.spawn("gone", () -> (message, context) -> context.stop());
        actor.tell("stop");
        AtomicInteger taken = new AtomicInteger();
        eventually("it has stopped", () -> !actor.tell("late") || taken.incrementAndGet() < 0);
        eventually("what it had taken by then is shown", () -> letters.size() == taken.get());
        long before = letters.size();
        assertThat(system.deadLetters().count()).isEqualTo(before);

        subscription.close();
        failure(actor.<Object>ask(replyTo -> replyTo, PATIENCE), ActorFailedException.class);

        assertThat(letters).hasSize((int) before);
    }

    @Test
    void shouldRefuseOptionsThatMakeNoSense() {
        assertThatThrownBy(() -> MailboxOptions.standard().withCapacity(1)).hasMessageContaining("mailboxCapacity=1");
        assertThatThrownBy(() -> MailboxOptions.standard()
                        .withOverflow(Overflow.dropOldest())
                        .withControl(message -> true))
                .hasMessageContaining("order of arrival only");
        assertThatThrownBy(() -> Overflow.block(Duration.ZERO)).hasMessageContaining("timeout=PT0S");
        assertThatThrownBy(() -> system.spawn(
                        "a", ActorOptions.standard().withDispatcher("nowhere"), () -> (message, context) -> {}))
                .hasMessageContaining("dispatcher=nowhere");
    }
}
