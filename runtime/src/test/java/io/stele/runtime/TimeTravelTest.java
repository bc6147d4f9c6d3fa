package io.stele.runtime;

import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.codec.RecordCodec;
import io.stele.recovery.Moment;
import io.stele.recovery.PoisonEventException;
import io.stele.runtime.Probe.Add;
import io.stele.runtime.Probe.AddAll;
import io.stele.runtime.Probe.Amounts;
import io.stele.runtime.Probe.Get;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemoryJournalOptions;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state of an actor at any number or time, while the actor itself takes no notice. */
final class TimeTravelTest {
    private static final int EVENTS = 20;

    private final ManualClock clock = ManualClock.start();

    private PastState<Amounts> at(ProbeWorld world, Moment moment) {
        return world.system.stateAt(Probe.class, "a", moment);
    }

    /** Stores 1 to 20, one every second. */
    private ProbeWorld world(int snapshotEvery) {
        ProbeWorld world = new ProbeWorld(settings -> {
            settings.snapshotEvery = snapshotEvery;
            settings.clock = clock;
        });
        for (int i = 1; i <= EVENTS; i++) {
            world.ask("a", new Add(i));
            int due = snapshotEvery == 0 ? 0 : i / snapshotEvery;
            eventually("snapshots are saved", () -> world.system.snapshotsSaved() == due);
            clock.advance(Duration.ofSeconds(1));
        }
        return world;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7})
    void shouldKnowTheStateAfterEveryEventAndAtEveryTime(int snapshotEvery) {
        try (ProbeWorld world = world(snapshotEvery)) {
            List<Long> timesMs = new ArrayList<>();
            world.journal.replay(ProbeWorld.id("a"), 1, Long.MAX_VALUE, event -> timesMs.add(event.timestampMs()));
            assertThat(timesMs).hasSize(EVENTS).isSorted();
            for (int i = 1; i <= EVENTS; i++) {
                PastState<Amounts> after = at(world, Moment.after(i));
                long timeMs = timesMs.get(i - 1);
                long count = timesMs.stream().filter(ms -> ms <= timeMs).count();
                long countBefore = timesMs.stream().filter(ms -> ms < timeMs).count();

                assertThat(after.state().values()).as("after %d", i).hasSize(i);
                assertThat(after.sequenceNumber()).isEqualTo(i);
                assertThat(after.timestampMs()).isEqualTo(timeMs);
                assertThat(at(world, Moment.at(Instant.ofEpochMilli(timeMs))).sequenceNumber())
                        .isEqualTo(count);
                assertThat(at(world, Moment.at(Instant.ofEpochMilli(timeMs - 1)))
                                .sequenceNumber())
                        .isEqualTo(countBefore);
            }
            assertThat(at(world, Moment.after(0)).state().values()).isEmpty();
            assertThat(at(world, Moment.after(0)).timestampMs()).isZero();
            assertThat(at(world, Moment.LATEST).state().values()).hasSize(EVENTS);
            assertThat(at(world, Moment.after(1_000)).sequenceNumber()).isEqualTo(EVENTS);
        }
    }

    @Test
    void shouldStartFromTheNearestSnapshot() {
        try (ProbeWorld world = world(7)) {
            PastState<Amounts> past = at(world, Moment.after(16));

            assertThat(past.report().snapshotSequenceNumber()).isEqualTo(14);
            assertThat(past.report().eventsReplayed()).isEqualTo(2);
        }
    }

    @Test
    void shouldNotDisturbTheLiveActor() {
        try (ProbeWorld world = world(0)) {
            long recoveries = world.system.recoveries().totals().done().recoveredCount();

            assertThat(at(world, Moment.after(3)).state().values()).containsExactly(1L, 2L, 3L);

            assertThat(world.system.recoveries().totals().done().recoveredCount())
                    .isEqualTo(recoveries);
            assertThat(world.ask("a", new Get()).values()).hasSize(EVENTS);
            world.system.stateAt(Probe.class, "nobody", Moment.LATEST);
            assertThat(world.system.activeEntityCount())
                    .as("nobody was brought in")
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldShowNoEventThatIsNotDurable() {
        try (ProbeWorld world = new ProbeWorld(settings -> settings.journal =
                InMemoryJournal.open(InMemoryJournalOptions.standard().withSyncMode(SyncMode.MANUAL)))) {
            AtomicLong applied = new AtomicLong();
            world.hook = added -> applied.incrementAndGet();
            var first = world.probe("a").ask(new Add(1));
            eventually("it is appended", () -> applied.get() == 1);

            assertThat(at(world, Moment.LATEST).sequenceNumber()).isZero();
            world.journal.syncAll();
            World.await(first);
            assertThat(at(world, Moment.LATEST).sequenceNumber()).isEqualTo(1);
        }
    }

    @Test
    void shouldShowTheStateBeforeAPoisonEvent() {
        try (ProbeWorld world = new ProbeWorld()) {
            world.ask("a", new AddAll(List.of(1L, 2L, 3L)));
            world.unload("a");
            world.hook = added -> {
                if (added.amount() == 3) {
                    throw new IllegalStateException("no");
                }
            };
            failure(world.probe("a").ask(new Get()), ActorQuarantinedException.class);

            assertThat(at(world, Moment.after(2)).state().values()).containsExactly(1L, 2L);
            assertThatThrownBy(() -> at(world, Moment.after(3))).isInstanceOf(PoisonEventException.class);
        }
    }

    @Test
    void shouldWorkOnHistoriesThatNobodyHasOpen() {
        try (ProbeWorld world = world(7)) {
            world.system.close();
            TimeTravel past = new TimeTravel(world.journal, world.snapshots, RecordCodec.of(), clock);
            past.register(new Probe(added -> {}, 0));

            assertThat(past.stateAt(Probe.class, "a", Moment.after(9)).state().values())
                    .hasSize(9);
        }
    }
}
