package io.stele.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** An actor whose event handler does what the test says, and which remembers the amounts that it has applied. */
final class Probe extends PersistentActor<Probe.Event, Probe.Amounts> {
    record Add(long amount) implements Command<Amounts> {}

    record AddAll(List<Long> amounts) implements Command<Amounts> {}

    record Get() implements Command<Amounts> {}

    record Leave() implements Command<Done> {}

    sealed interface Event {}

    record Added(long amount) implements Event {}

    record Amounts(List<Long> values) {
        Amounts with(long amount) {
            List<Long> more = new ArrayList<>(values);
            more.add(amount);
            return new Amounts(List.copyOf(more));
        }
    }

    private final Consumer<Added> hook;
    private final int snapshotEvery;

    Probe(Consumer<Added> hook, int snapshotEvery) {
        super("probe");
        this.hook = hook;
        this.snapshotEvery = snapshotEvery;
    }

    @Override
    protected Amounts initialState() {
        return new Amounts(List.of());
    }

    @Override
    protected void commands(CommandHandlers<Event, Amounts> on) {
        on.on(Add.class, (state, add) -> persist(new Added(add.amount())).thenReply(after -> after));
        on.on(
                AddAll.class,
                (state, add) -> persistAll(
                                add.amounts().stream().map(Added::new).toList())
                        .thenReply(after -> after));
        on.on(Get.class, (state, get) -> reply(state));
        on.on(Leave.class, (state, leave) -> stop());
    }

    @Override
    protected void events(EventHandlers<Event, Amounts> on) {
        on.on(Added.class, (state, added) -> {
            hook.accept(added);
            return state.with(added.amount());
        });
    }

    @Override
    protected int snapshotEvery() {
        return snapshotEvery;
    }

    @Override
    protected int mailboxCapacity() {
        return 64;
    }
}
