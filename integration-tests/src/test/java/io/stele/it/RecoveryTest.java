package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.Stele;
import io.stele.SteleReader;
import io.stele.recovery.Moment;
import io.stele.recovery.RecoveryPlan;
import io.stele.recovery.RecoveryRates;
import io.stele.runtime.ActorQuarantinedException;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.spi.PersistenceId;
import io.stele.testkit.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quarantine, plans and reports on real files. */
final class RecoveryTest {
    private static final PersistenceId A = new PersistenceId("counter", "a");

    @TempDir
    private Path directory;

    /** Adds up; throws at amounts above a limit. */
    private static final class Counter extends PersistentActor<Counter.Added, Counter.Sum> {
        record Add(long amount) implements Command<Sum> {}

        record Get() implements Command<Sum> {}

        record Added(long amount) {}

        record Sum(long value, long count) {}

        private final long limit;
        private final AtomicLong applied;

        Counter(long limit, AtomicLong applied) {
            super("counter");
            this.limit = limit;
            this.applied = applied;
        }

        @Override
        protected Sum initialState() {
            return new Sum(0, 0);
        }

        @Override
        protected void commands(CommandHandlers<Added, Sum> on) {
            on.on(Add.class, (sum, add) -> persist(new Added(add.amount())).thenReply(after -> after));
            on.on(Get.class, (sum, get) -> reply(sum));
        }

        @Override
        protected void events(EventHandlers<Added, Sum> on) {
            on.on(Added.class, (sum, added) -> {
                applied.incrementAndGet();
                if (added.amount() > limit) {
                    throw new IllegalStateException("above the limit");
                }
                return new Sum(sum.value() + added.amount(), sum.count() + 1);
            });
        }

        @Override
        protected int snapshotEvery() {
            return 40;
        }
    }

    private ActorSystem open(long limit, AtomicLong applied) {
        ActorSystem system = Stele.builder(directory)
                .journal(options -> options.withLaneCount(2).withSegmentBytes(1 << 20))
                .register(new Counter(limit, applied))
                .open();
        return system;
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    @Fault("F18")
    void shouldKeepAnActorInQuarantineOverRestartsUntilItsHandlerIsRepaired() throws Exception {
        AtomicLong applied = new AtomicLong();
        try (ActorSystem system = open(100, applied)) {
            await(system.entity(Counter.class, "a").ask(new Counter.Add(1)));
            await(system.entity(Counter.class, "a").ask(new Counter.Add(50)));
        }
        try (ActorSystem system = open(10, applied)) {
            assertThatThrownBy(() -> await(system.entity(Counter.class, "a").ask(new Counter.Get())))
                    .hasCauseInstanceOf(ActorQuarantinedException.class)
                    .hasMessageContaining("sequenceNumber=2");
            assertThat(await(system.entity(Counter.class, "b").ask(new Counter.Add(1)))
                            .count())
                    .isEqualTo(1);
        }
        try (SteleReader reader = Stele.openReadOnly(directory)) {
            assertThat(reader.quarantined()).singleElement().satisfies(entry -> {
                assertThat(entry.persistenceId()).isEqualTo(A);
                assertThat(entry.sequenceNumber()).isEqualTo(2);
                assertThat(entry.type().name()).isEqualTo("added");
            });
        }
        applied.set(0);
        try (ActorSystem system = open(100, applied)) {
            assertThatThrownBy(() -> await(system.entity(Counter.class, "a").ask(new Counter.Get())))
                    .hasCauseInstanceOf(ActorQuarantinedException.class);
            assertThat(applied).as("nothing is tried without being asked").hasValue(0);

            assertThat(system.quarantine().retryAll().released()).containsExactly(A);

            assertThat(await(system.entity(Counter.class, "a").ask(new Counter.Get())))
                    .isEqualTo(new Counter.Sum(51, 2));
        }
    }

    @Test
    void shouldLeaveOutASkippedEventForGood() throws Exception {
        AtomicLong applied = new AtomicLong();
        try (ActorSystem system = open(100, applied)) {
            for (long amount : new long[] {1, 50, 2}) {
                await(system.entity(Counter.class, "a").ask(new Counter.Add(amount)));
            }
        }
        try (ActorSystem system = open(10, applied)) {
            assertThatThrownBy(() -> await(system.entity(Counter.class, "a").ask(new Counter.Get())))
                    .hasCauseInstanceOf(ActorQuarantinedException.class);
            system.quarantine().skip(A, 2, "ops", "entered twice");
            assertThat(await(system.entity(Counter.class, "a").ask(new Counter.Add(3))))
                    .isEqualTo(new Counter.Sum(6, 3));
        }
        try (ActorSystem system = open(100, applied);
                SteleReader reader = Stele.openReadOnly(directory)) {
            assertThat(await(system.entity(Counter.class, "a").ask(new Counter.Get())))
                    .isEqualTo(new Counter.Sum(6, 3));
            assertThat(system.quarantine().list()).isEmpty();
            reader.register(new Counter(100, applied));
            assertThat(reader.stateAt(Counter.class, "a", Moment.LATEST).state())
                    .isEqualTo(new Counter.Sum(6, 3));
        }
    }

    @Test
    void shouldPlanExactlyTheEventsThatAreReplayed() throws Exception {
        AtomicLong applied = new AtomicLong();
        int actors = 20;
        try (ActorSystem system = open(1_000, applied)) {
            List<CompletionStage<Counter.Sum>> replies = new ArrayList<>();
            for (int actor = 0; actor < actors; actor++) {
                for (int i = 0; i < 10 * actor; i++) {
                    replies.add(system.entity(Counter.class, "c" + actor).ask(new Counter.Add(i)));
                }
                for (CompletionStage<Counter.Sum> reply : replies) {
                    await(reply);
                }
                replies.clear();
            }
        }
        RecoveryPlan plan;
        try (SteleReader reader = Stele.openReadOnly(directory)) {
            plan = reader.plan(id -> true, 3, 0);
            assertThat(reader.plan(id -> id.entityId().equals("c3"), 1, 0).eventCount())
                    .isEqualTo(30);
            assertThat(reader.lastOpening().orElseThrow().epoch()).isEqualTo(1);
        }
        applied.set(0);
        try (ActorSystem system = open(1_000, applied)) {
            for (int actor = 1; actor < actors; actor++) {
                await(system.entity(Counter.class, "c" + actor).ask(new Counter.Get()));
            }
            RecoveryRates done = system.recoveries().totals().done();
            assertThat(plan.actorCount()).isEqualTo(done.recoveredCount()).isEqualTo(actors - 1);
            assertThat(plan.eventCount()).isEqualTo(done.eventsReplayed()).isEqualTo(applied.get());
            assertThat(plan.withSnapshotCount()).isPositive();
            assertThat(plan.durationNs()).isPositive();
            assertThat(system.openingReport().isClean()).isTrue();
            assertThat(system.openingReport().epoch()).isEqualTo(2);
        }
        try (SteleReader reader = Stele.openReadOnly(directory)) {
            assertThat(reader.plan(id -> true, 1, 0).rates().recoveredCount())
                    .as("rates are kept")
                    .isPositive();
        }
    }
}
