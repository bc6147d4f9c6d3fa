package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.codec.PayloadValue;
import io.stele.codec.RecordCodec;
import io.stele.recovery.Recovery;
import io.stele.recovery.RecoveryReport;
import io.stele.recovery.Upcasters;
import io.stele.runtime.Till.Charged;
import io.stele.runtime.Till.Get;
import io.stele.runtime.Till.Keep;
import io.stele.runtime.Till.KeepOld;
import io.stele.runtime.Till.Moved;
import io.stele.runtime.Till.MovedV1;
import io.stele.runtime.Till.MovedV2;
import io.stele.runtime.Till.OldTill;
import io.stele.runtime.Till.OldTotal;
import io.stele.runtime.Till.Pinged;
import io.stele.runtime.Till.Stray;
import io.stele.runtime.Till.Total;
import io.stele.spi.Clock;
import io.stele.spi.Durability;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemoryJournalOptions;
import io.stele.testkit.InMemorySnapshotStore;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A program writes events; a later one, whose events are others, reads them. */
final class UpcasterTest {
    private static final PersistenceId A = new PersistenceId("till", "a");

    private InMemoryJournal journal = InMemoryJournal.open(InMemoryJournalOptions.standard());
    private final InMemorySnapshotStore snapshots = InMemorySnapshotStore.open();

    @AfterEach
    void close() {
        journal.close();
    }

    private ActorSystem open(PersistentActor<?, ?> till) {
        journal = journal.crash(Durability.PROCESS_CRASH);
        ActorSystem system = ActorSystem.builder()
                .journal(journal)
                .snapshots(snapshots)
                .codec(RecordCodec.of())
                .workerCount(2)
                .build();
        system.register(till);
        return system;
    }

    /** Lets the earlier program store batches, and end. */
    private void store(String id, int snapshotEvery, KeepOld... batches) {
        try (ActorSystem system = open(new OldTill(snapshotEvery))) {
            for (KeepOld batch : batches) {
                await(system.entity(OldTill.class, id).ask(batch));
            }
        }
    }

    private static KeepOld batch(Till.OldEvent... events) {
        return new KeepOld(null, List.of(events));
    }

    /** From version 1 over version 2, which splits, to today; a ping means nothing any more. */
    private static void chain(Upcasters on) {
        on.event(MovedV1.class, old -> List.of(new MovedV2(old.cents(), old.fee(), "EUR")))
                .event(
                        MovedV2.class,
                        old -> old.fee() == 0
                                ? List.of(new Moved(old.cents(), old.currency()))
                                : List.of(new Moved(old.cents(), old.currency()), new Charged(old.fee())))
                .event(Pinged.class, old -> List.of());
    }

    private RecoveryReport recover(Consumer<Upcasters> upcasters, long toSequenceNumber, Till till) {
        EntityType<Till.Event, Total> type = new EntityType<>(till, RecordCodec.of());
        RecordCodec codec = RecordCodec.of(Till.Event.class, MovedV1.class, MovedV2.class, Pinged.class, Total.class);
        Upcasters on = new Upcasters();
        upcasters.accept(on);
        Recovery recovery = new Recovery(journal, snapshots, codec, Clock.system());
        recovery.upcast("till", on);
        return recovery.recover(A, toSequenceNumber, new Restored<>(type, codec, Clock.system()));
    }

    @Test
    void shouldTurnOldEventsIntoNoneOneOrSeveralThroughAllVersions() {
        store("a", 0, batch(new MovedV1(100, 0), new Pinged(), new MovedV1(20, 3)), batch(new Pinged()));

        Till till = new Till(0, UpcasterTest::chain);
        try (ActorSystem system = open(till)) {
            EntityRef a = system.entity(Till.class, "a");

            assertThat(await(a.ask(new Get()))).isEqualTo(new Total(120, 3, 3));
            assertThat(till.applied).containsExactly(new Moved(100, "EUR"), new Moved(20, "EUR"), new Charged(3));
            assertThat(await(a.ask(new Keep(new Moved(1, "EUR"))))).isEqualTo(5L);
        }
        try (ActorSystem system = open(new Till(0, UpcasterTest::chain))) {
            assertThat(await(system.entity(Till.class, "a").ask(new Get())))
                    .as("old and new events together")
                    .isEqualTo(new Total(121, 3, 4));
        }
    }

    @Test
    void shouldCheckHistoriesAsTheyAreReadToday() {
        store("a", 0, batch(new MovedV1(100, 0), new Pinged(), new MovedV1(20, 3)), batch(new Pinged()));
        HistoryCheck check = new HistoryCheck(journal, snapshots, RecordCodec.of());
        check.register(new Till(0, UpcasterTest::chain));

        assertThat(check.check(A).agrees()).isTrue();
        RunningCheck running = check.beginStates(A);
        assertThat(journal.replay(A, 1, Long.MAX_VALUE, running)).isEqualTo(4);

        assertThat(running.verdict()).isNotNull();
        assertThat(running.state()).isEqualTo(new Total(120, 3, 3));
    }

