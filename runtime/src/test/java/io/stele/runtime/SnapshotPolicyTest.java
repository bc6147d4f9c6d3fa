package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.codec.RecordCodec;
import io.stele.spi.Durability;
import io.stele.spi.PersistenceId;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemorySnapshotStore;
import io.stele.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Snapshots are taken when the policy says so; time is that of a clock that only handlers move. */
final class SnapshotPolicyTest {
    private final ManualClock clock = ManualClock.start();
    private InMemoryJournal journal = InMemoryJournal.open();
    private final InMemorySnapshotStore snapshots = InMemorySnapshotStore.open();
    private @Nullable ActorSystem system;

    record Write(String text) implements Command<Long> {}

    record Written(String text) {}

    record Pages(long count) {}

    /** Takes a fixed time to apply an event. */
    private final class Diary extends PersistentActor<Written, Pages> {
        private final SnapshotPolicy policy;
        private volatile Duration applying = Duration.ZERO;

        Diary(SnapshotPolicy policy) {
            super("diary");
            this.policy = policy;
        }

        @Override
        protected Pages initialState() {
            return new Pages(0);
        }

        @Override
        protected void commands(CommandHandlers<Written, Pages> on) {
            on.on(
                    Write.class,
                    (pages, write) -> persist(new Written(write.text())).thenReply(Pages::count));
        }

        @Override
        protected void events(EventHandlers<Written, Pages> on) {
            on.on(Written.class, (pages, written) -> {
                clock.advance(applying);
                return new Pages(pages.count() + 1);
            });
        }

        @Override
        protected SnapshotPolicy snapshotPolicy() {
            return policy;
        }

        @Override
        protected int snapshotsKept() {
            return 1_000;
        }

        @Override
        protected Duration passivateAfter() {
            return Duration.ofDays(10_000);
        }
    }

    private Diary start(SnapshotPolicy policy, Duration applying) {
        Diary diary = new Diary(policy);
        diary.applying = applying;
        start(diary);
        return diary;
    }

    private void start(Diary diary) {
        if (system != null) {
            system.close();
            journal = journal.crash(Durability.PROCESS_CRASH);
        }
        system = ActorSystem.builder()
                .journal(journal)
                .snapshots(snapshots)
                .codec(RecordCodec.of())
                .clock(clock)
                .workerCount(1)
                .build();
        system.register(diary);
    }

    private EntityRef diary(String id) {
        assert system != null : "started";
        return system.entity(Diary.class, id);
    }

    /** Writes, lets every snapshot finish before the next event, and returns where snapshots were taken. */
    private List<Long> write(String id, int count, String text) {
        PersistenceId persistenceId = new PersistenceId("diary", id);
        for (int i = 0; i < count; i++) {
            await(diary(id).ask(new Write(text)));
            eventually("snapshots are saved", () -> snapshotsTaken() == snapshotsDone());
        }
        List<Long> taken = new ArrayList<>(snapshots.sequenceNumbers(persistenceId));
        taken.sort(null);
        return taken;
    }

    private long snapshotsTaken() {
        assert system != null : "started";
        return system.persistence().snapshotter().askedCount();
    }

    private long snapshotsDone() {
        assert system != null : "started";
        return system.snapshotsSaved() + system.snapshotsFailed();
    }

    @AfterEach
    void close() {
        if (system != null) {
            system.close();
        }
        journal.close();
    }

    @Test
    void shouldTakeOneEverySoManyEvents() {
        start(SnapshotPolicy.every(3), Duration.ZERO);

        assertThat(write("a", 10, "x")).containsExactly(3L, 6L, 9L);
    }

    @Test
    void shouldNeverTakeOne() {
        start(SnapshotPolicy.never(), Duration.ZERO);

        assertThat(write("a", 10, "x")).isEmpty();
    }

    @Test
    void shouldTakeOneEverySoManyBytes() {
        start(SnapshotPolicy.bytes(1_000), Duration.ZERO);

        assertThat(write("a", 9, "x".repeat(400))).containsExactly(3L, 6L, 9L);
        assertThat(write("b", 3, "x".repeat(1_000))).containsExactly(1L, 2L, 3L);
    }

    @Test
    void shouldCountOnAfterARecovery() {
        start(SnapshotPolicy.every(4).or(SnapshotPolicy.bytes(100_000)), Duration.ZERO);
        write("a", 6, "x");

        start(SnapshotPolicy.every(4), Duration.ZERO);

        assertThat(write("a", 3, "x")).containsExactly(4L, 8L);
    }

    @Test
    void shouldTakeOneWhenThePredicateHolds() {
        start(
                SnapshotPolicy.when(moment -> moment.event().equals(new Written("end"))
                        && moment.state().equals(new Pages(moment.sequenceNumber()))),
                Duration.ZERO);
        write("a", 3, "x");

        assertThat(write("a", 1, "end")).containsExactly(4L);
        assertThat(write("a", 3, "x")).containsExactly(4L);
    }

