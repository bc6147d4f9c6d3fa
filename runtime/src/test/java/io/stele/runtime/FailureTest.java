package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.Ledger.Add;
import io.stele.runtime.Ledger.AddPoison;
import io.stele.runtime.Ledger.AddUnstorable;
import io.stele.runtime.Ledger.Explode;
import io.stele.runtime.Ledger.Get;
import io.stele.runtime.Ledger.ReplyThrows;
import io.stele.runtime.Ledger.Settings;
import io.stele.runtime.Ledger.Total;
import io.stele.runtime.Ledger.Unknown;
import io.stele.spi.Durability;
import io.stele.spi.PersistenceId;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What an actor does when something throws, and what is left of it afterwards. */
final class FailureTest {
    private static final PersistenceId A = new PersistenceId("ledger", "a");

    private static long storedCount(World world) {
        return world.journal.replay(A, 1, Long.MAX_VALUE, event -> {});
    }

    @Test
    @Fault("F09")
    void shouldLeaveStateAndSequenceNumberAsTheyWereWhenTheJournalIsFull() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Add(5)));
            world.journal.fullFrom(1);

            failure(ledger.ask(new Add(7)), JournalUnavailableException.class);

            assertThat(await(ledger.ask(new Get()))).isEqualTo(new Total(5, 1, false));
            assertThat(world.ledger.applied).containsExactly(5L);
            assertThat(storedCount(world)).isEqualTo(1);
            world.journal.spaceReturns();
            assertThat(await(ledger.ask(new Add(2)))).isEqualTo(new Total(7, 2, false));
            assertThat(storedCount(world)).isEqualTo(2);
        }
    }

    @Test
    void shouldLeaveTheStateAsItWasWhenTheAppendFails() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Add(5)));
            world.journal.failAppendAt(1);

            OutcomeUnknownException unknown = failure(ledger.ask(new Add(7)), OutcomeUnknownException.class);

            assertThat(unknown).hasMessageContaining("persistenceId=ledger/a");
            assertThat(world.ledger.applied)
                    .as("live, and again at its restart")
                    .containsOnly(5L);
            assertThat(storedCount(world)).isEqualTo(1);
            world.crash(Durability.POWER_LOSS);
            assertThat(await(world.ledger("a").ask(new Get()))).isEqualTo(new Total(5, 1, false));
        }
    }

    @Test
    @Fault("F04")
    void shouldAcknowledgeNothingAfterAForceHasFailed() {
        try (World world = new World(SyncMode.MANUAL)) {
            EntityRef ledger = world.ledger("a");
            List<CompletionStage<Total>> replies = new ArrayList<>();
            for (int i = 1; i <= 10; i++) {
                replies.add(ledger.ask(new Add(i)));
            }
            eventually("all are applied", () -> world.ledger.applied.size() == 10);
            world.journal.failSyncAt(1);

            world.sync();

            replies.forEach(reply -> failure(reply, OutcomeUnknownException.class));
            failure(ledger.ask(new Get()), OutcomeUnknownException.class);
            failure(ledger.ask(new Add(1)), OutcomeUnknownException.class);
        }
    }

    @Test
    @Fault("F04")
    void shouldServeOtherLanesWhenOneHasFailed() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            int other = 0;
            while (new PersistenceId("ledger", "b" + other).slice() % 4 == A.slice() % 4) {
                other++;
            }
            world.journal.failSyncAt(1);
            failure(ledger.ask(new Add(7)), OutcomeUnknownException.class);

            assertThat(await(world.ledger("b" + other).ask(new Add(1))).sum()).isEqualTo(1);
        }
    }

    @Test
    @Fault({"F14", "F17"})
    void shouldStoreNothingWhenACommandHandlerThrows() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Add(5)));
            CompletionStage<Total> exploded = ledger.ask(new Explode());
            CompletionStage<Total> behind = ledger.ask(new Add(2));

            ActorFailedException failed = failure(exploded, ActorFailedException.class);

            assertThat(failed).hasMessageContaining("boom").hasMessageContaining("command=Explode");
            assertThat(await(behind)).isEqualTo(new Total(7, 2, false));
            assertThat(storedCount(world)).isEqualTo(2);
        }
    }

    @Test
    @Fault("F14")
    void shouldRecoverAfterACommandHandlerThrewSoThatNoHalfChangedStateLivesOn() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Add(5)));

            failure(ledger.ask(new Explode()), ActorFailedException.class);
            await(ledger.ask(new Get()));

            assertThat(world.ledger.applied).as("applied live, then replayed").containsExactly(5L, 5L);
        }
    }

    @Test
    void shouldTakeAnActorOutOfServiceWhoseEventHandlerThrows() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Add(5)));

            EventHandlerException poisoned = failure(ledger.ask(new AddPoison()), EventHandlerException.class);

            assertThat(poisoned).hasMessageContaining("sequenceNumber=2").hasMessageContaining("poison");
            ActorQuarantinedException out = failure(ledger.ask(new Get()), ActorQuarantinedException.class);
            assertThat(out).hasMessageContaining("sequenceNumber=2").hasMessageContaining("type=poisoned");
            assertThat(await(world.ledger("b").ask(new Add(1))).sum()).isEqualTo(1);
            assertThat(storedCount(world)).as("nothing is taken back").isEqualTo(2);
        }
    }

    @Test
    void shouldStoreNothingWhenAnEventCannotBeEncoded() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Add(5)));

            failure(ledger.ask(new AddUnstorable()), ActorFailedException.class);

            assertThat(await(ledger.ask(new Add(1)))).isEqualTo(new Total(6, 2, false));
            assertThat(storedCount(world)).isEqualTo(2);
        }
    }

    @Test
    void shouldSayThatEventsAreStoredWhenTheReplyThrows() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");

            EventHandlerException failed = failure(ledger.ask(new ReplyThrows()), EventHandlerException.class);

            assertThat(failed).hasMessageContaining("events are stored").hasMessageContaining("no reply");
            assertThat(await(ledger.ask(new Get())).sum()).isEqualTo(1);
        }
    }

    @Test
    @Fault("F17")
    void shouldRefuseACommandThatItDoesNotKnow() {
        try (World world = new World()) {
            UnhandledCommandException refused =
                    failure(world.ledger("a").ask(new Unknown()), UnhandledCommandException.class);

            assertThat(refused).hasMessageContaining("Unknown").hasMessageContaining("persistenceId=ledger/a");
        }
    }

    @Test
    void shouldGoOnWhenASnapshotCannotBeSaved() {
        Settings settings = new Settings(2, Duration.ofMinutes(2), 100, 100, Duration.ofSeconds(1));
        try (World world = new World(SyncMode.ON_REQUEST, settings)) {
            world.snapshots.failSaveAt(1);
            EntityRef ledger = world.ledger("a");
            await(ledger.ask(new Add(1)));
            await(ledger.ask(new Add(2)));
            eventually("the snapshot has failed", () -> world.system.snapshotsFailed() == 1);

            assertThat(await(ledger.ask(new Add(3))).sum()).isEqualTo(6);

            world.crash(Durability.POWER_LOSS);
            assertThat(await(world.ledger("a").ask(new Get())).sum()).isEqualTo(6);
            assertThat(world.ledger.applied).as("replayed from the start").containsExactly(1L, 2L, 3L);
        }
    }
}
