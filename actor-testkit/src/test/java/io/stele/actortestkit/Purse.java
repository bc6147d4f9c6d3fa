package io.stele.actortestkit;

import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

class Purse extends PersistentActor<Purse.Event, Purse.Contents> {
    sealed interface Event {}

    record Added(long coin) implements Event {}

    record Contents(long total, List<Long> coins) {
        Contents with(long coin) {
            List<Long> more = new ArrayList<>(coins);
            more.add(coin);
            return new Contents(total + coin, List.copyOf(more));
        }
    }

    record Put(long coin, @Nullable String commandId) implements Command<Long> {}

    record Take(long amount) implements Command<Long> {}

    Purse() {
        super("purse");
    }

    @Override
    protected Contents initialState() {
        return new Contents(0, List.of());
    }

    @Override
    protected void commands(CommandHandlers<Event, Contents> on) {
        on.on(Put.class, (contents, put) -> persist(new Added(put.coin())).thenReply(Contents::total));
        on.on(Take.class, (contents, take) -> reject("not enough"));
    }

    @Override
    protected void events(EventHandlers<Event, Contents> on) {
        on.on(Added.class, (contents, added) -> contents.with(added.coin()));
    }

    @Override
    protected List<Class<?>> storedTypes() {
        return List.of(Event.class, Added.class, Contents.class, Long.class);
    }
}
