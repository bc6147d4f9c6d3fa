package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.Backup;
import io.stele.Stele;
import io.stele.codec.RecordCodec;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalInspector;
import io.stele.journal.JournalOptions;
import io.stele.journal.JournalVerifier;
import io.stele.journal.ScanProgress;
import io.stele.recovery.CompactionHistory;
import io.stele.recovery.CompactionPlan;
import io.stele.recovery.CompactionPlan.PlannedFile;
import io.stele.recovery.CompactionPlan.Verdict;
import io.stele.recovery.CompactionPlanner;
import io.stele.recovery.CompactionReport;
import io.stele.recovery.CompactionRules;
import io.stele.recovery.Compactor;
import io.stele.recovery.LegalHolds;
import io.stele.recovery.Recovery;
import io.stele.recovery.ReplayTarget;
import io.stele.recovery.RetentionPolicy;
import io.stele.recovery.SnapshotWitness;
import io.stele.recovery.SnapshotsOutdatedException;
import io.stele.spi.ConsumerOffsets;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.HistoryCompactedException;
import io.stele.spi.HistoryFile;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.StoredEvent;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryIndexStore;
import io.stele.testkit.InMemorySnapshotStore;
import io.stele.testkit.ManualClock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules, plans and runs of compaction, on a journal and snapshots that an oracle knows. */
final class CompactionTest {
    private static final long START_MS = 1_700_000_000_000L;
    private static final PersistenceId COLD = new PersistenceId("count", "cold");
    private static final PersistenceId HOT = new PersistenceId("count", "hot");

    @TempDir
    Path directory;

    private final RecordCodec codec = RecordCodec.of();
    private final ManualClock clock = ManualClock.startAt(START_MS);
    private final Map<PersistenceId, Long> oracle = new HashMap<>();
    private final List<ConsumerOffsets> consumers = new ArrayList<>();
    private InMemorySnapshotStore snapshots = InMemorySnapshotStore.open();
    private InMemoryIndexStore index = InMemoryIndexStore.open();
    private RetentionPolicy policy = RetentionPolicy.NONE;
    private @Nullable ChronicleJournal journal;
    private long lastPosition;

    record Added(long amount, String padding) {}

    record Sum(long value) {}

    @AfterEach
    void close() {
        if (journal != null) {
            journal.close();
            journal = null;
        }
    }

    private ChronicleJournal journal() {
        if (journal == null) {
            codec.register(Added.class);
            codec.register(Sum.class);
            index = index.reopen();
            snapshots = snapshots.reopen();
            JournalOptions options = JournalOptions.of(Stele.journalDirectory(directory))
                    .withLaneCount(1)
                    .withSegmentBytes(1 << 20)
                    .withFreeBytesMin(0);
            journal = ChronicleJournal.open(options, index, clock);
        }
        return journal;
    }

    private LegalHolds holds() {
        return LegalHolds.of(directory.resolve("legal-holds"));
    }

    private CompactionHistory history() {
        return CompactionHistory.of(directory.resolve("compactions.jsonl"));
    }

    private Compactor compactor() {
        CompactionRules rules = CompactionRules.of(holds()).withOthers(policy);
        for (ConsumerOffsets consumer : consumers) {
            rules = rules.with(consumer);
        }
        return new Compactor(journal(), snapshots, rules, history(), clock);
    }

    /** Appends events until they have filled about {@code segments} segments. */
    private void fill(PersistenceId id, int segments) {
        for (int i = 0; i < segments * 20; i++) {
            append(id, i, "x".repeat(50_000));
        }
        force();
    }

    private void force() {
        journal().requestSync(0);
        await(() -> journal().durablePosition(0) >= lastPosition);
    }

    private void append(PersistenceId id, long amount, String padding) {
        EventBatch batch = journal().newBatch();
        try (EventStream stream = journal().open(id)) {
            batch.begin(clock.epochMs());
            batch.add(codec, new Added(amount, padding));
            lastPosition = journal().append(stream, stream.lastSequenceNumber() + 1, batch);
            oracle.merge(id, amount, Long::sum);
        }
    }

    private static void await(BooleanSupplier condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(condition::getAsBoolean);
    }

