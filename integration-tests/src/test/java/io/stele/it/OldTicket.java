package io.stele.it;

import io.stele.codec.StoredName;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.PersistentActor;
import java.util.List;

/** What {@link Ticket} once was: the program that wrote the golden journals. Never changed. */
final class OldTicket extends PersistentActor<OldTicket.Event, OldTicket.State> {
    sealed interface Event {}

    @StoredName("opened")
    record Opened(int cents, String subject) implements Event {}

    @StoredName("paid")
    record Paid(long cents, long fee) implements Event {}

    @StoredName("viewed")
    record Viewed(String by) implements Event {}

    @StoredName("closed")
    record Closed(long penalty) implements Event {}

    enum Urgency {
        CRITICAL
    }

    @StoredName("rated")
    record Rated(Urgency urgency) implements Event {}

    @StoredName("old-ticket")
    record State(long count) {}

    record Do(List<Event> events) implements Command<Long> {}

    OldTicket() {
        super("ticket");
    }

    @Override
    protected State initialState() {
        return new State(0);
    }

    @Override
    protected void commands(CommandHandlers<Event, State> on) {
        on.on(Do.class, (state, command) -> persistAll(command.events()).thenReply(State::count));
    }

    @Override
    protected State onEvent(State state, Event event) {
        return new State(state.count() + 1);
    }

    @Override
    protected int snapshotEvery() {
        return 3;
    }
}
