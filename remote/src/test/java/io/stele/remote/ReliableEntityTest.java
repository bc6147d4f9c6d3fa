package io.stele.remote;

import static io.stele.remote.TwoNodes.await;
import static io.stele.remote.TwoNodes.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.codec.RecordCodec;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.spi.Durability;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemoryJournalOptions;
import io.stele.testkit.InMemorySnapshotStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a persistent actor is sent reliably is acknowledged once its effect is durable, and has one effect whoever dies meanwhile. */
final class ReliableEntityTest {
    private static final int COUNT = 5;
    private static final Class<?>[] MESSAGES = {Add.class, Sum.class, Ask.class};

    record Add(long number) implements Command<Sum> {}

    record Ask() implements Command<Sum> {}

    record Sum(List<Long> numbers) {}

    record Added(long number) {}

    /** Keeps numbers, and counts what it handles; refuses 13, and cannot stand 0. */
    static final class Tally extends PersistentActor<Added, Sum> {
        private final AtomicInteger handled;

        Tally(AtomicInteger handled) {
            super("tally");
            this.handled = handled;
        }

        @Override
        protected Sum initialState() {
            return new Sum(List.of());
        }

        @Override
        protected void commands(CommandHandlers<Added, Sum> on) {
            on.on(Add.class, (sum, add) -> {
                handled.incrementAndGet();
                if (add.number() == 0) {
                    throw new IllegalArgumentException("zero adds nothing");
                }
                return add.number() == 13
                        ? reject(new Bank.Poor(13))
                        : persist(new Added(add.number())).thenReply(state -> state);
            });
            on.on(Ask.class, (sum, ask) -> reply(sum));
        }

        @Override
        protected void events(EventHandlers<Added, Sum> on) {
            on.on(Added.class, (sum, added) -> {
                List<Long> more = new java.util.ArrayList<>(sum.numbers());
                more.add(added.number());
                return new Sum(List.copyOf(more));
            });
        }
    }

    /** A receiver whose journal says when something is durable. */
    private static final class Receiver implements AutoCloseable {
        final AtomicInteger handled = new AtomicInteger();
        final InMemoryJournal journal;
        final ActorSystem system;
        final RemoteNode node;

        Receiver(InMemoryJournal journal, int port) {
            this.journal = journal;
            system = ActorSystem.builder()
                    .journal(journal)
                    .snapshots(InMemorySnapshotStore.open())
                    .codec(RecordCodec.of())
                    .workerCount(2)
                    .closeTimeout(Duration.ofMillis(200))
                    .build();
            system.register(new Tally(handled));
            node = RemoteNode.start(
                    system,
                    quick("right").listen("127.0.0.1", port).messages(MESSAGES).build());
        }

        Sum sum() {
            var sum = system.entityFor("stele://right/entity/tally/1")
                    .ask(new Ask())
                    .toCompletableFuture();
            eventually("the sum is known", () -> {
                journal.syncAll();
                return sum.isDone();
            });
            return await(sum);
        }

        @Override
        public void close() {
            system.close();
        }
    }

    private static RemoteOptions.Builder quick(String node) {
        return TwoNodes.options(node)
                .heartbeat(Duration.ofMillis(100), Duration.ofSeconds(3), 8)
                .lostAfter(Duration.ofSeconds(60))
                .backoff(Duration.ofMillis(5), Duration.ofMillis(50));
    }

    private static InMemoryJournal manual() {
        return InMemoryJournal.open(
                InMemoryJournalOptions.standard().withSyncMode(InMemoryJournalOptions.SyncMode.MANUAL));
    }

    private static long unacknowledged(RemoteNode node) {
        return node.status().get(0).unacknowledged();
    }

    /** Sends, has the receiver handle everything and die before anything was durable, and starts it again with what is left. */
    private static void crash(Durability survives, boolean handledAgain) {
        Receiver first = new Receiver(manual(), 0);
        int port = first.node.endpoint().port();
        try (ActorSystem left = TwoNodes.system();
                RemoteNode node = RemoteNode.start(
                        left,
                        quick("left")
                                .messages(MESSAGES)
                                .peer("right", "127.0.0.1", port)
                                .build())) {
            ActorRef<Command<?>> tally = node.reliable(left.entityFor("stele://right/entity/tally/1"));
            for (long number = 1; number <= COUNT; number++) {
                assertThat(tally.tell(new Add(number))).isTrue();
            }
            eventually("all are handled", () -> first.handled.get() == COUNT);
            await(left.<Bank.Greet>actorFor("stele://right/actor/nobody")
                    .ask((ActorRef<Bank.Greeting> replyTo) -> new Bank.Greet("", replyTo), TwoNodes.PATIENCE)
                    .exceptionally(nobody -> new Bank.Greeting("")));
            assertThat(unacknowledged(node)).as("nothing is durable").isEqualTo(COUNT);

            InMemoryJournal rest = first.journal.crash(survives);
            first.close();
            try (Receiver second = new Receiver(rest, port)) {
                eventually("all are acknowledged", () -> {
                    second.journal.syncAll();
                    return unacknowledged(node) == 0;
                });

                assertThat(second.sum().numbers()).containsExactly(1L, 2L, 3L, 4L, 5L);
                assertThat(second.handled.get()).isEqualTo(handledAgain ? COUNT : 0);
            }
        }
    }

    @Test
    void shouldSendAgainWhatAPowerCutHasTaken() {
        crash(Durability.POWER_LOSS, true);
    }

    @Test
    void shouldNotCarryOutAgainWhatACrashHasSpared() {
        crash(Durability.PROCESS_CRASH, false);
    }

    @Test
    void shouldAcknowledgeWhatIsRejectedAndReportWhatFails() {
        ConcurrentLinkedQueue<Long> refused = new ConcurrentLinkedQueue<>();
        try (Receiver right = new Receiver(InMemoryJournal.open(), 0);
                ActorSystem left = TwoNodes.system();
                RemoteNode node = RemoteNode.start(
                        left,
                        quick("left")
                                .messages(MESSAGES)
                                .peer(
                                        "right",
                                        "127.0.0.1",
                                        right.node.endpoint().port())
                                .build())) {
            java.util.concurrent.atomic.AtomicLong arrived = new java.util.concurrent.atomic.AtomicLong();
            Outbox<Command<?>> outbox =
                    node.outbox("shop/1", left.entityFor("stele://right/entity/tally/1"), arrived::set, refused::add);
            long[] numbers = {1, 13, 0, 2};
            for (int i = 0; i < numbers.length; i++) {
                assertThat(outbox.send(i + 1, new Add(numbers[i]))).isTrue();
            }

            eventually("all have arrived", () -> arrived.get() == numbers.length);
            assertThat(refused).containsExactly(3L);
            assertThat(right.sum().numbers()).containsExactly(1L, 2L);
        }
    }
}