    private long last(PersistenceId id) {
        try (EventStream stream = journal().open(id)) {
            return stream.lastSequenceNumber();
        }
    }

    private void snapshot(PersistenceId id) {
        Fold fold = recover(id);
        ByteBuffer payload = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        codec.encode(new Sum(fold.value), payload);
        snapshots.save(new Snapshot(
                id,
                fold.sequenceNumber,
                1,
                clock.epochMs(),
                codec.typeOf(new Sum(0)),
                payload.flip(),
                ByteBuffer.allocate(0)));
    }

    private static final class Fold implements ReplayTarget {
        private long value;
        private long sequenceNumber;

        @Override
        public void onSnapshot(Snapshot snapshot, Object state) {
            value = ((Sum) state).value();
            sequenceNumber = snapshot.sequenceNumber();
        }

        @Override
        public void onEvent(StoredEvent stored, Object event) {
            value += ((Added) event).amount();
            sequenceNumber = stored.sequenceNumber();
        }

        @Override
        public void onNote(StoredEvent note) {
            assertThat(note.batchCount()).isZero();
        }
    }

    private Fold recover(PersistenceId id) {
        Fold fold = new Fold();
        new Recovery(journal(), snapshots, codec, clock).recover(id, Long.MAX_VALUE, fold);
        return fold;
    }

    private void assertOracle(String what) {
        oracle.forEach((id, value) ->
                assertThat(recover(id).value).as("%s: %s", what, id).isEqualTo(value));
    }

    private CompactionReport compact() {
        Compactor compactor = compactor();
        return compactor.execute(compactor.plan(), "test");
    }

    @Test
    void shouldDoWhatWasPlanned() {
        append(COLD, 5, "");
        fill(HOT, 6);
        snapshot(HOT);
        CompactionPlan plan = compactor().plan();
        CompactionPlan seenFromOutside = CompactionPlanner.plan(
                JournalInspector.open(Stele.journalDirectory(directory)),
                snapshots,
                CompactionRules.of(holds()),
                clock);

        CompactionReport report = compactor().execute(plan, "test");

        assertThat(plan.files()).extracting(PlannedFile::verdict).startsWith(Verdict.CARRY_OVER, Verdict.REMOVE);
        assertThat(seenFromOutside).isEqualTo(plan);
        assertThat(plan.files().get(0).stragglerCount()).isEqualTo(1);
        assertThat(plan.files().get(0).reason()).contains("withoutSnapshot=1");
        assertThat(report.filesRemoved()).isEqualTo(plan.going(0).size());
        assertThat(report.eventsCarried())
                .isEqualTo(plan.files().stream()
                        .filter(file -> file.verdict() != Verdict.KEEP)
                        .mapToLong(PlannedFile::liveEventCount)
                        .sum());
        assertThat(report.bytesGained()).isBetween(plan.bytesGained() - 1_000, plan.bytesGained() + 1_000);
        assertThat(report.state()).isEqualTo(CompactionReport.State.FINISHED);
        assertThat(history().runs()).containsExactly(report);
        assertThat(compactor().plan().isEmpty()).isTrue();
        assertOracle("after");
    }

    @Test
    void shouldKeepEverythingOfAnActorUnderLegalHoldUntilItIsReleased() {
        fill(HOT, 2);
        fill(COLD, 4);
        snapshot(HOT);
        snapshot(COLD);
        holds().hold(HOT);

        compact();

        List<Long> amounts = new ArrayList<>();
        journal().replay(HOT, 1, Long.MAX_VALUE, event -> amounts.add(event.sequenceNumber()));
        assertThat(amounts).hasSize((int) last(HOT));
        assertThat(LegalHolds.of(directory.resolve("legal-holds")).list()).containsExactly(HOT);

        holds().release(HOT);
        compact();
        assertThatThrownBy(() -> journal().replay(HOT, 1, Long.MAX_VALUE, event -> {}))
                .isInstanceOf(HistoryCompactedException.class);
        assertOracle("after");
    }

