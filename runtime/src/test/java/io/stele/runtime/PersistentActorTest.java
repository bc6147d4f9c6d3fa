package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.runtime.Ledger.Add;
import io.stele.runtime.Ledger.AddAll;
import io.stele.runtime.Ledger.AddFast;
import io.stele.runtime.Ledger.AddLater;
import io.stele.runtime.Ledger.AddThenNote;
import io.stele.runtime.Ledger.Explode;
import io.stele.runtime.Ledger.Get;
import io.stele.runtime.Ledger.Hold;
import io.stele.runtime.Ledger.Leave;
import io.stele.runtime.Ledger.Refuse;
import io.stele.runtime.Ledger.Settings;
import io.stele.runtime.Ledger.Total;
import io.stele.runtime.Ledger.WhenFree;
import io.stele.runtime.Ledger.WhoAmI;
import io.stele.spi.Durability;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What an actor does with commands when nothing goes wrong, crashes apart. */
final class PersistentActorTest {

    @Test
    void shouldReplyFromTheStateAfterTheEvents() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");

            Total total = await(ledger.ask(new Add(5)));

            assertThat(total).isEqualTo(new Total(5, 1, false));
            assertThat(await(ledger.ask(new Add(7)))).isEqualTo(new Total(12, 2, false));
            assertThat(await(world.ledger("b").ask(new Get()))).isEqualTo(new Total(0, 0, false));
        }
    }

    @Test
    @Fault({"F01", "F02", "F12"})
    void shouldReplyOnlyOnceTheEventsAreDurable() {
        try (World world = new World(SyncMode.MANUAL)) {
            CompletionStage<Total> reply = world.ledger("a").ask(new Add(5));
            eventually("event is applied", () -> world.ledger.applied.contains(5L));

            assertThat(reply.toCompletableFuture()).isNotDone();
            world.sync();

            assertThat(await(reply).sum()).isEqualTo(5);
        }
    }

    @Test
    void shouldReplyToAReadOnlyOnceWhatItSawIsDurable() {
        try (World world = new World(SyncMode.MANUAL)) {
            EntityRef ledger = world.ledger("a");
            ledger.tell(new Add(5));
            CompletionStage<Total> read = ledger.ask(new Get());
            CompletionStage<Total> refused = ledger.ask(new Refuse("no"));
            eventually("event is applied", () -> world.ledger.applied.contains(5L));
            await(world.ledger("other").ask(new AddFast(1)));

            assertThat(read.toCompletableFuture()).isNotDone();
            assertThat(refused.toCompletableFuture()).isNotDone();
            world.sync();

            assertThat(await(read).sum()).isEqualTo(5);
            failure(refused, CommandRejectedException.class);
        }
    }

    @Test
    void shouldReplyBeforeTheDiskWhenOnlyAProcessCrashIsToBeSurvived() {
        try (World world = new World(SyncMode.MANUAL)) {
            Total total = await(world.ledger("a").ask(new AddFast(5)));

            assertThat(total.sum()).isEqualTo(5);
            world.crash(Durability.PROCESS_CRASH);
            CompletionStage<Total> recovered = world.ledger("a").ask(new Get());
            eventually("recovered", () -> world.ledger.applied.contains(5L));
            world.sync();
            assertThat(await(recovered).sum()).isEqualTo(5);
        }
    }

    @Test
    @Fault("F02")
    void shouldKeepEveryAcknowledgedEventThroughAPowerCut() {
        try (World world = new World(SyncMode.MANUAL)) {
            EntityRef ledger = world.ledger("a");
            CompletionStage<Total> first = ledger.ask(new Add(5));
            eventually("first is applied", () -> world.ledger.applied.contains(5L));
            world.sync();
            await(first);
            CompletionStage<Total> second = ledger.ask(new Add(7));
            eventually("second is applied", () -> world.ledger.applied.contains(7L));

            world.crash(Durability.POWER_LOSS);

            assertThat(await(world.ledger("a").ask(new Get())).sum()).isEqualTo(5);
            assertThat(second.toCompletableFuture()).isCompletedExceptionally();
        }
    }

    @Test
    void shouldStoreSeveralEventsTogether() {
        try (World world = new World()) {
            Total total = await(world.ledger("a").ask(new AddAll(List.of(1L, 2L, 3L))));

            assertThat(total).isEqualTo(new Total(6, 3, false));
            world.crash(Durability.POWER_LOSS);
            assertThat(await(world.ledger("a").ask(new Get()))).isEqualTo(new Total(6, 3, false));
            assertThat(await(world.ledger("a").ask(new AddAll(List.of())))).isEqualTo(new Total(6, 3, false));
        }
    }

    @Test
    void shouldRejectWithTheReasonOfTheHandler() {
        try (World world = new World()) {
            CommandRejectedException rejected =
                    failure(world.ledger("a").ask(new Refuse("too late")), CommandRejectedException.class);

            assertThat(rejected.reason()).isEqualTo(new Ledger.Why("too late"));
            assertThat(rejected.getStackTrace()).isEmpty();
        }
    }

    @Test
    void shouldRunSideEffectsInOrderOnceTheEventsAreDurable() {
        try (World world = new World(SyncMode.MANUAL)) {
            List<String> notes = new CopyOnWriteArrayList<>();
            EntityRef ledger = world.ledger("a");
            CompletionStage<Done> first = ledger.ask(new AddThenNote(5, notes, "first"));
            CompletionStage<Done> second = ledger.ask(new AddThenNote(7, notes, "second"));
            eventually("both are applied", () -> world.ledger.applied.size() == 2);

            assertThat(notes).isEmpty();
            world.sync();
            await(first);
            await(second);

            eventually("all side effects have run", () -> notes.size() == 4);
            assertThat(notes).containsExactly("first 5", "then 5", "second 12", "then 12");
        }
    }

    @Test
    void shouldLetLaterCommandsWaitForAnAsyncEffect() {
        try (World world = new World()) {
            CompletableFuture<Long> amount = new CompletableFuture<>();
            EntityRef ledger = world.ledger("a");
            CompletionStage<Total> later = ledger.ask(new AddLater(amount));
            CompletionStage<Total> next = ledger.ask(new Get());
            await(world.ledger("b").ask(new Add(1)));

            assertThat(next.toCompletableFuture()).isNotDone();
            amount.complete(9L);

            assertThat(await(later).sum()).isEqualTo(9);
            assertThat(await(next).sum()).isEqualTo(9);
        }
    }

    @Test
    void shouldFailTheCommandWhoseAsyncEffectFails() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");

            CompletionStage<Total> reply =
                    ledger.ask(new AddLater(CompletableFuture.failedFuture(new IllegalStateException("rate service"))));

            assertThat(failure(reply, ActorFailedException.class)).hasMessageContaining("rate service");
            assertThat(await(ledger.ask(new Get())).sum()).isZero();
        }
    }

    @Test
    void shouldNotWaitForAnAsyncEffectForEver() {
        Settings settings = new Settings(0, Duration.ofMinutes(2), 100, 100, Duration.ofMillis(20));
        try (World world = new World(SyncMode.ON_REQUEST, settings)) {
            CompletableFuture<Long> never = new CompletableFuture<>();
            EntityRef ledger = world.ledger("a");

            failure(ledger.ask(new AddLater(never)), AskTimeoutException.class);

            never.complete(9L);
            assertThat(await(ledger.ask(new Get())).sum()).isZero();
        }
    }

    @Test
    void shouldPutCommandsBackAndHandleThemFirstLater() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Hold(true)));
            List<CompletionStage<Total>> held = new ArrayList<>();
            for (long amount = 1; amount <= 3; amount++) {
                held.add(ledger.ask(new WhenFree(amount)));
            }

            failure(ledger.ask(new WhenFree(4)), StashFullException.class);
            CompletionStage<Done> freed = ledger.ask(new Hold(false));
            CompletionStage<Total> after = ledger.ask(new Add(10));

            await(freed);
            await(after);
            assertThat(held.stream().map(World::await).map(Total::sum)).containsExactly(1L, 3L, 6L);
            assertThat(world.ledger.applied).containsExactly(1L, 2L, 3L, 10L);
        }
    }

    @Test
    void shouldComeBackAfterItWasStopped() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Add(5)));

            await(ledger.ask(new Leave()));
            eventually("it left memory", () -> world.system.activeEntityCount() == 0);

            assertThat(await(ledger.ask(new Get())).sum()).isEqualTo(5);
        }
    }

    @Test
    void shouldLeaveMemoryWhenIdleAndComeBack() {
        Settings settings = new Settings(0, Duration.ofMillis(40), 100, 100, Duration.ofSeconds(1));
        try (World world = new World(SyncMode.ON_REQUEST, settings)) {
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Add(5)));

            eventually("it left memory", () -> world.system.activeEntityCount() == 0);

            assertThat(await(ledger.ask(new Add(1))).sum()).isEqualTo(6);
        }
    }

    @Test
    @Fault({"F27", "F37"})
    void shouldNeitherLoseNorReorderMessagesWhileActorsComeAndGo() {
        Settings settings = new Settings(3, Duration.ofMillis(1), 4_096, 100, Duration.ofSeconds(1));
        int count = 3_000;
        try (World world = new World(SyncMode.OWN_THREAD, settings)) {
            EntityRef ledger = world.ledger("a");
            List<CompletionStage<Total>> replies = new ArrayList<>();
            for (long amount = 1; amount <= count; amount++) {
                replies.add(ledger.ask(new Add(amount)));
                if (amount % 7 == 0) {
                    replies.add(ledger.ask(new Leave()).thenApply(done -> new Total(0, 0, false)));
                }
                if (amount % 500 == 0) {
                    await(replies.get(replies.size() - 1));
                }
            }

            replies.forEach(World::await);

            List<Long> order = new ArrayList<>();
            world.journal.replay(ledger.persistenceId(), 1, Long.MAX_VALUE, event -> order.add(event.sequenceNumber()));
            assertThat(order).hasSize(count);
            assertThat(await(ledger.ask(new Get()))).isEqualTo(new Total((long) count * (count + 1) / 2, count, false));
            List<Long> sums = replies.stream()
                    .map(World::await)
                    .map(Total::sum)
                    .filter(sum -> sum > 0)
                    .toList();
            assertThat(sums).isSorted();
        }
    }

    @Test
    void shouldTellAHandlerWhoItWorksFor() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Add(5)));

            assertThat(await(ledger.ask(new WhoAmI()))).isEqualTo("ledger/a 1");
        }
    }

    @Test
    void shouldFinishWhatItHasTakenBeforeItCloses() {
        World world = new World(SyncMode.OWN_THREAD);
        List<CompletionStage<Total>> replies = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            replies.add(world.ledger("a" + i % 10).ask(new Add(1)));
        }

        world.close();

        assertThat(replies)
                .allSatisfy(reply -> assertThat(reply.toCompletableFuture()).isCompleted());
        failure(world.ledger("a").ask(new Get()), ActorSystemClosedException.class);
        assertThat(world.ledger("a").tell(new Get())).isFalse();
    }

    @Test
    void shouldLeaveNoAskUnansweredWhenItCannotFinishInTime() {
        World world = new World(SyncMode.MANUAL);
        CompletionStage<Total> waitsForTheDisk = world.ledger("a").ask(new Add(1));
        CompletableFuture<Long> never = new CompletableFuture<>();
        CompletionStage<Total> suspended = world.ledger("b").ask(new AddLater(never));
        CompletionStage<Total> behind = world.ledger("b").ask(new Get());
        eventually("the event is applied", () -> world.ledger.applied.contains(1L));

        world.close();

        failure(waitsForTheDisk, OutcomeUnknownException.class);
        failure(suspended, ActorException.class);
        failure(behind, ActorSystemClosedException.class);
    }

    @Test
    @Fault({"F12", "F29"})
    void shouldTellTheSenderAtOnceThatTheMailboxIsFull() {
        Settings settings = new Settings(0, Duration.ofMinutes(1), 8, 100, Duration.ofSeconds(20));
        try (World world = new World(SyncMode.ON_REQUEST, settings)) {
            CompletableFuture<Long> blocked = new CompletableFuture<>();
            EntityRef ledger = world.ledger("a");
            ledger.tell(new AddLater(blocked));
            eventually("the actor waits", () -> blocked.getNumberOfDependents() > 0);
            eventually("the mailbox fills up", () -> !ledger.tell(new Get()));

            MailboxFullException full = failure(ledger.ask(new Get()), MailboxFullException.class);

            assertThat(full).hasMessageContaining("actor=ledger/a").hasMessageContaining("mailboxCapacity=8");
            assertThat(await(world.ledger("b").ask(new Add(1))).sum()).isEqualTo(1);
            blocked.complete(1L);
        }
    }

    @Test
    void shouldRefuseTwoClassesOfOneEntityType() {
        final class Impostor extends PersistentActor<Ledger.Added, Long> {
            Impostor() {
                super("ledger");
            }

            @Override
            protected Long initialState() {
                return 0L;
            }
        }
        try (World world = new World()) {
            assertThatThrownBy(() -> world.system.register(new Impostor()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("entityType=ledger");
        }
    }

    @Test
    void shouldFailAnAskThatTakesTooLong() {
        try (World world = new World(SyncMode.MANUAL)) {
            CompletionStage<Total> reply = world.ledger("a").ask(new Add(1), Duration.ofMillis(20));

            AskTimeoutException late = failure(reply, AskTimeoutException.class);

            assertThat(late).hasMessageContaining("actor=ledger/a").hasMessageContaining("message=Add");
        }
    }

    @Test
    void shouldPassOnAFailureThatComesBeforeTheTimeout() {
        try (World world = new World()) {
            failure(world.ledger("a").ask(new Explode(), Duration.ofMinutes(1)), ActorFailedException.class);
        }
    }
}