    @Test
    void shouldAnswerACommandAgainWhoseEventMeansNothingToday() {
        store("a", 0, new KeepOld("id-1", List.of(new Pinged())), new KeepOld("id-2", List.of(new MovedV1(7, 1))));

        try (ActorSystem system = open(new Till(0, UpcasterTest::chain))) {
            EntityRef a = system.entity(Till.class, "a");

            assertThat(await(a.ask(new Keep("id-1", new Moved(50, "EUR"))))).isEqualTo(1L);
            assertThat(await(a.ask(new Keep("id-2", new Moved(50, "EUR"))))).isEqualTo(2L);
            assertThat(await(a.ask(new Get()))).isEqualTo(new Total(7, 1, 2));
        }
    }

    @Test
    void shouldUpcastFromBytesWhatNoClassStandsFor() {
        store("a", 0, batch(new Stray("first", 4)));

        try (ActorSystem system = open(new Till(
                0,
                on -> on.event("stray", 1, stored -> {
                            PayloadValue.Fields old = (PayloadValue.Fields) PayloadValue.read(stored.payload());
                            return List.of(new MovedV2(old.whole("cents"), stored.sequenceNumber(), old.text("note")));
                        })
                        .event(
                                MovedV2.class,
                                old -> List.of(new Moved(old.cents(), old.currency()), new Charged(old.fee())))))) {
            assertThat(await(system.entity(Till.class, "a").ask(new Get()))).isEqualTo(new Total(4, 1, 2));
        }
    }

    @Test
    void shouldRefuseAnActorWithAnEventThatNobodyKnowsAndKeepTheEvent() {
        store("a", 0, batch(new MovedV1(5, 0)), batch(new Stray("x", 1)));
        store("b", 0, batch(new MovedV1(6, 0)));

        try (ActorSystem system = open(new Till(0, UpcasterTest::chain))) {
            ActorQuarantinedException refused =
                    failure(system.entity(Till.class, "a").ask(new Get()), ActorQuarantinedException.class);

            assertThat(refused)
                    .hasMessageContaining("type is unknown here")
                    .hasMessageContaining("persistenceId=till/a")
                    .hasMessageContaining("sequenceNumber=2")
                    .hasMessageContaining("type=stray, version=1")
                    .hasMessageContaining("register its class")
                    .hasMessageContaining("@FormerName")
                    .hasMessageContaining("upcaster");
            assertThat(await(system.entity(Till.class, "b").ask(new Get()))).isEqualTo(new Total(6, 0, 1));
        }
        assertThat(journal.replay(A, 1, Long.MAX_VALUE, event -> {})).isEqualTo(2);
        try (ActorSystem system = open(new Till(0, on -> {
            chain(on);
            on.event("stray", 1, stored -> List.of());
        }))) {
            assertThat(await(system.entity(Till.class, "a").ask(new Get()))).isEqualTo(new Total(5, 0, 1));
        }
    }

    @Test
    void shouldRefuseAVersionThatNoClassIsOf() {
        store("a", 0, batch(new MovedV1(5, 0)));

        try (ActorSystem system = open(new Till(0, on -> {}))) {
            assertThat(failure(system.entity(Till.class, "a").ask(new Get()), ActorQuarantinedException.class))
                    .hasMessageContaining("type=moved, version=1")
                    .hasMessageContaining("earlier version");
        }
    }

    @Test
    void shouldTakeOnlyTheActorOutOfServiceWhoseUpcasterThrows() {
        store("a", 0, batch(new MovedV1(5, 0), new MovedV1(-1, 0)));
        store("b", 0, batch(new MovedV1(6, 0)));

        try (ActorSystem system = open(new Till(
                0,
                on -> on.event(MovedV1.class, old -> {
                    if (old.cents() < 0) {
                        throw new IllegalStateException("below zero");
                    }
                    return List.of(new Moved(old.cents(), "EUR"));
                })))) {
            assertThat(failure(system.entity(Till.class, "a").ask(new Get()), ActorQuarantinedException.class))
                    .hasMessageContaining("persistenceId=till/a")
                    .hasMessageContaining("sequenceNumber=2")
                    .hasMessageContaining("type=moved, version=1")
                    .hasMessageContaining("upcaster threw")
                    .hasMessageContaining("below zero");
            assertThat(await(system.entity(Till.class, "b").ask(new Get()))).isEqualTo(new Total(6, 0, 1));
        }
    }