    @Test
    void shouldComposePolicies() {
        SnapshotPolicy ended = SnapshotPolicy.when(moment -> moment.event().equals(new Written("end")));
        start(SnapshotPolicy.every(5).or(SnapshotPolicy.every(2).and(ended)), Duration.ZERO);

        write("a", 1, "end");
        assertThat(write("a", 5, "x")).as("the end came too early").containsExactly(5L);
        assertThat(write("a", 1, "end")).containsExactly(5L, 7L);
    }

    @Test
    void shouldTakeOneBeforeReplayingWouldExceedTheBudget() {
        start(SnapshotPolicy.recoverWithin(Duration.ofMillis(20)), Duration.ofMillis(2));

        assertThat(write("a", 35, "x"))
                .as("applying ten events takes 20 ms, and reading them comes on top")
                .containsExactly(10L, 20L, 30L);
    }

    @Test
    void shouldFollowAHandlerThatBecomesSlower() {
        Diary diary = start(SnapshotPolicy.recoverWithin(Duration.ofMillis(400)), Duration.ofMillis(1));
        write("a", 64, "x");
        diary.applying = Duration.ofMillis(8);

        List<Long> taken = write("a", 1_400, "x");

        long last = taken.get(taken.size() - 1);
        long before = taken.get(taken.size() - 2);
        assertThat(taken.get(0)).as("it was quick at first: %s", taken).isGreaterThan(100);
        assertThat(last - before).as("400 ms / 8 ms: %s", taken).isBetween(51L, 53L);
    }

    @Test
    void shouldLearnFromRecoveriesAndForTheWholeKind() {
        start(SnapshotPolicy.never(), Duration.ofMillis(2));
        write("a", 40, "x");
        Diary diary = start(SnapshotPolicy.recoverWithin(Duration.ofMillis(20)), Duration.ofMillis(2));

        assertThat(write("a", 1, "x")).as("forty events behind nothing").containsExactly(41L);

        diary.applying = Duration.ZERO;
        assertThat(write("b", 1, "x")).isEmpty();
        assertThat(write("b", 30, "x")).as("b's own events cost nothing").isEmpty();
    }

    @Test
    void shouldAskForNoSnapshotPerEventWhenLoadingAloneExceedsTheBudget() {
        ReplayCost cost = new ReplayCost(new ReplayCost());
        cost.loaded(Duration.ofMillis(100).toNanos());
        cost.applied(1, Duration.ofMillis(1).toNanos());
        SnapshotPolicy policy = SnapshotPolicy.recoverWithin(Duration.ofMillis(20));
        SnapshotProgress progress = new SnapshotProgress(cost, clock);

        int events = 0;
        do {
            progress.beforeApply();
            clock.advance(Duration.ofMillis(1));
            progress.afterApply(1);
            events++;
        } while (!policy.isDue(new Moment(progress)));

        assertThat(events).as("half of the budget is left for replaying").isEqualTo(11);
    }

    @Test
    void shouldAssumeWhatReadingCostsUntilItIsMeasured() {
        ReplayCost ofKind = new ReplayCost();
        assertThat(new ReplayCost(ofKind).predictReplayNs(10, 1_000)).isEqualTo(2_000);

        new ReplayCost(ofKind).applied(1, 100);
        new ReplayCost(ofKind).replayed(1_000, 50_000, 350_000);

        assertThat(new ReplayCost(ofKind).predictReplayNs(1_000, 50_000))
                .as("100 µs applying, 250 µs reading")
                .isEqualTo(350_000);
    }

    @Test
    void shouldNotMistakeOnePauseForASlowHandler() {
        ReplayCost cost = new ReplayCost();
        cost.applied(1, 1_000);

        cost.applied(1, 500_000_000);

        assertThat(cost.predictReplayNs(1, 0)).isEqualTo(4_000);
    }

    @Test
    void shouldGoOnWithoutSnapshotsWhenThePolicyThrows() {
        start(
                SnapshotPolicy.when(moment -> {
                    throw new IllegalStateException("no idea");
                }),
                Duration.ZERO);

        assertThat(write("a", 3, "x")).isEmpty();
    }

    @Test
    void shouldRefuseLimitsThatAreNoLimits() {
        assertThatThrownBy(() -> SnapshotPolicy.every(0)).hasMessageContaining("eventCount=0");
        assertThatThrownBy(() -> SnapshotPolicy.bytes(-1)).hasMessageContaining("byteCount=-1");
        assertThatThrownBy(() -> SnapshotPolicy.recoverWithin(Duration.ZERO)).hasMessageContaining("budget=0");
    }

    private record Moment(SnapshotProgress progress) implements SnapshotMoment {
        @Override
        public long sequenceNumber() {
            return 1;
        }

        @Override
        public long eventsSinceSnapshot() {
            return progress.eventCount();
        }

        @Override
        public long bytesSinceSnapshot() {
            return progress.bytes();
        }

        @Override
        public Object state() {
            return "";
        }

        @Override
        public Object event() {
            return "";
        }

        @Override
        public long predictedReplayNs() {
            return progress.predictReplayNs();
        }

        @Override
        public long predictedRecoveryNs() {
            return progress.predictRecoveryNs();
        }
    }
}
