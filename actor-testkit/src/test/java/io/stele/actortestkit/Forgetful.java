package io.stele.actortestkit;

import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.Done;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;

/** An actor whose state loses a count when it is stored. */
final class Forgetful extends PersistentActor<Forgetful.Counted, Forgetful.Count> {
    record Counted() {}

    record Increment() implements Command<Done> {}

    /** The constructor, through which the codec comes too, drops what is above one. */
    record Count(long hidden, long shown) {
        Count {
            hidden = hidden > 1_000 ? hidden - 1_000 : 0;
        }

        static Count of(long value) {
            return new Count(value + 1_000, value);
        }
    }

    Forgetful() {
        super("forgetful");
    }

    @Override
    protected Count initialState() {
        return Count.of(0);
    }

    @Override
    protected void commands(CommandHandlers<Counted, Count> on) {
        on.on(Increment.class, (count, increment) -> persist(new Counted()));
    }

    @Override
    protected void events(EventHandlers<Counted, Count> on) {
        on.on(Counted.class, (count, counted) -> Count.of(count.hidden() + 1));
    }
}
