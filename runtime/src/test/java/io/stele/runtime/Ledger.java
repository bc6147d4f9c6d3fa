package io.stele.runtime;

import io.stele.spi.Durability;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An actor that can be asked for everything that an actor may do, and for everything that may go wrong in one. */
final class Ledger extends PersistentActor<Ledger.Event, Ledger.Total> {
    record Add(@Nullable String commandId, long amount) implements Command<Total> {
        Add(long amount) {
            this(null, amount);
        }
    }

    record AddAll(List<Long> amounts) implements Command<Total> {}

    record AddFast(long amount) implements Command<Total> {}

    record Get() implements Command<Total> {}

    record Refuse(String why) implements Command<Total> {}

    record Explode() implements Command<Total> {}

    record AddPoison() implements Command<Total> {}

    record AddUnstorable() implements Command<Total> {}

    record ReplyUnstorable(String commandId) implements Command<Object> {}

    record ReplyThrows() implements Command<Total> {}

    record AddThenNote(long amount, List<String> notes, String note) implements Command<Done> {}

    record AddLater(CompletionStage<Long> amount) implements Command<Total> {}

    record Leave() implements Command<Done> {}

    record Hold(boolean on) implements Command<Done> {}

    record WhenFree(long amount) implements Command<Total> {}

    record WhoAmI() implements Command<String> {}

    record Unknown() implements Command<Done> {}

    record Why(String text) {}

    sealed interface Event {}

    record Added(long amount) implements Event {}

    record Poisoned() implements Event {}

    record Held(boolean on) implements Event {}

    record Unstorable(long amount) implements Event {
        @Override
        public long amount() {
            throw new IllegalStateException("cannot be read");
        }
    }

    record Total(long sum, long count, boolean held) {}

    final Settings settings;
    final List<Long> applied = new CopyOnWriteArrayList<>();

    record Settings(
            int snapshotEvery, Duration passivateAfter, int mailboxCapacity, int window, Duration asyncTimeout) {
        static Settings standard() {
            return new Settings(0, Duration.ofMinutes(2), 1_000, 100, Duration.ofSeconds(20));
        }
    }

    Ledger() {
        this(Settings.standard());
    }

    Ledger(Settings settings) {
        super("ledger");
        this.settings = settings;
    }

    @Override
    protected Total initialState() {
        return new Total(0, 0, false);
    }

    @Override
    protected void commands(CommandHandlers<Event, Total> on) {
        on.on(Add.class, (total, add) -> persist(new Added(add.amount())).thenReply(after -> after));
        on.on(
                AddAll.class,
                (total, add) -> persistAll(
                                add.amounts().stream().map(Added::new).toList())
                        .thenReply(after -> after));
        on.on(
                AddFast.class,
                (total, add) -> persist(new Added(add.amount()))
                        .thenReply(after -> after)
                        .durability(Durability.PROCESS_CRASH));
        on.on(Get.class, (total, get) -> reply(total));
        on.on(Refuse.class, (total, refuse) -> reject(new Why(refuse.why())));
        on.on(Explode.class, (total, explode) -> {
            throw new IllegalStateException("boom");
        });
        on.on(AddPoison.class, (total, add) -> persist(new Poisoned()).thenReply(after -> after));
        on.on(AddUnstorable.class, (total, add) -> persist(new Unstorable(1)).thenReply(after -> after));
        on.on(ReplyUnstorable.class, (total, add) -> persist(new Added(1)).thenReply(after -> Thread.currentThread()));
        on.on(
                ReplyThrows.class,
                (total, add) -> persist(new Added(1)).thenReply(after -> {
                    throw new IllegalStateException("no reply");
                }));
        on.on(
                AddThenNote.class,
                (total, add) -> persist(new Added(add.amount()))
                        .thenRun(after -> add.notes().add(add.note() + " " + after.sum()))
                        .thenRun(after -> {
                            throw new IllegalStateException("a side effect that throws ends nothing");
                        })
                        .thenRun(after -> add.notes().add("then " + after.sum())));
        on.on(
                AddLater.class,
                (total, add) -> async(
                        add.amount()
                                .thenApply(amount -> persist(new Added(amount)).thenReply(after -> after)),
                        settings.asyncTimeout()));
        on.on(Leave.class, (total, leave) -> stop());
        on.on(
                Hold.class,
                (total, hold) -> hold.on()
                        ? persist(new Held(true))
                        : persist(new Held(false)).thenUnstashAll());
        on.on(
                WhenFree.class,
                (total, add) -> total.held()
                        ? stash()
                        : persist(new Added(add.amount())).thenReply(after -> after));
        on.on(WhoAmI.class, (total, who, context) -> reply(context.self() + " " + context.sequenceNumber()));
    }

    @Override
    protected void events(EventHandlers<Event, Total> on) {
        on.on(Added.class, (total, added) -> {
            applied.add(added.amount());
            return new Total(total.sum() + added.amount(), total.count() + 1, total.held());
        });
        on.on(Held.class, (total, held) -> new Total(total.sum(), total.count(), held.on()));
        on.on(Poisoned.class, (total, poisoned) -> {
            throw new IllegalStateException("poison");
        });
    }

    @Override
    protected int snapshotEvery() {
        return settings.snapshotEvery();
    }

    @Override
    protected Duration passivateAfter() {
        return settings.passivateAfter();
    }

    @Override
    protected int mailboxCapacity() {
        return settings.mailboxCapacity();
    }

    @Override
    protected int stashCapacity() {
        return 3;
    }

    @Override
    protected int deduplicationWindow() {
        return settings.window();
    }
}
