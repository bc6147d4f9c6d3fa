package io.stele.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.stele.codec.RecordCodec;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemoryJournalOptions;
import io.stele.testkit.InMemorySnapshotStore;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each meter moves when the thing happens that it is about. */
final class MetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final InMemoryJournal journal = InMemoryJournal.open(
            InMemoryJournalOptions.standard().withSyncMode(InMemoryJournalOptions.SyncMode.OWN_THREAD));
    private ActorSystem system = start(journal);

    private ActorSystem start(InMemoryJournal from) {
        return ActorSystem.builder()
                .journal(from)
                .snapshots(InMemorySnapshotStore.open())
                .codec(RecordCodec.of())
                .workerCount(2)
                .closeTimeout(Duration.ofMillis(500))
                .metrics(registry)
                .build();
    }

    @AfterEach
    void close() {
        system.close();
    }

    private double value(String name, String... tags) {
        Meter meter = Objects.requireNonNull(registry.find(name).tags(tags).meter(), name);
        return meter.measure().iterator().next().getValue();
    }

    private void eventually(String name, double expected, String... tags) {
        World.eventually(
                name + " is " + expected,
                () -> registry.find(name).tags(tags).meter() != null && value(name, tags) == expected);
    }

    private EntityRef meek(String id) {
        return system.entity(Meek.class, id);
    }

    @Test
    void shouldCountTurnsMessagesAndEventsExactly() {
        for (int i = 0; i < 1_000; i++) {
            World.await(meek("1").ask(new Meek.Add(null)));
        }

        eventually("stele.actor.events", 1_000, "type", "meek");
        assertThat(value("stele.actor.messages", "type", "meek")).isEqualTo(1_000);
        assertThat(value("stele.actor.turns", "type", "meek")).isBetween(1.0, 10_000.0);
        assertThat(value("stele.actor.active", "type", "meek")).isEqualTo(1);
        assertThat(value("stele.mailbox.wait", "type", "meek")).as("samples").isBetween(1.0, 1_000.0);
        assertThat(value("stele.actor.processing", "type", "meek")).isBetween(1.0, 1_000.0);
        assertThat(value("stele.mailbox.depth", "type", "meek")).isBetween(1.0, 1_000.0);
        assertThat(value("stele.journal.append")).isBetween(1.0, 1_000.0);
    }

    @Test
    void shouldCountRejectionsDuplicatesAndFailures() {
        World.failure(meek("1").ask(new Meek.Refuse()), CommandRejectedException.class);
        World.await(meek("1").ask(new Meek.Add("a")));
        World.await(meek("1").ask(new Meek.Add("a")));
        World.failure(meek("1").ask(new Meek.Fail()), ActorFailedException.class);
        World.await(meek("1").ask(new Meek.Add("b")));

        assertThat(value("stele.command.rejected", "type", "meek")).isEqualTo(1);
        assertThat(value("stele.command.duplicates", "type", "meek")).isEqualTo(1);
        assertThat(value("stele.actor.failures", "type", "meek")).isEqualTo(1);
        assertThat(value("stele.actor.restarts", "type", "meek")).isEqualTo(1);
        assertThat(value("stele.actor.recovered", "type", "meek")).isEqualTo(2);
        assertThat(value("stele.recovery.duration")).isEqualTo(2);
        assertThat(value("stele.recovery.wait")).isEqualTo(2);
        assertThat(value("stele.recovery.events")).isEqualTo(1);
        assertThat(value("stele.recovery.replayed")).as("recoveries").isEqualTo(2);
    }

    @Test
    void shouldCountWhatWaitsAndWhatFindsNoRoom() {
        CountDownLatch gate = new CountDownLatch(1);
        var first = meek("1").ask(new Meek.Wait(gate));
        World.eventually("handler runs", () -> meek("1").waitingCount() == 0 && value("stele.actor.active") == 1);
        int taken = 0;
        while (meek("1").tell(new Meek.Add(null))) {
            taken++;
        }

        assertThat(value("stele.mailbox.rejected", "type", "meek", "reason", "full"))
                .isEqualTo(1);
        int waiting = taken;
        World.eventually("waiting", () -> value("stele.mailbox.waiting", "type", "meek") >= waiting - 1);
        gate.countDown();
        World.await(first);
        eventually("stele.mailbox.waiting", 0, "type", "meek");
    }

    @Test
    void shouldCountStashSnapshotsAndPassivation() {
        assertThat(value0("stele.snapshot.age")).isNaN();
        meek("1").tell(new Meek.Later());
        eventually("stele.stash.size", 1, "type", "meek");
        for (int i = 0; i < 3; i++) {
            World.await(meek("2").ask(new Meek.Add(null)));
        }

        eventually("stele.snapshot.saved", 1, "type", "meek");
        assertThat(value("stele.snapshot.size", "type", "meek")).as("snapshots").isEqualTo(1);
        assertThat(value("stele.snapshot.age", "type", "meek")).isBetween(-1.0, 60.0);
        World.await(meek("3").ask(new Meek.Add(null)));
        meek("3").tell(new Meek.Leave());
        eventually("stele.actor.active", 2, "type", "meek");
    }

    private double value0(String name) {
        meek("0");
        return value(name, "type", "meek");
    }

    @Test
    void shouldCountTimersAndDeadLetters() {
        World.await(meek("1").ask(new Meek.Remind()));
        ActorRef<String> plain = system.spawn("plain", () -> new Plain());
        system.timers().once(Duration.ofMillis(1), plain, "tick");

        eventually("stele.timers.durable.fired", 1);
        eventually("stele.timers.fired", 1);
        eventually("stele.timers.durable", 0);
        system.timers().once(Duration.ofHours(1), plain, "late");
        assertThat(value("stele.timers.waiting")).isEqualTo(1);
        meek("1").tell(new Meek.Fail());
        eventually("stele.deadletters", 1, "reason", "refused");
    }

    @Test
    void shouldCountPlainActorsByClass() {
        ActorRef<String> plain = system.spawn("plain", () -> new Plain());
        for (int i = 0; i < 100; i++) {
            plain.tell("hello");
        }
        plain.tell("fail");

        eventually("stele.actor.messages", 101, "type", "MetersTest$Plain");
        eventually("stele.actor.failures", 1, "type", "MetersTest$Plain");
        eventually("stele.actor.restarts", 1, "type", "MetersTest$Plain");
        eventually("stele.actor.active", 1, "type", "MetersTest$Plain");
        system.stop(plain);
        eventually("stele.actor.active", 0, "type", "MetersTest$Plain");
    }

    @Test
    void shouldCountNothingWithoutARegistry() {
        try (World world = new World(InMemoryJournalOptions.SyncMode.OWN_THREAD)) {
            assertThat(world.system.meterRegistry()).isNull();
            assertThat(world.system.meters()).isNull();
            assertThat(world.system.health()).isEqualTo(new Health(true, true, java.util.List.of()));
        }
    }

    @Test
    void shouldSayThatALaneHasFailed() {
        assertThat(system.health().ready()).isTrue();
        journal.failAppendAt(1);

        World.failure(meek("1").ask(new Meek.Add(null)), OutcomeUnknownException.class);

        assertThat(system.health().live()).isFalse();
        assertThat(system.health().reasons().get(0).code()).isEqualTo("lane-failed");
        assertThat(registry.find("stele.journal.failed").gauges().stream()
                        .mapToDouble(gauge -> gauge.value())
                        .sum())
                .isEqualTo(1);
    }

    @Test
    void shouldSayThatItIsBeingClosed() {
        system.close();

        assertThat(system.health().live()).isTrue();
        assertThat(system.health().ready()).isFalse();
        assertThat(system.health().reasons().get(0).code()).isEqualTo("closing");
    }

    static final class Plain implements Actor<String> {
        @Override
        public void onMessage(String message, Context<String> context) {
            if (message.equals("fail")) {
                throw new IllegalStateException("as asked");
            }
        }
    }

    /** A counter that can be asked for anything that is counted. */
    static final class Meek extends PersistentActor<Meek.Done1, Integer> {
        record Add(@org.jspecify.annotations.Nullable String id) implements Command<Integer> {
            @Override
            public @org.jspecify.annotations.Nullable String commandId() {
                return id;
            }
        }

        record Refuse() implements Command<Integer> {}

        record Fail() implements Command<Integer> {}

        record Later() implements Command<Integer> {}

        record Wait(CountDownLatch gate) implements Command<Integer> {}

        record Leave() implements Command<Done> {}

        record Remind() implements Command<Integer> {}

        record Done1(int by) {}

        Meek() {
            super("meek");
        }

        @Override
        protected Integer initialState() {
            return 0;
        }

        @Override
        protected int mailboxCapacity() {
            return 4;
        }

        @Override
        protected int snapshotEvery() {
            return 3;
        }

        @Override
        protected void commands(CommandHandlers<Done1, Integer> on) {
            on.on(Add.class, (sum, add) -> persist(new Done1(1)).thenReply(after -> after));
            on.on(Refuse.class, (sum, refuse) -> reject("no"));
            on.on(Fail.class, (sum, fail) -> {
                throw new IllegalStateException("as asked");
            });
            on.on(Later.class, (sum, later) -> stash());
            on.on(Wait.class, (sum, wait) -> {
                World.await(java.util.concurrent.CompletableFuture.supplyAsync(() -> {
                    try {
                        return wait.gate().await(20, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
                return reply(sum);
            });
            on.on(Leave.class, (sum, leave) -> stop());
            on.on(
                    Remind.class,
                    (sum, remind) -> persist(new Done1(1))
                            .startTimer("soon", Duration.ZERO, new Add("timer"))
                            .thenReply(after -> after));
        }

        @Override
        protected void events(EventHandlers<Done1, Integer> on) {
            on.on(Done1.class, (sum, done) -> sum + done.by());
        }
    }
}
