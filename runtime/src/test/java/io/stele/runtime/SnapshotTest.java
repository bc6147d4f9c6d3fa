package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.Ledger.Add;
import io.stele.runtime.Ledger.Get;
import io.stele.runtime.Ledger.Settings;
import io.stele.runtime.Ledger.Total;
import io.stele.spi.Durability;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.StoredType;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Snapshots shorten recovery and are never trusted further than that. */
final class SnapshotTest {
    private static final Settings EVERY_THREE = new Settings(3, Duration.ofMinutes(2), 100, 100, Duration.ofSeconds(1));
    private static final PersistenceId A = new PersistenceId("ledger", "a");

    private static void add(World world, long from, long to) {
        for (long amount = from; amount <= to; amount++) {
            await(world.ledger("a").ask(new Add(amount)));
            long sequenceNumber = amount;
            if (sequenceNumber % 3 == 0) {
                eventually(
                        "snapshot " + sequenceNumber,
                        () -> world.snapshots.sequenceNumbers(A).contains(sequenceNumber));
            }
        }
    }

    @Test
    void shouldReplayOnlyWhatCameAfterTheNewestSnapshot() {
        try (World world = new World(SyncMode.ON_REQUEST, EVERY_THREE)) {
            add(world, 1, 8);

            world.crash(Durability.PROCESS_CRASH);

            assertThat(await(world.ledger("a").ask(new Get()))).isEqualTo(new Total(36, 8, false));
            assertThat(world.ledger.applied).containsExactly(7L, 8L);
            eventually(
                    "older ones are pruned",
                    () -> world.snapshots.sequenceNumbers(A).size() == 2);
            assertThat(world.snapshots.sequenceNumbers(A)).containsExactly(6L, 3L);
        }
    }

    @Test
    void shouldDoWithoutASnapshotThatAPowerCutTook() {
        try (World world = new World(SyncMode.ON_REQUEST, EVERY_THREE)) {
            add(world, 1, 4);

            world.crash(Durability.POWER_LOSS);

            assertThat(world.snapshots.sequenceNumbers(A)).isEmpty();
            assertThat(await(world.ledger("a").ask(new Get()))).isEqualTo(new Total(10, 4, false));
        }
    }

    @Test
    @Fault("F19")
    void shouldFallBackToAnOlderSnapshotThenToAllEvents() {
        try (World world = new World(SyncMode.ON_REQUEST, EVERY_THREE)) {
            add(world, 1, 7);
            world.snapshots.damage(A, 6);
            world.crash(Durability.PROCESS_CRASH);
            await(world.ledger("a").ask(new Get()));
            assertThat(world.ledger.applied).containsExactly(4L, 5L, 6L, 7L);

            world.snapshots.damage(A, 3);
            world.crash(Durability.PROCESS_CRASH);

            assertThat(await(world.ledger("a").ask(new Get())).sum()).isEqualTo(28);
            assertThat(world.ledger.applied).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        }
    }

    @Test
    void shouldPassOverASnapshotOfATypeThatNobodyKnows() {
        try (World world = new World(SyncMode.ON_REQUEST, EVERY_THREE)) {
            add(world, 1, 7);
            world.snapshots.save(new Snapshot(
                    A, 7, 1, 0, new StoredType("gone", 1), ByteBuffer.wrap(new byte[] {1}), ByteBuffer.allocate(0)));
            world.crash(Durability.PROCESS_CRASH);

            assertThat(await(world.ledger("a").ask(new Get())).sum()).isEqualTo(28);
        }
    }

    @Test
    @Fault("F20")
    void shouldNotTakeASnapshotOfWhatIsNotDurable() {
        try (World world = new World(SyncMode.MANUAL, EVERY_THREE)) {
            for (long amount = 1; amount <= 3; amount++) {
                world.ledger("a").tell(new Add(amount));
            }
            eventually("all are applied", () -> world.ledger.applied.size() == 3);
            await(world.ledger("b").ask(new Ledger.AddFast(1)));

            assertThat(world.snapshots.sequenceNumbers(A)).isEmpty();
            world.sync();

            eventually(
                    "now it is taken", () -> world.snapshots.sequenceNumbers(A).contains(3L));
        }
    }

    @Test
    @Fault("F20")
    void shouldRefuseAHistoryThatEndsBeforeItsSnapshot() {
        try (World world = new World(SyncMode.ON_REQUEST, EVERY_THREE)) {
            add(world, 1, 4);
            ByteBuffer state = ByteBuffer.wrap(Encoding.encode(world.system.codec(), new Total(99, 9, false)));
            StoredType type = world.system.codec().typeOf(new Total(99, 9, false));
            world.snapshots.save(new Snapshot(A, 9, 1, 0, type, state, ByteBuffer.allocate(0)));
            world.crash(Durability.PROCESS_CRASH);

            ActorFailedException refused = failure(world.ledger("a").ask(new Get()), ActorFailedException.class);

            assertThat(refused)
                    .hasMessageContaining("journal ends before a snapshot")
                    .hasMessageContaining("snapshotSequenceNumber=9");
        }
    }
}