    @Test
    void shouldCompactNothingWhenTheListOfHoldsIsDamaged() throws Exception {
        fill(HOT, 4);
        snapshot(HOT);
        holds().hold(COLD);
        Path file = directory.resolve("legal-holds");
        Files.writeString(file, Files.readString(file).replace("cold", "cord"));

        assertThatThrownBy(this::compact).isInstanceOf(JournalException.class).hasMessageContaining("damaged");
    }

    @Test
    void shouldNotPassAConsumer() {
        fill(HOT, 6);
        snapshot(HOT);
        List<HistoryFile> files = journal().files(0);
        long[] position = {files.get(1).lastPosition()};
        consumers.add(new ConsumerOffsets() {
            @Override
            public String name() {
                return "totals";
            }

            @Override
            public long position(int lane) {
                return position[0];
            }
        });

        CompactionPlan plan = compactor().plan();

        assertThat(plan.going(0)).containsExactly(files.get(0));
        assertThat(plan.files().get(1).reason()).contains("name=totals");
        assertThat(plan.files().get(2).reason()).contains("name=totals");
        position[0] = 0;
        assertThatThrownBy(() -> compactor().execute(plan, "test")).hasMessageContaining("name=totals");
        assertThat(journal().files(0)).isEqualTo(files);
        position[0] = Long.MAX_VALUE;
        assertThat(compactor().plan().going(0)).hasSizeGreaterThan(2);
    }

    @Test
    @Fault("F19")
    void shouldRelyOnNoSnapshotThatIsDamagedOrAhead() {
        fill(HOT, 2);
        snapshot(HOT);
        fill(HOT, 3);
        snapshot(HOT);
        long newest = last(HOT);
        snapshots.damage(HOT, newest);

        CompactionReport report = compact();

        assertThat(report.eventsRemoved()).isEqualTo(39);
        assertThat(recover(HOT).sequenceNumber).isEqualTo(newest);
        assertOracle("older snapshot");

        snapshots.save(new Snapshot(
                COLD,
                1_000,
                1,
                clock.epochMs(),
                codec.typeOf(new Sum(0)),
                ByteBuffer.allocate(0),
                ByteBuffer.allocate(0)));
        fill(COLD, 3);
        assertThat(compactor().plan().files())
                .anyMatch(file -> file.reason().contains("snapshotAhead=1") || file.verdict() == Verdict.KEEP);
        compact();
        List<Long> numbers = new ArrayList<>();
        journal().replay(COLD, 1, Long.MAX_VALUE, event -> numbers.add(event.sequenceNumber()));
        assertThat(numbers).hasSize((int) last(COLD));
    }

    @Test
    @Fault("F21")
    void shouldRefuseAnActorAndAStoreWhoseSnapshotsWereLost() {
        append(COLD, 7, "");
        fill(HOT, 5);
        snapshot(HOT);
        InMemorySnapshotStore before = snapshots;
        compact();
        SnapshotWitness.require(journal(), snapshots);
        before.flush();

        snapshots = InMemorySnapshotStore.open();

        assertThatThrownBy(() -> recover(HOT)).isInstanceOf(HistoryCompactedException.class);
        assertThat(recover(COLD).value).isEqualTo(7);
        assertThatThrownBy(() -> SnapshotWitness.require(journal(), snapshots))
                .isInstanceOf(SnapshotsOutdatedException.class)
                .hasMessageContaining("watermarkNumber=1, numberFound=0");
    }

    @Test
    void shouldKeepByCountAgeAndBytes() {
        fill(HOT, 3);
        clock.advance(Duration.ofDays(10));
        fill(HOT, 3);
        snapshot(HOT);
        long last = last(HOT);

        policy = RetentionPolicy.NONE.keepYounger(Duration.ofDays(1));
        compact();
        assertThat(first(HOT)).isBetween(30L, 61L);

        policy = RetentionPolicy.NONE.keepBytes(50_000L * 40);
        compact();
        assertThat(first(HOT)).isBetween(30L, last - 39);

        policy = RetentionPolicy.NONE.keepLast(35);
        compact();
        assertThat(first(HOT)).isBetween(60L, last - 34);

        policy = RetentionPolicy.ALL;
        assertThat(compactor().plan().isEmpty()).isTrue();
        assertOracle("after");
    }