    @Test
    void shouldRefuseUpcastersThatNeverEnd() {
        store("a", 0, batch(new MovedV1(5, 0)));

        try (ActorSystem system = open(new Till(
                0,
                on -> on.event(MovedV1.class, old -> List.of(new MovedV2(1, 1, "")))
                        .event(MovedV2.class, old -> List.of(new MovedV1(1, 1)))))) {
            assertThat(failure(system.entity(Till.class, "a").ask(new Get()), ActorQuarantinedException.class))
                    .hasMessageContaining("circle")
                    .hasMessageContaining("sequenceNumber=1");
        }
    }

    @Test
    void shouldRefuseAnEventWithBothAHandlerAndAnUpcaster() {
        Till till = new Till(0, on -> on.event(Moved.class, old -> List.of()));

        assertThatThrownBy(() -> open(till).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("both a handler and an upcaster")
                .hasMessageContaining(Moved.class.getName());
    }

    @Test
    void shouldRefuseTwoUpcastersFromTheSame() {
        Upcasters on = new Upcasters().event("moved", 1, stored -> List.of());

        assertThatThrownBy(() -> on.event("moved", 1, stored -> List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from=moved");
    }

    @Test
    void shouldUpcastHistoriesThatAreReadUpToAPoint() {
        store("a", 0, batch(new MovedV1(100, 0)), batch(new MovedV1(20, 3)), batch(new MovedV1(1, 1)));
        Till till = new Till(0, UpcasterTest::chain);

        RecoveryReport report = recover(UpcasterTest::chain, 2, till);

        assertThat(report.sequenceNumber()).isEqualTo(2);
        assertThat(report.eventsReplayed()).as("stored events").isEqualTo(2);
        assertThat(till.applied).containsExactly(new Moved(100, "EUR"), new Moved(20, "EUR"), new Charged(3));
    }

    @Test
    void shouldDropSnapshotsOfAnEarlierVersionInFavourOfTheEvents() {
        store("a", 2, batch(new MovedV1(100, 0), new MovedV1(1, 0)));
        store("a", 2, batch(new MovedV1(20, 3), new Pinged()));
        assertThat(snapshots.sequenceNumbers(A)).containsExactly(4L, 2L);
        Till till = new Till(0, UpcasterTest::chain);

        RecoveryReport report = recover(UpcasterTest::chain, Long.MAX_VALUE, till);

        assertThat(report.snapshotsPassedOver()).isEqualTo(2);
        assertThat(report.snapshotSequenceNumber()).isZero();
        assertThat(report.eventsReplayed()).isEqualTo(4);
        try (ActorSystem system = open(new Till(0, UpcasterTest::chain))) {
            assertThat(await(system.entity(Till.class, "a").ask(new Get()))).isEqualTo(new Total(121, 3, 4));
        }
    }

    @Test
    void shouldUpcastAStateInsteadOfReplaying() {
        store("a", 2, batch(new MovedV1(100, 0), new MovedV1(1, 0)), batch(new MovedV1(20, 3)));
        Till till = new Till(0, on -> {
            chain(on);
            on.state(OldTotal.class, old -> new Total(old.cents(), -1, -1));
        });

        try (ActorSystem system = open(till)) {
            assertThat(await(system.entity(Till.class, "a").ask(new Get()))).isEqualTo(new Total(121, 2, 1));
            assertThat(till.applied).as("only what came after the snapshot").hasSize(2);
        }
    }

    @Test
    void shouldDropASnapshotThatHoldsAnotherClass() {
        store("a", 2, batch(new MovedV1(100, 0), new MovedV1(1, 0)));
        Till till = new Till(0, UpcasterTest::chain);
        till.alsoStored = List.of(OldTotal.class);

        try (ActorSystem system = open(till)) {
            assertThat(await(system.entity(Till.class, "a").ask(new Get()))).isEqualTo(new Total(101, 0, 2));
        }
    }

    @Test
    void shouldDropASnapshotWhoseUpcasterThrows() {
        store("a", 2, batch(new MovedV1(100, 0), new MovedV1(1, 0)));
        Consumer<Upcasters> throwing = on -> {
            chain(on);
            on.state(OldTotal.class, old -> {
                throw new IllegalStateException("no");
            });
        };

        try (ActorSystem system = open(new Till(0, throwing))) {
            assertThat(await(system.entity(Till.class, "a").ask(new Get()))).isEqualTo(new Total(101, 0, 2));
        }
    }

    @Test
    void shouldSayWhichUpcasterOfAStateFailed() {
        Upcasters on = new Upcasters().state(OldTotal.class, old -> {
            throw new IllegalStateException("no");
        });

        assertThatThrownBy(() -> on.upcastState(new OldTotal(1)))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("upcaster threw")
                .hasMessageContaining(OldTotal.class.getName());
        assertThat(on.upcastState(5L)).isEqualTo(5L);
    }
}
