package io.stele.runtime;

import io.stele.codec.StoredName;
import io.stele.recovery.Upcasters;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An actor as it is today, with the events that its earlier programs stored. */
final class Till extends PersistentActor<Till.Event, Till.Total> {
    sealed interface Event {}

    @StoredName(value = "moved", version = 3)
    record Moved(long amount, String currency) implements Event {}

    record Charged(long fee) implements Event {}

    @StoredName(value = "till-total", version = 2)
    record Total(long amount, long fees, long count) {}

    record Keep(@Nullable String commandId, Event event) implements Command<Long> {
        Keep(Event event) {
            this(null, event);
        }
    }

    record Get() implements Command<Total> {}

    sealed interface OldEvent {}

    @StoredName("moved")
    record MovedV1(long cents, long fee) implements OldEvent {}

    @StoredName(value = "moved", version = 2)
    record MovedV2(long cents, long fee, String currency) {}

    @StoredName("pinged")
    record Pinged() implements OldEvent {}

    @StoredName("stray")
    record Stray(String note, long cents) implements OldEvent {}

    @StoredName("till-total")
    record OldTotal(long cents) {}

    record KeepOld(@Nullable String commandId, List<OldEvent> events) implements Command<Long> {}

    /** The earlier program. */
    static final class OldTill extends PersistentActor<OldEvent, OldTotal> {
        private final int snapshotEvery;

        OldTill(int snapshotEvery) {
            super("till");
            this.snapshotEvery = snapshotEvery;
        }

        @Override
        protected OldTotal initialState() {
            return new OldTotal(0);
        }

        @Override
        protected void commands(CommandHandlers<OldEvent, OldTotal> on) {
            on.on(
                    KeepOld.class,
                    (total, keep, context) -> persistAll(keep.events()).thenReply(after -> context.sequenceNumber()));
        }

        @Override
        protected void events(EventHandlers<OldEvent, OldTotal> on) {
            on.on(MovedV1.class, (total, moved) -> new OldTotal(total.cents() + moved.cents()));
            on.on(Pinged.class, (total, pinged) -> total);
            on.on(Stray.class, (total, stray) -> total);
        }

        @Override
        protected int snapshotEvery() {
            return snapshotEvery;
        }
    }

    final List<Event> applied = new CopyOnWriteArrayList<>();
    List<Class<?>> alsoStored = List.of();
    private final int snapshotEvery;
    private final Consumer<Upcasters> upcasters;

    Till(int snapshotEvery, Consumer<Upcasters> upcasters) {
        super("till");
        this.snapshotEvery = snapshotEvery;
        this.upcasters = upcasters;
    }

    @Override
    protected Total initialState() {
        return new Total(0, 0, 0);
    }

    @Override
    protected void commands(CommandHandlers<Event, Total> on) {
        on.on(Get.class, (total, get) -> reply(total));
        on.on(Keep.class, (total, keep, context) -> persist(keep.event()).thenReply(after -> context.sequenceNumber()));
    }

    @Override
    protected void events(EventHandlers<Event, Total> on) {
        on.on(Moved.class, (total, moved) -> {
            applied.add(moved);
            return new Total(total.amount() + moved.amount(), total.fees(), total.count() + 1);
        });
        on.on(Charged.class, (total, charged) -> {
            applied.add(charged);
            return new Total(total.amount(), total.fees() + charged.fee(), total.count() + 1);
        });
    }

    @Override
    protected void upcasters(Upcasters on) {
        upcasters.accept(on);
    }

    @Override
    protected List<Class<?>> storedTypes() {
        return alsoStored;
    }

    @Override
    protected int snapshotEvery() {
        return snapshotEvery;
    }
}