    private long first(PersistenceId id) {
        try {
            journal().replay(id, 1, 1, event -> {});
            return 1;
        } catch (HistoryCompactedException e) {
            return e.firstSequenceNumber();
        }
    }

    @Test
    void shouldDropTheHistoryOfATerminalActorAfterItsTime() {
        fill(HOT, 4);
        snapshot(HOT);
        fill(COLD, 2);
        policy = RetentionPolicy.ALL.dropTerminal(
                snapshot ->
                        ((Sum) codec.decode(snapshot.type(), snapshot.payload().duplicate())).value() > 0,
                Duration.ofDays(7));
        assertThat(compactor().plan().isEmpty()).isTrue();

        clock.advance(Duration.ofDays(8));
        compact();

        assertThat(first(HOT)).isEqualTo(last(HOT));
        assertThat(first(COLD)).isEqualTo(1);
        assertOracle("after");
    }

    @Test
    void shouldBeCopiedWithWhatWasCarriedOverAndWithItsHolds(@TempDir Path copies) {
        append(COLD, 7, "");
        fill(HOT, 5);
        snapshot(HOT);
        holds().hold(COLD);
        compact();
        close();

        Backup.of(directory).to(copies.resolve("backup"));
        Backup.of(directory).forkTo(copies.resolve("fork"));

        for (String copy : List.of("backup", "fork")) {
            Path target = copies.resolve(copy);
            assertThat(JournalVerifier.verify(Stele.journalDirectory(target), ScanProgress.NONE)
                            .findings())
                    .as(copy)
                    .isEmpty();
            assertThat(LegalHolds.of(Stele.legalHoldsFile(target)).list()).containsExactly(COLD);
            assertThat(CompactionHistory.of(Stele.compactionHistoryFile(target)).runs())
                    .isEqualTo(history().runs());
        }
    }

    @Test
    void shouldStopAndGoOnLater() {
        fill(HOT, 6);
        snapshot(HOT);
        Compactor compactor = compactor();
        CompactionPlan plan = compactor.plan();
        compactor.pause();
        Thread stopper = new Thread(() -> {
            await(() -> !history().runs().isEmpty());
            compactor.stop();
        });
        stopper.start();

        CompactionReport stopped = compactor.execute(plan, "test");

        assertThat(stopped.state()).isEqualTo(CompactionReport.State.STOPPED);
        assertThat(stopped.filesRemoved()).isZero();
        assertThat(journal().files(0)).hasSize(plan.files().size());
        compactor.resume();
        assertThat(compactor.execute(compactor.plan(), "test").filesRemoved()).isPositive();
        assertThat(history().runs()).extracting(CompactionReport::run).containsExactly(1L, 2L);
        assertOracle("after");
    }

    /** Random actors, events, snapshots, holds, rules, compactions and openings, against sums that are known. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldBringEveryActorBack(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long removed = 0;
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 60; i++) {
                PersistenceId id = new PersistenceId("count", "a" + random.nextInt(1 + random.nextInt(20)));
                append(id, random.nextInt(100), "x".repeat(random.nextInt(60_000)));
                if (random.nextInt(12) == 0) {
                    snapshot(id);
                }
            }
            force();
            PersistenceId chosen = new PersistenceId("count", "a" + random.nextInt(5));
            if (random.nextBoolean()) {
                holds().hold(chosen);
            } else {
                holds().release(chosen);
            }
            policy = random.nextBoolean() ? RetentionPolicy.NONE : RetentionPolicy.NONE.keepLast(random.nextInt(9));
            removed += compact().eventsRemoved();
            assertOracle("seed=" + seed + ", round=" + round);
            if (random.nextInt(3) == 0) {
                close();
                index = random.nextBoolean() ? index : InMemoryIndexStore.open();
                SnapshotWitness.require(journal(), snapshots);
                assertOracle("seed=" + seed + ", round=" + round + ", reopened");
            }
        }
        assertThat(removed).as("seed=%d", seed).isGreaterThan(50);
        close();
        assertThat(JournalVerifier.verify(Stele.journalDirectory(directory), ScanProgress.NONE)
                        .findings())
                .as("seed=%d", seed)
                .isEmpty();
    }
}
