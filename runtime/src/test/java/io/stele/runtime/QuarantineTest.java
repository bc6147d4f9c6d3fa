package io.stele.runtime;

import static io.stele.runtime.ProbeWorld.id;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.recovery.RecoveryReport;
import io.stele.recovery.SkipNote;
import io.stele.runtime.Probe.Add;
import io.stele.runtime.Probe.AddAll;
import io.stele.runtime.Probe.Added;
import io.stele.runtime.Probe.Get;
import io.stele.spi.EventReader;
import io.stele.spi.StoredEvent;
import io.stele.testkit.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An event that cannot be applied stops its actor alone, is remembered, and there are two ways back. */
final class QuarantineTest {

    private static Consumer<Added> poisonAt(long amount) {
        return added -> {
            if (added.amount() == amount) {
                throw new IllegalStateException("no " + amount);
            }
        };
    }

    /** Stores 1 to 5, and breaks the handler for 3 while the actor is not in memory. */
    private static void poison(ProbeWorld world, String id) {
        world.ask(id, new AddAll(List.of(1L, 2L)));
        world.ask(id, new Add(3));
        world.ask(id, new AddAll(List.of(4L, 5L)));
        world.unload(id);
        world.hook = poisonAt(3);
    }

    @Test
    @Fault("F18")
    void shouldStopTheActorAloneAndNameWhatIsWrong() {
        try (ProbeWorld world = new ProbeWorld()) {
            poison(world, "a");

            ActorQuarantinedException refused =
                    failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);

            assertThat(refused)
                    .hasMessageContaining("persistenceId=probe/a")
                    .hasMessageContaining("sequenceNumber=3")
                    .hasMessageContaining("type=added")
                    .hasMessageContaining("no 3")
                    .hasMessageContaining("run: stele state probe/a --at 2");
            assertThat(refused.quarantined().sequenceNumber()).isEqualTo(3);
            assertThat(refused.quarantined().epoch()).isEqualTo(world.journal.epoch());
            assertThat(world.system.quarantine().list()).containsExactly(refused.quarantined());
            assertThat(world.ask("b", new Add(1)).values()).containsExactly(1L);
        }
    }

    static Stream<Throwable> shouldTakeWhateverAnEventHandlerThrows() {
        return Stream.of(
                new StackOverflowError("deep"),
                new AssertionError("never"),
                new NoClassDefFoundError("gone"),
                new ClassCastException("other"));
    }

    @ParameterizedTest
    @MethodSource
    void shouldTakeWhateverAnEventHandlerThrows(Throwable thrown) {
        try (ProbeWorld world = new ProbeWorld()) {
            poison(world, "a");
            world.hook = added -> throwIt(thrown, added.amount() == 3);

            ActorQuarantinedException refused =
                    failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);

            assertThat(refused.quarantined().cause()).contains(thrown.getClass().getName());
            assertThat(refused.quarantined().sequenceNumber()).isEqualTo(3);
            world.hook = added -> {};
            assertThat(world.ask("b", new Add(1)).values()).containsExactly(1L);
        }
    }

    @Test
    @Fault("F15")
    void shouldTakeAHandlerThatOverflowsTheStackWhileTheActorIsLive() {
        try (ProbeWorld world = new ProbeWorld()) {
            world.ask("a", new Add(1));
            world.hook = QuarantineTest::recurse;

            failure(world.probe("a").ask(new AddAll(List.of(2L, 3L))), EventHandlerException.class);
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);

            Quarantined entry = world.system.quarantine().find(id("a")).orElseThrow();
            assertThat(entry.sequenceNumber()).as("the first of the batch").isEqualTo(2);
            assertThat(entry.cause()).contains("StackOverflowError");
        }
    }

    @SuppressWarnings("InfiniteRecursion")
    private static void recurse(Added added) {
        recurse(new Added(added.amount() + 1));
    }

    private static void throwIt(Throwable thrown, boolean now) {
        if (now && thrown instanceof Error error) {
            throw error;
        }
        if (now && thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }

    @Test
    @Fault("F18")
    void shouldRefuseWithoutAnotherReplayAlsoAfterACrash() {
        try (ProbeWorld world = new ProbeWorld()) {
            poison(world, "a");
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);
            eventually("the entry is flushed", () -> world.flushes.get() > 0);
            AtomicLong applied = new AtomicLong();
            world.hook = added -> applied.incrementAndGet();

            world.crash();

            ActorQuarantinedException refused =
                    failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);
            assertThat(refused.quarantined().sequenceNumber()).isEqualTo(3);
            assertThat(applied).as("events that were tried again").hasValue(0);
            assertThat(world.system.activeEntityCount()).isZero();
        }
    }

    @Test
    void shouldFindOutAgainWhenTheIndexIsLost() {
        try (ProbeWorld world = new ProbeWorld()) {
            poison(world, "a");
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);
            world.index = io.stele.testkit.InMemoryIndexStore.open();

            world.crash();

            assertThat(world.system.quarantine().list()).isEmpty();
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);
            assertThat(world.system.quarantine().list()).hasSize(1);
        }
    }

    @Test
    void shouldLetTheActorBackWhenItsHandlerHasBeenRepaired() {
        try (ProbeWorld world = new ProbeWorld()) {
            poison(world, "a");
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);
            world.restart();
            world.hook = added -> {};

            RecoveryReport report = world.system.quarantine().retry(id("a")).orElseThrow();

            assertThat(report.eventsReplayed()).isEqualTo(5);
            assertThat(report.eventsSkipped()).isZero();
            assertThat(world.ask("a", new Get()).values()).containsExactly(1L, 2L, 3L, 4L, 5L);
            assertThat(world.system.quarantine().list()).isEmpty();
            assertThat(Quarantine.read(world.index)).isEmpty();
            assertThat(world.system.quarantine().retry(id("a"))).isEmpty();
        }
    }

    @Test
    void shouldKeepTheActorWhoseHandlerIsStillBroken() {
        try (ProbeWorld world = new ProbeWorld()) {
            poison(world, "a");
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);
            world.hook = poisonAt(5);

            assertThatThrownBy(() -> world.system.quarantine().retry(id("a")))
                    .isInstanceOf(ActorQuarantinedException.class)
                    .hasMessageContaining("sequenceNumber=5");

            assertThat(world.system.quarantine().find(id("a")).orElseThrow().sequenceNumber())
                    .isEqualTo(5);
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);
        }
    }

    @Test
    void shouldRetryEveryoneAndSayWhoStays() {
        try (ProbeWorld world = new ProbeWorld()) {
            for (String name : List.of("a", "b", "c")) {
                world.hook = added -> {};
                poison(world, name);
                failure(world.probe(name).ask(new Get()), ActorQuarantinedException.class);
            }
            AtomicLong calls = new AtomicLong();
            world.hook = added -> throwIt(new IllegalStateException("first"), calls.incrementAndGet() == 1);

            Quarantine.Outcome outcome = world.system.quarantine().retryAll();

            assertThat(outcome.released()).containsExactly(id("b"), id("c"));
            assertThat(outcome.kept()).containsOnlyKeys(id("a"));
        }
    }

    @Test
    void shouldLeaveTheEventOutForGoodOnceThatWasDecided() {
        try (ProbeWorld world = new ProbeWorld()) {
            poison(world, "a");
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);

            world.system.quarantine().skip(id("a"), 3, "ops@example.com", "double booking, ticket 7");

            assertThat(world.ask("a", new Get()).values()).containsExactly(1L, 2L, 4L, 5L);
            assertThat(world.ask("a", new Add(6)).values()).containsExactly(1L, 2L, 4L, 5L, 6L);
            assertThat(world.system.recoveries().last().get(0).eventsSkipped()).isEqualTo(1);
            assertThat(world.system.quarantine().list()).isEmpty();
            world.crash();
            assertThat(world.ask("a", new Get()).values()).containsExactly(1L, 2L, 4L, 5L, 6L);
            world.hook = added -> {};
            world.crash();
            assertThat(world.ask("a", new Get()).values())
                    .as("with a handler that could apply it now")
                    .containsExactly(1L, 2L, 4L, 5L, 6L);
        }
    }

    @Test
    @Fault("F18")
    void shouldWriteWhoDecidedAndWhyIntoTheActorsHistory() {
        try (ProbeWorld world = new ProbeWorld()) {
            poison(world, "a");
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);

            world.system.quarantine().skip(id("a"), 3, "ops@example.com", "double booking");

            List<SkipNote> notes = new ArrayList<>();
            List<Long> timestamps = new ArrayList<>();
            long events = world.journal.replay(id("a"), 1, Long.MAX_VALUE, new EventReader() {
                @Override
                public void onEvent(StoredEvent event) {
                    assertThat(event.batchCount()).isPositive();
                }

                @Override
                public void onNote(StoredEvent note) {
                    notes.add(SkipNote.of(note));
                    timestamps.add(note.timestampMs());
                }
            });
            assertThat(events).as("the event stays").isEqualTo(5);
            assertThat(notes).containsExactly(new SkipNote(3, "ops@example.com", "double booking"));
            assertThat(timestamps).allMatch(ms -> ms > 0);
        }
    }

    @Test
    void shouldLeaveOutTwoEventsOneAfterTheOther() {
        try (ProbeWorld world = new ProbeWorld()) {
            poison(world, "a");
            world.hook = poisonAt(3).andThen(poisonAt(5));
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);
            world.system.quarantine().skip(id("a"), 3, "ops", "one");
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);

            world.system.quarantine().skip(id("a"), 5, "ops", "two");

            assertThat(world.ask("a", new Get()).values()).containsExactly(1L, 2L, 4L);
            world.hook = poisonAt(5);
            world.crash();
            assertThat(world.ask("a", new Get()).values())
                    .as("one can be applied again, the other not")
                    .containsExactly(1L, 2L, 4L);
        }
    }

    @Test
    void shouldStartFromASnapshotThatWasTakenAfterTheDecision() {
        try (ProbeWorld world = new ProbeWorld(settings -> settings.snapshotEvery = 4)) {
            world.ask("a", new AddAll(List.of(1L, 2L)));
            world.unload("a");
            world.hook = poisonAt(2);
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);
            world.system.quarantine().skip(id("a"), 2, "ops", "one");
            for (long amount = 3; amount <= 6; amount++) {
                world.ask("a", new Add(amount));
            }
            eventually("a snapshot is saved", () -> world.system.snapshotsSaved() == 1);

            world.unload("a");

            assertThat(world.ask("a", new Get()).values()).containsExactly(1L, 3L, 4L, 5L, 6L);
            RecoveryReport report = world.system.recoveries().last().get(0);
            assertThat(report.snapshotSequenceNumber()).isPositive();
            assertThat(report.eventsSkipped()).isZero();
        }
    }

    @Test
    void shouldNotSkipWhatIsNotInQuarantine() {
        try (ProbeWorld world = new ProbeWorld()) {
            poison(world, "a");
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);
            Quarantine quarantine = world.system.quarantine();

            assertThatThrownBy(() -> quarantine.skip(id("a"), 2, "ops", "wrong one"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("sequenceNumberInQuarantine=3");
            assertThatThrownBy(() -> quarantine.skip(id("b"), 1, "ops", "wrong one"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("sequenceNumberInQuarantine=none");
            assertThatThrownBy(() -> quarantine.skip(id("a"), 3, " ", "nobody"))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> quarantine.skip(id("a"), 3, "ops", ""))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(quarantine.list()).hasSize(1);
        }
    }
}
