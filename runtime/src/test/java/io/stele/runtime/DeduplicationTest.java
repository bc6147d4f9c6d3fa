package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.Ledger.Add;
import io.stele.runtime.Ledger.Get;
import io.stele.runtime.Ledger.ReplyUnstorable;
import io.stele.runtime.Ledger.Settings;
import io.stele.runtime.Ledger.Total;
import io.stele.spi.Durability;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryJournalOptions.SyncMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A command with an id is carried out once, and whoever asks again gets the original reply. */
final class DeduplicationTest {

    @Test
    @Fault("F27")
    void shouldCarryOutACommandOnceAndRepeatItsReply() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            Total first = await(ledger.ask(new Add("tx-1", 5)));
            await(ledger.ask(new Add("tx-2", 7)));

            Total again = await(ledger.ask(new Add("tx-1", 5)));

            assertThat(again).isEqualTo(first).isEqualTo(new Total(5, 1, false));
            assertThat(await(ledger.ask(new Get()))).isEqualTo(new Total(12, 2, false));
        }
    }

    @Test
    @Fault("F27")
    void shouldRepeatTheReplyAcrossACrash() {
        try (World world = new World()) {
            Total first = await(world.ledger("a").ask(new Add("tx-1", 5)));
            await(world.ledger("a").ask(new Add("tx-2", 7)));

            world.crash(Durability.POWER_LOSS);

            assertThat(await(world.ledger("a").ask(new Add("tx-1", 5)))).isEqualTo(first);
            assertThat(await(world.ledger("a").ask(new Get()))).isEqualTo(new Total(12, 2, false));
        }
    }

    @Test
    void shouldRepeatTheReplyFromASnapshot() {
        Settings settings = new Settings(2, Duration.ofMinutes(2), 100, 100, Duration.ofSeconds(1));
        try (World world = new World(SyncMode.ON_REQUEST, settings)) {
            Total first = await(world.ledger("a").ask(new Add("tx-1", 5)));
            await(world.ledger("a").ask(new Add("tx-2", 7)));
            eventually("snapshot is saved", () -> world.system.snapshotsSaved() == 1);
            world.crash(Durability.PROCESS_CRASH);

            assertThat(await(world.ledger("a").ask(new Add("tx-1", 5)))).isEqualTo(first);
            assertThat(world.ledger.applied).as("nothing was replayed").isEmpty();
        }
    }

    @Test
    void shouldWorkOutAReplyThatACrashSwallowed() {
        try (World world = new World()) {
            await(world.ledger("a").ask(new Add(100)));
            world.crash(Durability.POWER_LOSS);
            appendWithoutReply(world, "tx-1", 5);

            assertThat(await(world.ledger("a").ask(new Add(1))).sum()).isEqualTo(106);
            Total reply = await(world.ledger("a").ask(new Add("tx-1", 5)));

            assertThat(reply).as("the state right after it").isEqualTo(new Total(105, 2, false));
            world.crash(Durability.POWER_LOSS);
            assertThat(await(world.ledger("a").ask(new Add("tx-1", 5)))).isEqualTo(reply);
            assertThat(await(world.ledger("a").ask(new Get())).sum()).isEqualTo(106);
        }
    }

    /** The retry may come only after more commands, more crashes and a snapshot. */
    @Test
    void shouldWorkOutALostReplyAfterSeveralCrashes() {
        Settings settings = new Settings(3, Duration.ofMinutes(2), 100, 100, Duration.ofSeconds(1));
        try (World world = new World(SyncMode.ON_REQUEST, settings)) {
            appendWithoutReply(world, "tx-1", 5);
            await(world.ledger("a").ask(new Add("tx-2", 7)));
            world.crash(Durability.POWER_LOSS);
            await(world.ledger("a").ask(new Add(1)));
            eventually("snapshot is saved", () -> world.system.snapshotsSaved() == 1);
            world.crash(Durability.PROCESS_CRASH);

            Total reply = await(world.ledger("a").ask(new Add("tx-1", 5)));

            assertThat(reply).isEqualTo(new Total(5, 1, false));
            assertThat(world.ledger.applied).as("nothing was replayed").isEmpty();
            assertThat(await(world.ledger("a").ask(new Add("tx-2", 7))).sum()).isEqualTo(12);
            assertThat(await(world.ledger("a").ask(new Get())).sum()).isEqualTo(13);
        }
    }

    /** A snapshot may survive a power cut that takes the note with the reply. Then the snapshot alone knows of the command. */
    @Test
    void shouldKnowFromASnapshotTheCommandThatLedToIt() {
        Settings settings = new Settings(1, Duration.ofMinutes(2), 100, 100, Duration.ofSeconds(1));
        try (World before = new World(SyncMode.ON_REQUEST, settings);
                World after = new World(SyncMode.ON_REQUEST, settings)) {
            Total first = await(before.ledger("a").ask(new Add("tx-1", 5)));
            eventually("snapshot is saved", () -> before.system.snapshotsSaved() == 1);
            appendWithoutReply(after, "tx-1", 5);
            PersistenceId a = new PersistenceId("ledger", "a");
            after.snapshots.save(before.snapshots.load(a, 1).orElseThrow());

            assertThat(await(after.ledger("a").ask(new Add("tx-1", 5)))).isEqualTo(first);
            assertThat(after.ledger.applied).as("nothing was replayed").isEmpty();
            assertThat(await(after.ledger("a").ask(new Get()))).isEqualTo(new Total(5, 1, false));
        }
    }

    /** Damage makes recovery pass the newest snapshot over; the window comes from the older one and the events behind it. */
    @Test
    @Fault("F27")
    void shouldKnowEveryCommandWhicheverSnapshotIsUsed() {
        Settings settings = new Settings(2, Duration.ofMinutes(2), 100, 100, Duration.ofSeconds(1));
        try (World world = new World(SyncMode.ON_REQUEST, settings)) {
            List<Total> replies = new ArrayList<>();
            for (int i = 1; i <= 5; i++) {
                replies.add(await(world.ledger("a").ask(new Add("tx-" + i, i))));
                int saved = i / 2;
                eventually("snapshot is saved", () -> world.system.snapshotsSaved() == saved);
            }
            world.snapshots.damage(new PersistenceId("ledger", "a"), 4);
            world.crash(Durability.PROCESS_CRASH);

            for (int i = 1; i <= 5; i++) {
                assertThat(await(world.ledger("a").ask(new Add("tx-" + i, i)))).isEqualTo(replies.get(i - 1));
            }
            assertThat(world.ledger.applied).containsExactly(3L, 4L, 5L);
            assertThat(await(world.ledger("a").ask(new Get())).count()).isEqualTo(5);
        }
    }

    /** What the window has forgotten stays forgotten, and what it knows is known, on either side of a snapshot. */
    @Test
    void shouldKeepTheBoundOfTheWindowAcrossASnapshot() {
        Settings settings = new Settings(3, Duration.ofMinutes(2), 100, 2, Duration.ofSeconds(1));
        try (World world = new World(SyncMode.ON_REQUEST, settings)) {
            for (int i = 1; i <= 3; i++) {
                await(world.ledger("a").ask(new Add("tx-" + i, 1)));
            }
            eventually("snapshot is saved", () -> world.system.snapshotsSaved() == 1);
            world.crash(Durability.PROCESS_CRASH);

            assertThat(await(world.ledger("a").ask(new Add("tx-2", 1))).sum()).isEqualTo(2);
            assertThat(await(world.ledger("a").ask(new Add("tx-3", 1))).sum()).isEqualTo(3);
            assertThat(await(world.ledger("a").ask(new Add("tx-1", 1))).sum())
                    .as("carried out again")
                    .isEqualTo(4);
        }
    }

    /** The sender does not learn whether its command is stored, asks again after the next start, and hears the original reply. */
    @Test
    void shouldGiveTheOriginalReplyAfterAnUnknownOutcome() {
        try (World world = new World()) {
            await(world.ledger("a").ask(new Add(100)));
            world.journal.failAppendAfterWritingAt(1);
            failure(world.ledger("a").ask(new Add("tx-1", 5)), OutcomeUnknownException.class);

            world.crash(Durability.PROCESS_CRASH);

            assertThat(await(world.ledger("a").ask(new Add("tx-1", 5)))).isEqualTo(new Total(105, 2, false));
            world.crash(Durability.POWER_LOSS);
            assertThat(await(world.ledger("a").ask(new Add("tx-1", 5)))).isEqualTo(new Total(105, 2, false));
            assertThat(await(world.ledger("a").ask(new Get())).sum()).isEqualTo(105);
        }
    }

    private static void appendWithoutReply(World world, String commandId, long amount) {
        try (EventStream stream = world.journal.open(new PersistenceId("ledger", "a"))) {
            EventBatch batch = world.journal.newBatch();
            ByteBuffer metadata = ByteBuffer.allocate(100);
            RecordMetadata.put(metadata, RecordMetadata.COMMAND_ID, commandId);
            batch.begin(0);
            batch.metadata(metadata.flip());
            batch.add(world.system.codec(), new Ledger.Added(amount));
            world.journal.append(stream, stream.lastSequenceNumber() + 1, batch);
            world.journal.syncAll();
        }
    }

    @Test
    void shouldLetARetryWaitForTheDiskLikeTheOriginal() {
        try (World world = new World(SyncMode.MANUAL)) {
            CompletionStage<Total> first = world.ledger("a").ask(new Add("tx-1", 5));
            CompletionStage<Total> again = world.ledger("a").ask(new Add("tx-1", 5));
            eventually("event is applied", () -> world.ledger.applied.size() == 1);
            await(world.ledger("b").ask(new Ledger.AddFast(1)));

            assertThat(again.toCompletableFuture()).isNotDone();
            world.sync();

            assertThat(await(again)).isEqualTo(await(first));
            assertThat(world.ledger.applied).containsOnlyOnce(5L);
        }
    }

    @Test
    void shouldForgetTheOldestBeyondItsWindow() {
        Settings settings = new Settings(0, Duration.ofMinutes(2), 100, 2, Duration.ofSeconds(1));
        try (World world = new World(SyncMode.ON_REQUEST, settings)) {
            for (String id : List.of("tx-1", "tx-2", "tx-3")) {
                await(world.ledger("a").ask(new Add(id, 1)));
            }

            assertThat(await(world.ledger("a").ask(new Add("tx-3", 1))).sum()).isEqualTo(3);
            assertThat(await(world.ledger("a").ask(new Add("tx-2", 1))).sum()).isEqualTo(2);
            assertThat(await(world.ledger("a").ask(new Add("tx-1", 1))).sum())
                    .as("executed again")
                    .isEqualTo(4);
        }
    }

    @Test
    void shouldSaySoWhenAReplyCannotBeStored() {
        try (World world = new World()) {
            EntityRef ledger = world.ledger("a");
            assertThat(await(ledger.ask(new ReplyUnstorable("tx-1")))).isInstanceOf(Thread.class);

            ReplyLostException lost = failure(ledger.ask(new ReplyUnstorable("tx-1")), ReplyLostException.class);

            assertThat(lost).hasMessageContaining("commandId=tx-1").hasMessageContaining("sequenceNumber=1");
            assertThat(await(ledger.ask(new Get())).count()).isEqualTo(1);
        }
    }

    @Test
    void shouldRefuseACommandIdThatIsTooLong() {
        try (World world = new World()) {
            assertThat(failure(world.ledger("a").ask(new Add("x".repeat(257), 1)), UnhandledCommandException.class))
                    .hasMessageContaining("length=257");
            assertThat(await(world.ledger("a").ask(new Add("x".repeat(256), 1))).sum())
                    .isEqualTo(1);
        }
    }
}
